package org.gridappliance.tests.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code ./appliance uninstall}: the machine is as it was before. */
@Tag("alone")
class UninstallTest {
  private static final List<Path> PLACES =
      List.of("/etc", "/usr/local", "/var/lib", "/var/cache", "/var/log", "/run", "/opt", "/srv")
          .stream()
          .map(Path::of)
          .toList();

  @Test
  @Tag("root")
  void theMachineIsAsItWasBefore() throws Exception {
    try (Script script = new Script()) {
      // Earlier tests started appliances as root too: begin without what they left on purpose.
      String data = script.data().toString();
      script.up().ready().interrupt();
      assertEquals(0, script.run("uninstall", "--yes", "--data", data).status());
      Set<String> before = listing(script.folder());
      String users = Files.readString(Path.of("/etc/passwd"));
      String groups = Files.readString(Path.of("/etc/group"));

      script.up().ready();
      assertNotEquals(users, Files.readString(Path.of("/etc/passwd")), "no user of its own");
      Script.Ended ended = script.run("uninstall", "--yes", "--data", data);
      assertEquals(0, ended.status(), ended.text());

      assertEquals(List.of(), script.processes());
      assertEquals(users, Files.readString(Path.of("/etc/passwd")));
      assertEquals(groups, Files.readString(Path.of("/etc/group")));
      Set<String> after = listing(script.folder());
      assertEquals(List.of(), after.stream().filter(path -> !before.contains(path)).toList());
      assertEquals(List.of(), before.stream().filter(path -> !after.contains(path)).toList());
    }
  }

  @Test
  void withoutConsentAndOnAFolderOfSomebodyElseNothingIsRemoved() throws Exception {
    try (Script script = new Script()) {
      Path precious = Files.createDirectories(script.folder().resolve("other")).resolve("a.txt");
      Files.writeString(precious, "precious");
      String other = script.folder().resolve("other").toString();
      assertNotEquals(0, script.run("uninstall", "--yes", "--data", other).status());
      assertEquals("precious", Files.readString(precious));
      script.up().ready().interrupt();
      assertNotEquals(0, script.run("uninstall", "--data", script.data().toString()).status());
      assertTrue(Files.exists(script.data().resolve("db/appliance.mv.db")));
    }
  }

  /** Every path of the places where programs leave things, and of the test's own folder. */
  private static Set<String> listing(Path own) throws IOException {
    Set<String> paths = new TreeSet<>();
    for (Path place : PLACES) {
      walk(place, paths);
    }
    walk(own, paths);
    paths.removeIf(path -> path.startsWith(own + "/up-") || path.startsWith(own + "/run-"));
    paths.removeIf(path -> path.startsWith("/run/netns")); // made by tests of the network
    return paths;
  }

  private static void walk(Path place, Set<String> paths) throws IOException {
    if (!Files.isDirectory(place)) {
      return;
    }
    Files.walkFileTree(
        place,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes a) {
            paths.add(folder.toString());
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
            paths.add(file.toString());
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE; // gone meanwhile
          }
        });
  }
}
