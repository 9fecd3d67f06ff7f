package org.gridappliance.webdav.tree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.gridappliance.webdav.tree.TreeException.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeTreeTest {
  @TempDir Path dir;
  private Path home;
  private Path spool;
  private HomeTree tree;

  @BeforeEach
  void open() throws IOException {
    home = Files.createDirectory(dir.resolve("home"));
    spool = Files.createDirectory(dir.resolve("spool"));
    Files.writeString(dir.resolve("secret"), "secret");
    tree = HomeTree.open(home, spool, spool);
  }

  @AfterEach
  void nothingStaysInTheSpool() throws IOException {
    tree.close();
    try (var left = Files.list(spool)) {
      assertEquals(0, left.count());
    }
  }

  private static TreePath path(String encoded) throws IOException {
    return TreePath.parse(encoded);
  }

  private boolean put(String path, String text) throws IOException {
    try (Upload upload = tree.upload()) {
      upload.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
      upload.sync();
      return tree.place(upload, path(path));
    }
  }

  private String get(String path) throws IOException {
    HomeTree.OpenFile file = tree.read(path(path));
    try (var channel = file.channel()) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.node().size());
      channel.read(bytes);
      return new String(bytes.array(), UTF_8);
    }
  }

  private Reason refused(org.junit.jupiter.api.function.Executable step) {
    return assertThrows(TreeException.class, step).reason();
  }

  @Test
  void aPutAppearsWholeAndReplacesWithANewEtagAndTheOldMode() throws IOException {
    assertTrue(put("/a", "one"));
    Files.setPosixFilePermissions(
        home.resolve("a"), java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-x---"));
    String etag = tree.stat(path("/a")).orElseThrow().etag();
    assertFalse(put("/a", "two"));
    Node node = tree.stat(path("/a")).orElseThrow();
    assertEquals("two", get("/a"));
    assertNotEquals(etag, node.etag());
    assertEquals(0750, node.mode());
  }

  @Test
  void anUploadThatIsNotPlacedLeavesNothing() throws IOException {
    try (Upload upload = tree.upload()) {
      upload.write(ByteBuffer.wrap(new byte[10]));
    }
    assertTrue(tree.stat(path("/a")).isEmpty());
  }

  @Test
  void parentsMustExist() {
    assertEquals(Reason.NO_PARENT, refused(() -> put("/no/a", "x")));
    assertEquals(Reason.NO_PARENT, refused(() -> tree.makeFolder(path("/no/a"))));
  }

  @Test
  void linksPipesAndDevicesAreRefusedAndNotListed() throws Exception {
    Files.createSymbolicLink(home.resolve("link"), dir.resolve("secret"));
    Files.createSymbolicLink(home.resolve("up"), dir);
    Files.createSymbolicLink(home.resolve("inside"), Path.of("plain"));
    Files.writeString(home.resolve("plain"), "x");
    assertEquals(
        0, new ProcessBuilder("mkfifo", home.resolve("pipe").toString()).start().waitFor());
    for (String name : new String[] {"/link", "/inside", "/pipe"}) {
      assertEquals(Reason.REFUSED, refused(() -> tree.stat(path(name))), name);
      assertEquals(Reason.REFUSED, refused(() -> tree.read(path(name))), name);
      assertEquals(Reason.REFUSED, refused(() -> put(name, "y")), name);
    }
    assertEquals(Reason.NOT_FOUND, refused(() -> tree.read(path("/up/secret"))));
    assertEquals(Reason.NO_PARENT, refused(() -> put("/up/new", "y")));
    Map<String, Node> seen = new TreeMap<>();
    tree.list(TreePath.ROOT, seen::put);
    assertEquals(java.util.Set.of("plain"), seen.keySet());
    assertEquals("secret", Files.readString(dir.resolve("secret")));
  }

  @Test
  void aFolderSwappedForALinkAgainAndAgainNeverLeadsOut() throws Exception {
    Path outside = Files.createDirectory(dir.resolve("outside"));
    Files.writeString(outside.resolve("f"), "secret");
    Path folder = Files.createDirectory(home.resolve("d"));
    Files.writeString(folder.resolve("f"), "mine");
    Path away = home.resolve("away");
    AtomicBoolean stop = new AtomicBoolean();
    Thread racer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    while (!stop.get()) {
                      Files.move(folder, away);
                      Files.createSymbolicLink(folder, outside);
                      Files.delete(folder);
                      Files.move(away, folder);
                    }
                  } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                  }
                });
    int read = 0;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    while (System.nanoTime() < end) {
      try {
        assertEquals("mine", get("/d/f"));
        put("/d/new", "x");
        read++;
      } catch (TreeException e) {
        // the folder was away or a link just then
      }
    }
    stop.set(true);
    racer.join();
    assertTrue(read > 0);
    assertFalse(Files.exists(outside.resolve("new"), LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void aDecomposedNameOnDiskIsFoundByEitherForm() throws IOException {
    Files.createDirectory(home.resolve("e\u0301"));
    Files.writeString(home.resolve("e\u0301").resolve("u\u0308"), "x");
    assertEquals("x", get("/%C3%A9/%C3%BC"));
    assertEquals("x", get("/e%CC%81/u%CC%88"));
    assertFalse(put("/%C3%A9/%C3%BC", "y"));
    Map<String, Node> seen = new TreeMap<>();
    tree.list(path("/%C3%A9"), seen::put);
    assertEquals(java.util.Set.of("\u00fc"), seen.keySet());
  }

  @Test
  void moveReplacesAndCopyLeavesOutWhatIsNotServed() throws IOException {
    tree.makeFolder(path("/d"));
    put("/d/f", "f");
    Files.createSymbolicLink(home.resolve("d/link"), dir.resolve("secret"));
    try (Staged copy = tree.copy(tree, path("/d"), true, bytes -> {})) {
      assertTrue(tree.place(copy, path("/e")));
    }
    assertEquals("f", get("/e/f"));
    assertFalse(Files.exists(home.resolve("e/link"), LinkOption.NOFOLLOW_LINKS));
    put("/g", "old");
    try (Staged old = tree.move(path("/e"), path("/g"), Optional.empty()).orElseThrow()) {
      assertTrue(old.inode() > 0);
      assertEquals("f", get("/g/f"));
    }
    assertTrue(tree.stat(path("/e")).isEmpty());
    try (Staged gone = tree.take(path("/d"))) {
      assertTrue(gone.inode() > 0);
      assertTrue(tree.stat(path("/d")).isEmpty());
    }
    assertEquals(new Usage(1, 2), tree.usage());
  }

  @Test
  void namesThatAreNotUtf8AreNotListedButAreDeletedWithTheirFolder() throws Exception {
    tree.makeFolder(path("/d"));
    ProcessBuilder odd = new ProcessBuilder("sh", "-c", "touch \"$(printf 'a\\377b')\"");
    odd.directory(home.resolve("d").toFile());
    assertEquals(0, odd.start().waitFor());
    tree.list(path("/d"), (name, node) -> assertEquals("", name));
    tree.take(path("/d")).close();
    assertTrue(tree.stat(path("/d")).isEmpty());
  }
}
