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
  private static final String RESOURCES = "linux-x86_64/";

  /**
   * Writes the launcher, and beside it the {@code evm-seal} it starts for sealed folders, into a
   * folder only this account can write to, unless the same one is there. Two at once are safe: the
   * name holds the content's hash and the file is renamed into place.
   *
   * @throws UncheckedIOException if the folder cannot be written
   * @throws IllegalStateException if the jar was built without the launcher
   */
  public static EvmLauncher installedIn(Path folder) {
    try {
      byte[] run = resource("evm-run");
      byte[] seal = resource("evm-seal");
      String hash = HexFormat.of().formatHex(sha256(run, seal), 0, 12);
      Files.createDirectories(folder);
      // evm-run finds evm-seal by its own name: what is looked for last is written first
      install(folder.toAbsolutePath().resolve("evm-seal-" + hash), seal);
      return new EvmLauncher(install(folder.toAbsolutePath().resolve("evm-run-" + hash), run));
    } catch (IOException e) {
      throw new UncheckedIOException("install evm-run in " + folder + ": " + e.getMessage(), e);
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream resource = EvmLauncher.class.getResourceAsStream(RESOURCES + name)) {
      if (resource == null) {
        throw new IllegalStateException("the jar holds no " + name + ": build it with Maven");
      }
      return resource.readAllBytes();
    }
  }

  private static Path install(Path target, byte[] content) throws IOException {
    if (!isSame(target, content)) {
      Path part = Files.createTempFile(target.getParent(), "evm", ".part");
      Files.write(part, content);
      Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    }
    return target;
  }

  private static boolean isSame(Path file, byte[] content) throws IOException {
    return Files.isExecutable(file) && Arrays.equals(Files.readAllBytes(file), content);
  }

  private static byte[] sha256(byte[] run, byte[] seal) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(run);
      return digest.digest(seal);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
