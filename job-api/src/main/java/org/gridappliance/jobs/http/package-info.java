/**
 * How an operation of the OpenAPI contract is written: plain blocking code on a virtual thread that
 * takes a {@link org.gridappliance.jobs.http.Request}, returns a {@link
 * org.gridappliance.jobs.http.Response} and throws a {@link org.gridappliance.jobs.http.Problem}.
 * Read {@link org.gridappliance.jobs.http.Operation} first.
 */
@NullMarked
package org.gridappliance.jobs.http;

import org.jspecify.annotations.NullMarked;
