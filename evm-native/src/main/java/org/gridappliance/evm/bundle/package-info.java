/**
 * An application's files as one content-addressed, signed folder. {@link
 * org.gridappliance.evm.bundle.BundleMaker} gathers them once, when the application is published;
 * {@link org.gridappliance.evm.bundle.BundleStore} keeps, verifies and opens them where it runs.
 * First file to read: BundleMaker.
 */
@NullMarked
package org.gridappliance.evm.bundle;

import org.jspecify.annotations.NullMarked;
