/**
 * What people let others see, and where a request may therefore work: a person's own home,
 * something shared with him, or what lies behind a link. Read {@link
 * org.gridappliance.portal.shares.Places} first.
 */
@NullMarked
package org.gridappliance.portal.shares;

import org.jspecify.annotations.NullMarked;
