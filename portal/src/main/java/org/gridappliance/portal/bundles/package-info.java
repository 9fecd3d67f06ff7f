/**
 * Publishing: an application becomes a bundle once, signed with this portal's key, after its
 * example ran from the bundle alone. Read {@link org.gridappliance.portal.bundles.AppBundles}
 * first.
 */
@NullMarked
package org.gridappliance.portal.bundles;

import org.jspecify.annotations.NullMarked;
