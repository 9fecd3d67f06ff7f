/** Changes of the database that share a flush of the disk. */
@NullMarked
package org.gridappliance.webdav.commit;

import org.jspecify.annotations.NullMarked;
