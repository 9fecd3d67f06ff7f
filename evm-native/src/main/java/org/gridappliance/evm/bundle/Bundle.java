package org.gridappliance.evm.bundle;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gridappliance.evm.EvmSpec;

/**
 * A verified bundle on disk, ready to run from.
 *
 * @param id of its manifest
 * @param root folder whose content is the program's root
 */
public record Bundle(String id, Path root, Manifest manifest) {
  /**
   * A run from this bundle alone.
   *
   * @param environment without LD_LIBRARY_PATH, which the bundle knows
   */
  public EvmSpec spec(List<String> command, Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    if (!manifest.libraryDirs().isEmpty()) {
      all.put("LD_LIBRARY_PATH", String.join(":", manifest.libraryDirs()));
    }
    return EvmSpec.of(command)
        .withBundle(root, manifest.execDirs())
        .withJit(manifest.jit())
        .withEnvironment(all);
  }
}
