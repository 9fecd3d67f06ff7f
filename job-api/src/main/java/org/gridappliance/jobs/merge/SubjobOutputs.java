package org.gridappliance.jobs.merge;

import java.nio.file.Path;
import java.util.Map;
import org.gridappliance.jobs.app.Value;

/**
 * What one subjob left behind.
 *
 * @param index of the subjob
 * @param swept the values of its combination, by input name; empty without a sweep
 * @param files by the path that the application's outputs give them
 */
public record SubjobOutputs(int index, Map<String, Value> swept, Map<String, Path> files) {}
