@NullMarked
package org.gridappliance.jobs.history;

import org.jspecify.annotations.NullMarked;
