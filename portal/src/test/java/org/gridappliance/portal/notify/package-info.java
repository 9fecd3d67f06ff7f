@NullMarked
package org.gridappliance.portal.notify;

import org.jspecify.annotations.NullMarked;
