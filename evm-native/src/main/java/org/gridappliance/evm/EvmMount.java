package org.gridappliance.evm;

import java.nio.file.Path;

/**
 * A file or folder of the host shown read-only inside.
 *
 * @param source absolute, on the host
 * @param target absolute, inside; made if missing
 * @param executable whether its files may be executed
 */
public record EvmMount(Path source, String target, boolean executable) {
  public EvmMount {
    if (!source.isAbsolute()) {
      throw new IllegalArgumentException("mount source " + source + ": want an absolute path");
    }
    if (!target.startsWith("/") || target.equals("/")) {
      throw new IllegalArgumentException(
          "mount target " + target + ": want an absolute path that is not the root");
    }
  }
}
