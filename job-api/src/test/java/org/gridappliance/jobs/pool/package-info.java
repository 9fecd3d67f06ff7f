@NullMarked
package org.gridappliance.jobs.pool;

import org.jspecify.annotations.NullMarked;
