/**
 * Who did what, appended and never changed. Read {@link org.gridappliance.portal.audit.AuditLog}
 * first.
 */
@NullMarked
package org.gridappliance.portal.audit;

import org.jspecify.annotations.NullMarked;
