package org.gridappliance.jobs.pool;

/**
 * Where a node stands on the map.
 *
 * @param name for people, at most 80 characters
 * @param latitude degrees north, -90..90
 * @param longitude degrees east, -180..180
 */
public record Place(String name, double latitude, double longitude) {}
