/**
 * The pages as the browser gets them: hashed assets, and one HTML file with a fresh nonce for every
 * load. Read {@link org.gridappliance.portal.pages.StaticPages} first.
 */
@NullMarked
package org.gridappliance.portal.pages;

import org.jspecify.annotations.NullMarked;
