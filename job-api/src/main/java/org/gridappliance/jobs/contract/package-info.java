/**
 * What travels between a pool and its executors, and between the portal and its clients: the types
 * of the HTTP contract in {@code openapi/}, without any behaviour. The agent knows this package and
 * no other of this module.
 */
@NullMarked
package org.gridappliance.jobs.contract;

import org.jspecify.annotations.NullMarked;
