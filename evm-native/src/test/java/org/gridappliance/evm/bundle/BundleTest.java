package org.gridappliance.evm.bundle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.evm.EvmAccount;
import org.gridappliance.evm.EvmResult;
import org.gridappliance.evm.EvmSpec;
import org.gridappliance.evm.Sandbox;
import org.gridappliance.evm.Sandbox.Finished;
import org.gridappliance.evm.Sandbox.Mode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real programs of this machine, bundled, run from the bundle alone. */
class BundleTest {
  private final Sandbox sandbox = new Sandbox();
  private KeyPair keys;
  private BundleStore store;

  @BeforeEach
  void prepare() throws Exception {
    keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    Optional<EvmAccount> owner =
        Sandbox.isRoot() ? Optional.of(new EvmAccount(Sandbox.UID, Sandbox.UID)) : Optional.empty();
    store = new BundleStore(sandbox.folder.resolve("bundles"), owner);
  }

  @AfterEach
  void clear() throws Exception {
    sandbox.close();
  }

  private Bundle add(BundleMaker maker) throws Exception {
    return store.add(maker.manifest(), maker.source(), keys.getPrivate());
  }

  /** Runs unprivileged and, where the tests are root, as root; both must agree. */
  private Finished run(Bundle bundle, String... command) throws Exception {
    EvmSpec spec =
        bundle
            .spec(List.of(command), Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C"))
            .withWork(sandbox.work, false);
    Finished unprivileged = sandbox.run(Mode.UNPRIVILEGED, spec);
    if (Sandbox.isRoot()) {
      Finished root = sandbox.run(Mode.ROOT, spec);
      assertEquals(unprivileged.output(), root.output());
      assertEquals(unprivileged.exitCode(), root.exitCode());
    }
    return unprivileged;
  }

  private static String onTheHost(String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    process.getOutputStream().close();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void aProgramRunsFromItsBundleAloneWithTheSameBytes() throws Exception {
    Bundle bundle = add(new BundleMaker(false).addExecutable(Path.of("/usr/bin/sort")));
    Path data = sandbox.work.resolve("data");
    Files.writeString(data, "pear\napple\nfig\n");

    Finished run = run(bundle, "/usr/bin/sort", "/work/data");

    assertEquals("apple\nfig\npear\n", run.output());
    assertEquals(0, run.exitCode());
    assertTrue(bundle.manifest().execDirs().contains("/usr/bin"));
  }

  @Test
  void whatIsNotInTheBundleIsNotThere() throws Exception {
    Bundle bundle = add(new BundleMaker(false).addExecutable(Path.of("/usr/bin/sort")));
    Finished run = run(bundle, "/usr/bin/perl", "-v");
    assertEquals(EvmResult.Outcome.REFUSED, run.result().outcome());
    assertTrue(run.result().reason().contains("/usr/bin/perl"), run.result().reason());
  }

  @Test
  void aScriptBringsItsInterpreterAndItsOwnFiles() throws Exception {
    Path script = sandbox.folder.resolve("tool.sh");
    Files.writeString(script, "#!/bin/sh\nread word < /work/in\necho \"got $word\"\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(sandbox.work.resolve("in"), "data");

    Bundle bundle = add(new BundleMaker(false).addOwn(script, "/opt/tool/run"));

    assertEquals("got data\n", run(bundle, "/opt/tool/run").output());
  }

  @Test
  void perlComputesTheSame() throws Exception {
    String program =
        "my %h; $h{$_ % 7} += $_ ** 1.5 for 1..20000; printf '%.12g,', $h{$_} for 0..6";
    Bundle bundle =
        add(new BundleMaker(false).addExecutable(Path.of("/usr/bin/perl")).addPackage("perl-base"));

    Finished run = run(bundle, "/usr/bin/perl", "-e", program);

    assertEquals(onTheHost("/usr/bin/perl", "-e", program), run.output());
    assertEquals(0, run.exitCode());
  }

  @Test
  void aMadeUpPackageIsRefusedByName() {
    BundleException e =
        assertThrows(
            BundleException.class,
            () -> new BundleMaker(false).addPackage("no-such-package-of-ours"));
    assertTrue(e.getMessage().contains("no-such-package-of-ours"));
    assertThrows(BundleException.class, () -> new BundleMaker(false).addPackage("-L; reboot"));
  }

  @Test
  void aChangedByteAFileMoreAndAnotherKeyAreRefused() throws Exception {
    Bundle bundle = add(new BundleMaker(false).addExecutable(Path.of("/usr/bin/sort")));
    assertEquals(bundle, store.open(bundle.id(), keys.getPublic()));
    KeyPair other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    assertThrows(BundleException.class, () -> store.open(bundle.id(), other.getPublic()));

    Path program = bundle.root().resolve("usr/bin/sort");
    byte[] good = Files.readAllBytes(program);
    byte[] bad = good.clone();
    bad[bad.length / 2] ^= 1;
    Files.write(program, bad);
    assertRefused(bundle, "/usr/bin/sort");
    Files.write(program, good);
    Path more = Files.writeString(bundle.root().resolve("usr/bin/more"), "");
    assertRefused(bundle, "/usr/bin/more");
    Files.delete(more);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rw-r--r--"));
    assertRefused(bundle, "/usr/bin/sort");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertEquals(bundle, store.open(bundle.id(), keys.getPublic()));
    Files.delete(program);
    assertRefused(bundle, "/usr/bin/sort");
  }

  private void assertRefused(Bundle bundle, String file) {
    BundleException e =
        assertThrows(BundleException.class, () -> store.open(bundle.id(), keys.getPublic()));
    assertTrue(e.getMessage().startsWith(file), e.getMessage());
  }

  @Test
  void aManifestOfAnotherBundleIsRefused() throws Exception {
    Bundle bundle = add(new BundleMaker(false).addExecutable(Path.of("/usr/bin/sort")));
    Path home = sandbox.folder.resolve("bundles").resolve("0".repeat(64));
    Files.move(sandbox.folder.resolve("bundles").resolve(bundle.id()), home);
    assertThrows(BundleException.class, () -> store.open("0".repeat(64), keys.getPublic()));
    assertThrows(BundleException.class, () -> store.open("../x", keys.getPublic()));
  }

  @Test
  void theSameFilesMakeTheSameBundle() throws Exception {
    BundleMaker first = new BundleMaker(false).addExecutable(Path.of("/usr/bin/sort"));
    BundleMaker second = new BundleMaker(false).addExecutable(Path.of("/usr/bin/sort"));
    assertArrayEquals(first.manifest().bytes(), second.manifest().bytes());
    assertEquals(add(first), add(second));
  }

  @Test
  void aHelperWithoutItsInterpreterIsAWarningAndAProgramWithoutItIsRefused() throws Exception {
    Path folder = Files.createDirectory(sandbox.folder.resolve("helpers"));
    Path script = Files.writeString(folder.resolve("tool"), "#!/no/such/interpreter\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    BundleException e =
        assertThrows(
            BundleException.class, () -> new BundleMaker(false).addOwn(script, "/opt/tool"));
    assertTrue(e.getMessage().contains("/no/such/interpreter"), e.getMessage());

    BundleMaker maker = new BundleMaker(false).addData(folder);
    assertEquals(1, maker.warnings().size());
    assertTrue(maker.warnings().getFirst().contains("/no/such/interpreter"));
  }

  @Test
  void aLibraryThatIsMissingIsNamed() throws Exception {
    // sort, with the name of its C library changed in a copy
    byte[] bytes = Files.readAllBytes(Path.of("/usr/bin/sort"));
    byte[] name = "libc.so.6".getBytes(StandardCharsets.US_ASCII);
    for (int at : allOf(bytes, name)) {
      bytes[at + 3] = 'X';
    }
    Path broken = Files.write(sandbox.folder.resolve("broken"), bytes);
    Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rwxr-xr-x"));
    BundleException e =
        assertThrows(BundleException.class, () -> new BundleMaker(false).addExecutable(broken));
    assertTrue(e.getMessage().contains("libX.so.6"), e.getMessage());
  }

  private static List<Integer> allOf(byte[] bytes, byte[] part) {
    List<Integer> found = new ArrayList<>();
    for (int at = 0; at + part.length <= bytes.length; at++) {
      if (java.util.Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
        found.add(at);
      }
    }
    return found;
  }
}
