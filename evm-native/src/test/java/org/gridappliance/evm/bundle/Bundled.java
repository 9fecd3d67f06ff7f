package org.gridappliance.evm.bundle;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.evm.EvmAccount;
import org.gridappliance.evm.EvmLimits;
import org.gridappliance.evm.EvmSpec;
import org.gridappliance.evm.Sandbox;
import org.gridappliance.evm.Sandbox.Finished;
import org.gridappliance.evm.Sandbox.Mode;

/** Makes bundles of this machine's programs, runs them from there alone, and on the machine. */
final class Bundled implements AutoCloseable {
  final Sandbox sandbox = new Sandbox();

  /** What is not installed cannot be compared. */
  static void needs(String file, String debianPackage) {
    assertTrue(Files.exists(Path.of(file)), file + " is missing: apt-get install " + debianPackage);
  }

  Finished run(
      BundleMaker maker, boolean workExecutable, Map<String, String> more, String... command)
      throws Exception {
    Optional<EvmAccount> owner =
        Sandbox.isRoot() ? Optional.of(new EvmAccount(Sandbox.UID, Sandbox.UID)) : Optional.empty();
    Bundle bundle =
        new BundleStore(sandbox.folder.resolve("bundles"), owner)
            .add(
                maker.manifest(),
                maker.source(),
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate());
    Map<String, String> environment = new HashMap<>(more);
    environment.putAll(Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C", "HOME", "/work"));
    EvmSpec spec =
        bundle
            .spec(List.of(command), environment)
            .withLimits(EvmLimits.defaults().withMemoryBytes(4L << 30))
            .withWork(sandbox.work, workExecutable);
    return sandbox.run(Mode.UNPRIVILEGED, spec);
  }

  /** A file of the working folder, the account's own. */
  Path input(String name, byte[] bytes) throws Exception {
    Path file = Files.write(sandbox.work.resolve(name), bytes);
    if (Sandbox.isRoot()) {
      Files.setAttribute(file, "unix:uid", Sandbox.UID);
      Files.setAttribute(file, "unix:gid", Sandbox.UID);
    }
    return file;
  }

  /** The same command natively; {@code /work} becomes the folder given. */
  static String onTheHost(Path work, Map<String, String> more, String... command) throws Exception {
    List<String> here = List.of(command).stream().map(a -> a.replace("/work", "" + work)).toList();
    ProcessBuilder builder =
        new ProcessBuilder(here).redirectErrorStream(true).directory(work.toFile());
    builder.environment().putAll(more);
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    process.getOutputStream().close();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws java.io.IOException {
    sandbox.close();
  }
}
