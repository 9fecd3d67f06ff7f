package org.gridappliance.evm.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
  private static final String HASH = "0123456789abcdef".repeat(4);

  private static Manifest manifest() {
    return new Manifest(
        false,
        List.of("/usr/bin"),
        List.of(),
        Map.of(
            "/usr/bin/a b", new Manifest.FileEntry(true, HASH, 12),
            "/bin", new Manifest.LinkEntry("usr/bin")));
  }

  @Test
  void itsTextHasOneForm() throws Exception {
    String text =
        "evm-bundle 1\njit false\nexec-dir /usr/bin\nlink usr/bin /bin\nfile 755 "
            + HASH
            + " 12 /usr/bin/a b\n";
    assertEquals(text, manifest().text());
    assertEquals(manifest(), Manifest.parse(manifest().bytes()));
    assertEquals(12, manifest().totalBytes());
  }

  @Test
  void itsIdChangesWithEveryPart() {
    Manifest jit = new Manifest(true, List.of("/usr/bin"), List.of(), manifest().entries());
    assertNotEquals(manifest().id(), jit.id());
    assertEquals(64, manifest().id().length());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "relative",
        "/",
        "/a/",
        "//a",
        "/a/../b",
        "/./a",
        "/a\nfile",
        "/a\u0000",
        "/a/b\t"
      })
  void aPathThatCouldLeaveOrForgeIsRefused(String path) {
    Map<String, Manifest.Entry> entries = Map.of(path, new Manifest.FileEntry(false, HASH, 1));
    assertThrows(
        IllegalArgumentException.class, () -> new Manifest(false, List.of(), List.of(), entries));
  }

  @Test
  void aFileBelowALinkIsRefused() {
    Map<String, Manifest.Entry> entries =
        Map.of(
            "/bin", new Manifest.LinkEntry("/etc"),
            "/bin/passwd", new Manifest.FileEntry(false, HASH, 1));
    assertThrows(
        IllegalArgumentException.class, () -> new Manifest(false, List.of(), List.of(), entries));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "evm-bundle 2\njit false\n",
        "evm-bundle 1\njit perhaps\n",
        "evm-bundle 1\njit false",
        "evm-bundle 1\njit false\n\n",
        "evm-bundle 1\njit false\nfile 755 x 1 /a\n",
        "evm-bundle 1\njit false\nfile 755 /a\n",
        "evm-bundle 1\njit false\nlink  /a\n",
        "evm-bundle 1\njit false\nlink b /z\nlink b /a\n",
        "evm-bundle 1\njit false\nlink b /a\nlink b /a\n",
        "evm-bundle 1\njit false\ndevice b /a\n"
      })
  void anyOtherTextIsRefused(String text) {
    assertThrows(
        BundleException.class, () -> Manifest.parse(text.getBytes(StandardCharsets.UTF_8)));
  }
}
