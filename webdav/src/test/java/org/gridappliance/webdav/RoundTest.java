package org.gridappliance.webdav;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.gridappliance.webdav.history.Kept;
import org.gridappliance.webdav.history.Retention;
import org.gridappliance.webdav.property.PropertyName;
import org.gridappliance.webdav.property.PropertyStore.Change;
import org.gridappliance.webdav.tree.HomeTree.OpenFile;
import org.gridappliance.webdav.tree.TreePath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rounds through a home in which a shell works beside WebDAV. */
class RoundTest {
  private static final PropertyName COLOUR = new PropertyName("urn:x", "colour");

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
            1_000_000,
            "ann");
    open();
  }

  private void open() {
    storage =
        new Storage(
            new Storage.Options(
                true, Long.MAX_VALUE, new Retention(30, 1000, 50), () -> Long.MAX_VALUE),
            source,
            () -> now);
  }

  @AfterEach
  void stop() {
    source.close();
  }

  private void shell(String script) throws Exception {
    Process shell =
        new ProcessBuilder("sh", "-ec", script)
            .directory(home.folder().toFile())
            .inheritIO()
            .start();
    assertEquals(0, shell.waitFor(), script);
  }

  private void round() throws IOException {
    try (HomeStorage ann = storage.open(home)) {
      assertTrue(ann.round());
    }
  }

  private static TreePath path(String text) throws IOException {
    return TreePath.parse(text);
  }

  private static void put(HomeStorage home, String path, String text) throws IOException {
    try (Writing writing = home.put(path(path), text.length(), Guard.NONE)) {
      writing.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
      writing.finish();
    }
  }

  private List<String> versions(String path) throws IOException {
    try (HomeStorage ann = storage.open(home)) {
      List<String> texts = new java.util.ArrayList<>();
      for (Kept kept : ann.keeping().versions(path(path))) {
        try (OpenFile file = ann.keeping().read(kept)) {
          texts.add(text(file));
        }
      }
      return texts;
    }
  }

  private static String text(OpenFile file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) file.node().size());
    while (bytes.hasRemaining() && file.channel().read(bytes) >= 0) {}
    return new String(bytes.array(), UTF_8);
  }

  private List<String> trash() throws IOException {
    try (HomeStorage ann = storage.open(home)) {
      return ann.keeping().trash().stream().map(kept -> kept.path().toString()).toList();
    }
  }

  @Test
  void whatAShellOverwritesInPlaceOrReplacesBecomesAVersion() throws Exception {
    shell("echo one >in-place; echo one >replaced");
    round();
    shell("echo two >in-place; echo two >x; mv x replaced");
    round();
    assertEquals(List.of("one\n"), versions("/in-place"));
    assertEquals(List.of("one\n"), versions("/replaced"));
    try (HomeStorage ann = storage.open(home)) {
      ann.keeping().restore(ann.keeping().versions(path("/in-place")).getFirst(), Guard.NONE);
    }
    assertEquals("one\n", Files.readString(home.folder().resolve("in-place")));
    assertEquals(List.of(), trash());
  }

  @Test
  void whatAShellDeletesGoesToTheTrashAFolderAsOneThing() throws Exception {
    shell(
        "echo f >f; mkdir -p d/e; echo 1 >d/1; echo 2 >d/e/2; chmod 600 d/1; touch -d 2001-02-03 f");
    round();
    shell("rm -r f d");
    round();
    assertEquals(Set.of("/f", "/d"), Set.copyOf(trash()));
    try (HomeStorage ann = storage.open(home)) {
      for (Kept kept : ann.keeping().trash()) {
        ann.keeping().restore(kept);
      }
    }
    shell("grep -qx f f; grep -qx 1 d/1; grep -qx 2 d/e/2; [ $(stat -c %a d/1) = 600 ]");
    shell("[ $(date -r f +%F) = 2001-02-03 ]");
    round();
    assertEquals(List.of(), trash());
  }

  @Test
  void propertiesAndVersionsFollowWhatAShellMovesAndNothingIsTrashed() throws Exception {
    shell("mkdir d; echo one >d/f");
    round();
    shell("echo two >d/f");
    round();
    try (HomeStorage ann = storage.open(home)) {
      assertTrue(
          ann.properties()
              .change("ann", "/d/f/", List.of(new Change(COLOUR, Optional.of("<red/>"))))
              .await());
    }
    shell("mkdir up; mv d up/e");
    round();
    assertEquals(List.of("one\n"), versions("/up/e/f"));
    assertEquals(List.of(), versions("/d/f"));
    try (HomeStorage ann = storage.open(home)) {
      assertEquals(Map.of(COLOUR, "<red/>"), ann.properties().of("ann", "/up/e/f/"));
    }
    assertEquals(List.of(), trash());
    shell("mv up/e/f up/e/g; echo other >up/e/f");
    round();
    assertEquals(List.of("one\n"), versions("/up/e/f"), "something else has the old path");
  }

  @Test
  void whatWebDavDidIsNotKeptTwiceNorComesBackAfterItWasRemovedForGood() throws Exception {
    shell("echo a >a; echo b >b; echo c >c; mkdir d; echo d >d/d; echo e >e");
    round();
    try (HomeStorage ann = storage.open(home)) {
      put(ann, "/a", "new");
      ann.delete(path("/b"), Guard.NONE);
      ann.move(path("/c"), path("/c2"), false, Guard.NONE);
      ann.delete(path("/d"), Guard.NONE);
      ann.move(path("/e"), path("/c2"), true, Guard.NONE);
    }
    round();
    assertEquals(List.of("a\n"), versions("/a"));
    assertEquals(Set.of("/b", "/d"), Set.copyOf(trash()));
    assertEquals(List.of("c\n"), versions("/c2"));
    shell("echo x >x; mkdir y; echo y >y/y");
    round();
    try (HomeStorage ann = storage.open(home)) {
      ann.delete(path("/x"), Guard.NONE);
      ann.delete(path("/y"), Guard.NONE);
      ann.keeping().empty();
    }
    round();
    assertEquals(List.of(), trash());
    assertEquals(Set.of("new", "e\n"), Set.copyOf(held().values()));
  }

  /** The contents of what is held, by file name. */
  private Map<String, String> held() throws IOException {
    Map<String, String> texts = new HashMap<>();
    try (Stream<Path> files = Files.list(home.last())) {
      for (Path file : files.toList()) {
        texts.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return texts;
  }

  @Test
  void aFileThatAlwaysChangesBecomesAVersionOnceAnHour() throws Exception {
    for (int i = 0; i < 13; i++) {
      shell("echo " + i + " >>log");
      round();
      now = now.plus(Duration.ofMinutes(10));
    }
    assertEquals(2, versions("/log").size());
  }

  @Test
  void copiesTakeHalfOfTheShareTheOthersAreSecondNamesThatKeepWhatIsDeleted() throws Exception {
    // a share of 500,000 bytes: 250,000 of copies, the last changed first
    shell("for i in 1 2 3 4; do head -c 100000 /dev/zero >f$i; touch -d \"2020-01-0$i\" f$i; done");
    round();
    long own = 0;
    try (Stream<Path> files = Files.list(home.last())) {
      own += files.filter(f -> nlink(f) == 1).count();
    }
    assertEquals(nlink(home.folder().resolve("f1")) == 1 ? 4 : 2, own);
    shell("rm f1; echo gone >f4");
    round();
    assertEquals(List.of("/f1"), trash());
    assertEquals(100_000, versions("/f4").getFirst().length());
  }

  @Test
  void pipesAndLinksAreLeftAlone() throws Exception {
    shell("echo secret >../outside; mkfifo pipe; ln -s ../outside link; echo one >f");
    round();
    shell("echo two >f; rm pipe link");
    round();
    assertEquals(List.of("one\n"), versions("/f"));
    assertEquals(List.of(), trash());
    assertEquals(List.of("two\n"), List.copyOf(held().values()));
  }

  private static int nlink(Path file) {
    try {
      return (Integer) Files.getAttribute(file, "unix:nlink");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /**
   * Shell and WebDAV write, replace, move and delete at random; every content is written once, so
   * what was there at a round is in the home, a version, or in the trash after the next.
   */
  @Test
  void whateverIsDoneWhatARoundSawIsFoundAfterTheNext() throws Exception {
    long seed = Long.getLong("seed", 42);
    System.out.println("round test seed " + seed);
    Random random = new Random(seed);
    int rounds = Boolean.getBoolean("soak") ? 400 : 40;
    int text = 0;
    shell("mkdir -p a/b c");
    for (int n = 0; n < rounds; n++) {
      round();
      Set<String> before = texts(home.folder());
      for (int i = random.nextInt(6); i >= 0; i--) {
        act(random, "t" + text++);
      }
      if (random.nextInt(4) == 0) {
        open(); // as after a restart
      }
      now = now.plus(Duration.ofHours(2));
      round();
      before.removeAll(texts(home.folder()));
      before.removeAll(texts(home.kept()));
      assertEquals(Set.of(), before, "seed " + seed + " round " + n);
    }
    try (Stream<Path> kept = Files.list(home.kept())) {
      assertEquals(storage.history().all("ann").size(), kept.count());
    }
  }

  private void act(Random random, String text) throws Exception {
    List<String> folders = List.of("", "a/", "a/b/", "c/");
    String from = folders.get(random.nextInt(4)) + "f" + random.nextInt(3);
    String to = folders.get(random.nextInt(4)) + "f" + random.nextInt(3);
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> shell("mkdir -p a/b c; echo " + text + " >" + from);
      case 3 -> shell("mkdir -p a/b c; echo " + text + " >x; mv x " + from);
      case 4 -> shell("rm -f " + from);
      case 5 ->
          shell(
              "mkdir -p a/b c; [ ! -e "
                  + from
                  + " ] || [ -e "
                  + to
                  + " ] || mv "
                  + from
                  + " "
                  + to);
      case 6 -> shell("rm -rf a/b");
      case 7 -> shell("mkdir -p a/b c; [ -e c/b ] || mv a/b c/b; [ ! -e c/b ] || rm -r c/b");
      case 8 -> {
        try (HomeStorage ann = storage.open(home)) {
          if (ann.stat(path("/" + from).parent()).isPresent()) {
            put(ann, "/" + from, text);
          }
        }
      }
      default -> {
        try (HomeStorage ann = storage.open(home)) {
          if (ann.stat(path("/" + from)).isPresent()) {
            ann.delete(path("/" + from), Guard.NONE);
          }
        }
      }
    }
  }

  private static Set<String> texts(Path folder) throws IOException {
    Set<String> texts = new HashSet<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        texts.add(Files.readString(file).strip());
      }
    }
    return texts;
  }
}
