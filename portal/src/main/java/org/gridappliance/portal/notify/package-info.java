/**
 * Who is told that a job ended, and how. {@link org.gridappliance.portal.notify.Notices} reads the
 * one stream of ends and hands each to every {@link org.gridappliance.portal.notify.Sink} in one
 * transaction; a sink lays down rows, and sends them later by itself. Read {@code Notices} first.
 */
@NullMarked
package org.gridappliance.portal.notify;

import org.jspecify.annotations.NullMarked;
