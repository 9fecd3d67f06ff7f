package org.gridappliance.webdav;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.gridappliance.webdav.history.Kept;
import org.gridappliance.webdav.history.Retention;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.TreePath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trash and versions of a real home. */
class KeepingTest {
  @TempDir Path dir;
  private HikariDataSource source;
  private Storage storage;
  private Instant now = Instant.parse("2026-11-20T10:00:00Z");
  private Home home;

  @BeforeEach
  void start() throws Exception {
    source = TestDatabase.onDisk(dir);
    home =
        new Home(
            "ann",
            Files.createDirectories(dir.resolve("home")),
            Files.createDirectories(dir.resolve("spool")),
            Files.createDirectories(dir.resolve("kept")),
            10_000,
            "ann");
    open(new Retention(30, 3, 50));
  }

  @AfterEach
  void stop() {
    source.close();
  }

  private void open(Retention retention) {
    storage =
        new Storage(
            new Storage.Options(true, Long.MAX_VALUE, retention, () -> Long.MAX_VALUE),
            source,
            () -> now);
  }

  private static TreePath path(String text) throws TreeException {
    return TreePath.parse(text);
  }

  private static void put(HomeStorage home, String path, String text) throws IOException {
    try (Writing writing = home.put(path(path), text.length(), Guard.NONE)) {
      writing.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
      writing.finish();
    }
  }

  private String text(String name) throws IOException {
    return Files.readString(home.folder().resolve(name));
  }

  private long keptFiles() throws IOException {
    try (Stream<Path> files = Files.list(home.kept())) {
      return files.count();
    }
  }

  @Test
  void whatIsDeletedComesBackWithItsFoldersOrBesideWhatIsThereNow() throws Exception {
    try (HomeStorage ann = storage.open(home)) {
      ann.makeFolders(path("/a/b"));
      put(ann, "/a/b/f.txt", "one");
      ann.delete(path("/a"), Guard.NONE);
      assertTrue(ann.stat(path("/a")).isEmpty());
      Kept folder = ann.keeping().trash().getFirst();
      assertEquals(3, folder.bytes());
      assertTrue(folder.isFolder());
      assertEquals(3, ann.keeping().totals().trashBytes());
      assertEquals("/a", ann.keeping().restore(folder).toString());
      assertEquals("one", text("a/b/f.txt"));
      ann.delete(path("/a/b/f.txt"), Guard.NONE);
      Kept file = ann.keeping().trash().getFirst();
      ann.delete(path("/a"), Guard.NONE);
      ann.makeFolders(path("/a/b"));
      put(ann, "/a/b/f.txt", "two");
      assertEquals("/a/b/f (restored).txt", ann.keeping().restore(file).toString());
      assertEquals("two", text("a/b/f.txt"));
      ann.keeping().empty();
      assertEquals(0, keptFiles());
      assertEquals(6, ann.usedBytes());
      assertThrows(TreeException.class, () -> ann.keeping().require(file.id(), false));
    }
  }

  @Test
  void whatIsOverwrittenByPutMoveOrCopyBecomesAVersionAndFollowsAMove() throws Exception {
    try (HomeStorage ann = storage.open(home)) {
      put(ann, "/f", "1");
      put(ann, "/f", "22");
      put(ann, "/g", "333");
      now = now.plusSeconds(1);
      ann.copy(path("/g"), path("/f"), true, true, Guard.NONE);
      put(ann, "/h", "4444");
      now = now.plusSeconds(1);
      ann.move(path("/h"), path("/f"), true, Guard.NONE);
      List<Kept> versions = ann.keeping().versions(path("/f"));
      assertEquals(List.of(3L, 2L, 1L), versions.stream().map(Kept::bytes).toList());
      ann.move(path("/f"), path("/i"), false, Guard.NONE);
      assertEquals(3, ann.keeping().versions(path("/i")).size());
      now = now.plusSeconds(1);
      ann.keeping().restore(ann.keeping().versions(path("/i")).get(1), Guard.NONE);
      assertEquals("22", text("i"));
      // at most three, the oldest is gone
      List<Long> left = ann.keeping().versions(path("/i")).stream().map(Kept::bytes).toList();
      assertEquals(List.of(4L, 3L, 2L), left);
      assertEquals(3, keptFiles());
      put(ann, "/empty", "");
      put(ann, "/empty", "x");
      assertTrue(ann.keeping().versions(path("/empty")).isEmpty());
    }
  }

