/** What needs more than one part, tested through the parts' public doors. */
@NullMarked
package org.gridappliance.tests;

import org.jspecify.annotations.NullMarked;
