/**
 * What takes a while: moving, copying and deleting many files, making and extracting archives,
 * searching. Read {@link org.gridappliance.portal.work.FileOperations} first.
 */
@NullMarked
package org.gridappliance.portal.work;

import org.jspecify.annotations.NullMarked;