  @Test
  void timeAndShareAndNeedOfRoomEndIt() throws Exception {
    try (HomeStorage ann = storage.open(home)) {
      put(ann, "/old", "x".repeat(1000));
      ann.delete(path("/old"), Guard.NONE);
      now = now.plus(Duration.ofDays(31));
      ann.keeping().sweep();
      assertEquals(0, keptFiles());
      for (int i = 0; i < 4; i++) {
        put(ann, "/f" + i, "x".repeat(2000));
        now = now.plusSeconds(1);
        ann.delete(path("/f" + i), Guard.NONE);
      }
      // half of the quota is for kept things: two of four
      assertEquals(2, ann.keeping().trash().size());
      assertEquals(4000, ann.usedBytes());
      assertEquals(10_000, ann.availableBytes());
      put(ann, "/large", "x".repeat(9000));
      assertEquals(0, ann.keeping().trash().size());
      assertThrows(TreeException.class, () -> put(ann, "/more", "x".repeat(2000)));
      assertEquals(9000, ann.usedBytes());
    }
    open(Retention.NONE);
    try (HomeStorage ann = storage.open(home)) {
      ann.delete(path("/large"), Guard.NONE);
      assertEquals(0, keptFiles());
    }
  }

  @Test
  void whatACrashLeftIsFoundAgain() throws Exception {
    String deleted;
    try (HomeStorage ann = storage.open(home)) {
      for (String name : List.of("/deleted", "/spooled", "/moved", "/linked", "/never")) {
        put(ann, name, name);
      }
      for (String name : List.of("/deleted", "/spooled", "/moved", "/linked", "/never")) {
        boolean isVersion = !name.equals("/deleted");
        Kept kept =
            ann.keeping()
                .begin(
                    isVersion,
                    path(name),
                    ann.require(path(name)),
                    8,
                    java.util.Optional.of(path("/via")))
                .orElseThrow();
        Path at = home.folder().resolve(name.substring(1));
        switch (name) {
          case "/deleted" -> Files.move(at, home.kept().resolve(kept.id()));
          case "/spooled" -> Files.move(at, home.spool().resolve("x"));
          case "/moved" -> Files.move(at, home.folder().resolve("via"));
          case "/linked" -> Files.createLink(home.kept().resolve(kept.id()), at);
          default -> {}
        }
      }
      Files.writeString(home.kept().resolve("orphan"), "x");
      deleted = ann.keeping().trash().getFirst().id();
    }
    open(new Retention(30, 3, 50));
    try (HomeStorage ann = storage.open(home)) {
      assertEquals(deleted, ann.keeping().trash().getFirst().id());
      assertEquals(1, ann.keeping().versions(path("/spooled")).size());
      assertEquals(1, ann.keeping().versions(path("/moved")).size());
      assertFalse(Files.exists(home.folder().resolve("via")));
      assertEquals(0, ann.keeping().versions(path("/linked")).size());
      assertEquals("/linked", text("linked"));
      assertEquals("/never", text("never"));
      assertEquals(3, keptFiles());
      Kept spooled = ann.keeping().versions(path("/spooled")).getFirst();
      ann.keeping().restore(spooled, Guard.NONE);
      assertEquals("/spooled", text("spooled"));
    }
  }

  @Test
  void aViewSeesAndRestoresOnlyWhatLiesBeneathItsRoot() throws Exception {
    try (HomeStorage ann = storage.open(home)) {
      ann.makeFolders(path("/shared"));
      put(ann, "/shared/f", "one");
      put(ann, "/private", "secret");
      ann.delete(path("/shared/f"), Guard.NONE);
      ann.delete(path("/private"), Guard.NONE);
    }
    Kept mine;
    try (HomeStorage bob = storage.open(home.view(path("/shared"), false, "bob"))) {
      assertEquals(1, bob.keeping().trash().size());
      mine = bob.keeping().trash().getFirst();
      assertEquals("/f", bob.keeping().pathOf(mine).toString());
      assertThrows(TreeException.class, () -> bob.keeping().restore(mine));
      assertThrows(TreeException.class, () -> put(bob, "/g", "x"));
    }
    try (HomeStorage bob = storage.open(home.view(path("/shared"), true, "bob"))) {
      bob.keeping().restore(mine);
      assertEquals("one", text("shared/f"));
      assertThrows(DavException.class, () -> bob.delete(TreePath.ROOT, Guard.NONE));
    }
  }
}
