package org.gridappliance.agent.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Applications' files on a worker of HTCondor; the lock is the one that job-wrapper.sh holds. */
class KeptBundlesTest {
  private static final String A = "a".repeat(64);
  private static final String B = "b".repeat(64);
  private static final String C = "c".repeat(64);

  @TempDir Path folder;

  @BeforeEach
  void make() throws Exception {
    bundle(A, 1);
    bundle(B, 2);
    bundle(C, 3);
  }

  /** One of 100 bytes. */
  private void bundle(String id, int usedAt) throws Exception {
    Path home = Files.createDirectories(folder.resolve("kept").resolve(id));
    Files.writeString(
        home.resolve("manifest"),
        "evm-bundle 1\njit false\nfile 644 %s 100 /file\n".formatted("0".repeat(64)));
    Path use = Files.createDirectories(folder.resolve("use").resolve(id));
    Files.writeString(use.resolve("checked"), "");
    Files.setLastModifiedTime(use, FileTime.fromMillis(usedAt * 1000L));
  }

  private List<String> kept() throws IOException {
    try (Stream<Path> all = Files.list(folder.resolve("kept"))) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void theLeastRecentlyUsedLeaveButNoneThatIsUsed() throws Exception {
    Path use = folder.resolve("use").resolve(A);
    Process user =
        new ProcessBuilder("flock", "--shared", use.toString(), "sh", "-c", "echo; exec cat")
            .start();
    try {
      assertEquals('\n', user.getInputStream().read()); // it is locked now
      new KeptBundles(folder, 250).look();
      assertEquals(List.of(A, C), kept());
    } finally {
      user.getOutputStream().close();
      user.waitFor();
    }
    new KeptBundles(folder, 150).look();
    assertEquals(List.of(C), kept());
    new KeptBundles(folder, 100).look();
    assertEquals(List.of(C), kept());
  }

  @Test
  void oneThatIsNotWhatItWasLeaves() throws Exception {
    Path use = folder.resolve("use").resolve(B);
    Files.writeString(use.resolve("altered"), "");
    new KeptBundles(folder, 1000).look();
    assertEquals(List.of(A, C), kept());
    assertFalse(Files.exists(use.resolve("altered")));
    assertFalse(Files.exists(use.resolve("checked")));
  }

  @Test
  void aStartBeginsWithWholeBundlesThatAreToBeChecked() throws Exception {
    Files.createDirectories(folder.resolve("kept").resolve(A + ".part-7/root"));
    Files.createDirectories(folder.resolve("use/.self-test-x"));
    KeptBundles bundles = new KeptBundles(folder, 1000);
    bundles.begin();
    assertEquals(List.of(A, B, C), kept());
    assertFalse(Files.exists(folder.resolve("use/.self-test-x")));
    assertFalse(Files.exists(folder.resolve("use").resolve(A).resolve("checked")));
    assertTrue(Files.isDirectory(folder.resolve("use").resolve(A)));
  }

  @Test
  void whereNoJobsRunNothingIsDone() throws Exception {
    KeptBundles none = new KeptBundles(folder.resolve("none"), 1000);
    none.begin();
    none.look();
  }
}
