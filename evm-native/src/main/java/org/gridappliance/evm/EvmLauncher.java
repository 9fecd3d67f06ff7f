package org.gridappliance.evm;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The launcher's executable on disk, out of this module's jar.
 *
 * @param executable absolute
 */
public record EvmLauncher(Path executable) {
  private static final String RESOURCE = "linux-x86_64/evm-run";

  /**
   * Writes the launcher into a folder only this account can write to, unless the same one is there.
   * Two at once are safe: the name holds the content's hash and the file is renamed into place.
   *
   * @throws UncheckedIOException if the folder cannot be written
   * @throws IllegalStateException if the jar was built without the launcher
   */
  public static EvmLauncher installedIn(Path folder) {
    try (InputStream resource = EvmLauncher.class.getResourceAsStream(RESOURCE)) {
      if (resource == null) {
        throw new IllegalStateException("the jar holds no " + RESOURCE + ": build it with Maven");
      }
      byte[] content = resource.readAllBytes();
      String hash = HexFormat.of().formatHex(sha256(content), 0, 12);
      Path target = folder.toAbsolutePath().resolve("evm-run-" + hash);
      Files.createDirectories(folder);
      if (!isSame(target, content)) {
        Path part = Files.createTempFile(folder, "evm-run", ".part");
        Files.write(part, content);
        Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      }
      return new EvmLauncher(target);
    } catch (IOException e) {
      throw new UncheckedIOException("install evm-run in " + folder + ": " + e.getMessage(), e);
    }
  }

  private static boolean isSame(Path file, byte[] content) throws IOException {
    return Files.isExecutable(file) && Arrays.equals(Files.readAllBytes(file), content);
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
