/** Texts of any length among results: read by pages of lines, and searched. */
@NullMarked
package org.gridappliance.jobs.text;

import org.jspecify.annotations.NullMarked;
