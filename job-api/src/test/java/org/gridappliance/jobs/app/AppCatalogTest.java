package org.gridappliance.jobs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppCatalogTest {
  private final AtomicLong clock = new AtomicLong();
  private final Set<String> removed = new HashSet<>();
  @TempDir Path shipped;
  @TempDir Path own;

  private AppCatalog catalog() {
    return new AppCatalog(
        List.of(shipped, own, own.resolve("missing")),
        Map::of,
        () -> removed,
        () -> clock.addAndGet(1_000_000_000L));
  }

  private static void put(Path apps, String id, String yaml) throws IOException {
    Files.createDirectories(apps.resolve(id));
    Files.writeString(apps.resolve(id).resolve("app.yaml"), yaml);
  }

  @Test
  void aFolderDroppedInChangedOrRemovedIsSeenWithoutRestart() throws IOException {
    AppCatalog catalog = catalog();
    assertEquals(List.of(), catalog.list());
    put(own, "small", Apps.SMALL);
    App first = catalog.find("small").orElseThrow();
    removed.add("small");
    removed.add("never");
    assertEquals(List.of(), catalog.list());
    assertTrue(catalog.entry("small").isEmpty() && catalog.isRemoved("small"));
    assertFalse(catalog.isRemoved("never"), "there is none");
    removed.clear();
    put(own, "small", Apps.SMALL.replace("title: Small", "title: Renamed"));
    App second = catalog.find("small").orElseThrow();
    assertEquals("Renamed", second.title());
    assertTrue(!first.digest().equals(second.digest()));
    Files.delete(own.resolve("small/app.yaml"));
    assertTrue(catalog.find("small").isEmpty());
  }

  @Test
  void ownFolderWinsOverTheShippedOne() throws IOException {
    put(shipped, "small", Apps.SMALL);
    put(own, "small", Apps.SMALL.replace("title: Small", "title: Mine"));
    assertEquals("Mine", catalog().find("small").orElseThrow().title());
    assertEquals(1, catalog().list().size());
  }

  @Test
  void aBrokenFolderIsListedWithItsProblem() throws IOException {
    put(own, "broken", Apps.SMALL.replace("type: file", "type: fille"));
    put(own, "Not-An-Id", Apps.SMALL);
    AppCatalog.Entry entry = catalog().list().getFirst();
    assertEquals(1, catalog().list().size());
    assertTrue(entry.app().isEmpty());
    assertTrue(
        entry.problem().orElse("").startsWith("broken/app.yaml:6:11: inputs[0].type: \"fille\""),
        entry.problem().toString());
  }

  @Test
  void exampleFilesCannotLeadOutOfTheFolder() throws IOException {
    put(own, "small", Apps.SMALL);
    Files.createDirectories(own.resolve("small/examples"));
    Files.writeString(own.resolve("small/examples/a.txt"), "a");
    Files.createSymbolicLink(own.resolve("small/examples/link"), own.resolve("small/app.yaml"));
    App app = catalog().find("small").orElseThrow();
    assertTrue(app.exampleFile("example:a.txt").isPresent());
    for (String name :
        List.of(
            "a.txt", "example:../app.yaml", "example:link", "example:", "example:/etc/hostname")) {
      assertTrue(app.exampleFile(name).isEmpty(), name);
    }
  }

  @Test
  void checkPrintsFileLineAndColumn() throws IOException {
    put(own, "broken", Apps.SMALL.replace("default: 2", "default: 99"));
    Path file = own.resolve("broken/app.yaml");
    assertEquals(
        file + ":19:14: inputs[2].default: 99: want a whole number in 1..8",
        check(file, AppCheck.BAD).lines().findFirst().orElse(""));
    put(own, "small", Apps.SMALL);
    assertTrue(check(own.resolve("small"), AppCheck.GOOD).contains("Small is in order: 4 inputs"));
    assertTrue(
        check(own.resolve("nowhere"), AppCheck.BAD).contains("want a folder, or the app.yaml"));
  }

  private static String check(Path given, int expected) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int status = AppCheck.run(given, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertEquals(expected, status, text);
    return text;
  }
}
