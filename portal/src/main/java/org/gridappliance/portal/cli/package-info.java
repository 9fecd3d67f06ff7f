/**
 * The command line: a client of the portal's HTTP contract like any other program, with a token of
 * its own. Read {@link org.gridappliance.portal.cli.Cli} first.
 */
@NullMarked
package org.gridappliance.portal.cli;

import org.jspecify.annotations.NullMarked;
