/**
 * From a request of the contract to its operation and back: {@link
 * org.gridappliance.portal.http.Contract} reads and checks, {@link
 * org.gridappliance.portal.http.OperationRoutes} runs.
 */
@NullMarked
package org.gridappliance.portal.http;

import org.jspecify.annotations.NullMarked;
