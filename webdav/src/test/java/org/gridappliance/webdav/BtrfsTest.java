package org.gridappliance.webdav;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.gridappliance.webdav.history.Kept;
import org.gridappliance.webdav.history.Retention;
import org.gridappliance.webdav.tree.HomeFolder;
import org.gridappliance.webdav.tree.HomeTree.OpenFile;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.TreePath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A home on a real btrfs (a loop file), where rounds hold clones, and at a limit of its quota group
 * a rename fails like a write.
 */
@Tag("root")
class BtrfsTest {
  private static final int MIB = 1 << 20;

  @TempDir Path dir;
  private Path disk = Path.of("/nowhere");
  private Path ann = disk;
  private HikariDataSource source;
  private Storage storage;
  private Home home;

  @BeforeEach
  void start() throws Exception {
    Path image = dir.resolve("disk.img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(512L << 20);
    }
    disk = Files.createDirectory(dir.resolve("disk"));
    run("mkfs.btrfs", "-q", image.toString());
    run("mount", "-o", "loop", image.toString(), disk.toString());
    run("btrfs", "quota", "enable", disk.toString());
    ann = disk.resolve("ann");
    HomeFolder.make(ann);
    source = TestDatabase.onDisk(dir);
    storage =
        new Storage(
            new Storage.Options(
                true, Long.MAX_VALUE, new Retention(30, 1000, 50), () -> Long.MAX_VALUE),
            source,
            () -> Instant.parse("2026-11-22T10:00:00Z"));
    home =
        new Home(
            "ann",
            Files.createDirectory(ann.resolve("home")),
            Files.createDirectory(ann.resolve("spool")),
            Files.createDirectory(ann.resolve("kept")),
            200L * MIB,
            "ann");
  }

  @AfterEach
  void stop() throws Exception {
    source.close();
    run("umount", disk.toString());
  }

  @Test
  void aLargeFileThatAShellOverwritesInPlaceBecomesAVersionAndTheCopyHeldOfItCostsNothing()
      throws Exception {
    assertEquals(256L, Files.getAttribute(ann, "unix:ino"), "a subvolume");
    shell("head -c 40M /dev/urandom >big; cp big ../before");
    round();
    long held = referenced();
    assertTrue(held < 85L * MIB, "big and before, but no third: " + held);
    shell("printf changed | dd of=big conv=notrunc bs=1 seek=1000000 status=none");
    round();
    try (HomeStorage storage = open()) {
      List<Kept> versions = storage.keeping().versions(TreePath.parse("/big"));
      assertEquals(1, versions.size());
      try (OpenFile old = storage.keeping().read(versions.getFirst())) {
        ByteBuffer read = ByteBuffer.allocate(7);
        old.channel().position(1_000_000).read(read);
        Assertions.assertNotEquals("changed", new String(read.array(), UTF_8));
      }
      storage.keeping().restore(versions.getFirst(), Guard.NONE);
    }
    shell("cmp big ../before");
  }

  @Test
  void atTheLimitWritesAre507AndDeletingWorksThoughNothingCanBeRenamed() throws Exception {
    run("btrfs", "qgroup", "limit", "40M", ann.toString());
    try (HomeStorage storage = open()) {
      put(storage, "/old", 4 * MIB);
      put(storage, "/other", MIB);
      storage.delete(TreePath.parse("/old"), Guard.NONE);
    }
    Process shell = start("cat /dev/zero >filler");
    String said = new String(shell.getInputStream().readAllBytes(), UTF_8);
    assertTrue(shell.waitFor() != 0 && said.contains("Disk quota exceeded"), said);
    try (HomeStorage storage = open()) {
      assertEquals(1, storage.keeping().trash().size());
      TreeException full =
          Assertions.assertThrows(TreeException.class, () -> put(storage, "/more", 8 * MIB));
      assertEquals(TreeException.Reason.FULL, full.reason());
      storage.delete(TreePath.parse("/other"), Guard.NONE);
      assertEquals(
          List.of("/other"),
          storage.keeping().trash().stream().map(kept -> kept.path().toString()).toList(),
          "the older gave way");
      assertFalse(Files.exists(home.folder().resolve("other")));
    }
    shell("cat /dev/zero >>filler || true");
    try (HomeStorage storage = open()) {
      storage.keeping().empty();
    }
    shell("cat /dev/zero >>filler || true");
    try (HomeStorage storage = open()) {
      storage.delete(TreePath.parse("/filler"), Guard.NONE);
      assertEquals(List.of(), storage.keeping().trash(), "there was no room to keep it");
      put(storage, "/more", 8 * MIB);
    }
  }

  @Test
  void aRoundGoesOnInAHomeWithoutRoomAndLetsThePastGiveWayBeyondTheQuota() throws Exception {
    Home small = new Home("ann", home.folder(), home.spool(), home.kept(), 20L * MIB, "ann");
    try (HomeStorage storage = this.storage.open(small)) {
      put(storage, "/old", 8 * MIB);
      storage.delete(TreePath.parse("/old"), Guard.NONE);
    }
    run("btrfs", "qgroup", "limit", "24M", ann.toString());
    shell("cat /dev/zero >filler || true");
    try (HomeStorage storage = this.storage.open(small)) {
      assertTrue(storage.round());
      assertEquals(List.of(), storage.keeping().trash());
    }
    shell("head -c 4M /dev/zero >now-it-fits");
  }

  private HomeStorage open() throws IOException {
    return storage.open(home);
  }

  private void round() throws IOException {
    try (HomeStorage storage = open()) {
      assertTrue(storage.round());
    }
  }

  private static void put(HomeStorage storage, String path, int bytes) throws IOException {
    try (Writing writing = storage.put(TreePath.parse(path), bytes, Guard.NONE)) {
      for (int at = 0; at < bytes; at += MIB) {
        writing.write(ByteBuffer.allocate(MIB));
      }
      writing.finish();
    }
  }

  private long referenced() throws Exception {
    run("sync", "-f", disk.toString());
    Process list =
        new ProcessBuilder("btrfs", "qgroup", "show", "--raw", "-F", ann.toString()).start();
    String said = new String(list.getInputStream().readAllBytes(), UTF_8).strip();
    return Long.parseLong(said.substring(said.lastIndexOf('\n') + 1).strip().split(" +", -1)[1]);
  }

  private Process start(String script) throws IOException {
    return new ProcessBuilder("sh", "-ec", script)
        .directory(home.folder().toFile())
        .redirectErrorStream(true)
        .start();
  }

  private void shell(String script) throws Exception {
    Process shell = start(script);
    String said = new String(shell.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, shell.waitFor(), script + ": " + said);
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertEquals(
        0,
        new ProcessBuilder(command).inheritIO().redirectErrorStream(true).start().waitFor(),
        String.join(" ", command));
  }
}
