package org.gridappliance.agent.desktop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent that is not root: all is one Unix user's, and the envelope alone keeps people apart.
 * Root only starts it as another user here.
 */
@Tag("root")
class NormalUserTest {
  private static final int USER = 58_499;

  @TempDir Path folder;

  @Test
  void withoutRootTheEnvelopeStillShowsTheHomeAlone() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path data = folder.resolve("data");
    for (String name : List.of("ada", "bob")) {
      Files.createDirectories(data.resolve("users").resolve(name).resolve("home"));
    }
    Files.writeString(data.resolve("users/bob/home/diary"), "nobody may read this");
    Files.createDirectories(data.resolve("db"));
    Files.writeString(data.resolve("db/portal.mv.db"), "accounts");
    try (Stream<Path> all = Files.walk(data)) {
      for (Path path : all.toList()) {
        Files.setAttribute(path, "unix:uid", USER);
        Files.setAttribute(path, "unix:gid", USER);
      }
    }
    String line =
        ("id -u; pwd; echo kept > note; ls -A /home; cat %1$s/users/bob/home/diary %1$s/db/portal.mv.db;"
                + " ls -a %1$s /tmp/.X11-unix; ls /proc | grep -c '^[0-9]'; cat /proc/net/unix;"
                + " unshare -U id; echo z > /etc/passwd; echo $((6*7))done")
            .formatted(data);
    String said = run(data, line);
    assertTrue(said.contains(USER + "\r\n") && said.contains("/home/ada\r\n"), said);
    assertFalse(said.contains("nobody may read this") || said.contains("\naccounts"), said);
    assertFalse(said.contains("\nbob\r\n"), said);
    assertTrue(said.contains("Read-only file system"), said);
    assertTrue(said.contains("RFB 003.008") && said.contains("all ended"), said);
    Path note = data.resolve("users/ada/home/note");
    assertEquals("kept\n", Files.readString(note));
    assertEquals(USER, Files.getAttribute(note, "unix:uid"));
    assertEquals(0, processesOfTheUser(), "programs are left");
  }

  private String run(Path data, String line) throws Exception {
    List<String> command =
        List.of(
            "/usr/bin/setpriv",
            "--reuid=" + USER,
            "--regid=" + USER,
            "--clear-groups",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            readableClassPath(),
            NormalUserMain.class.getName(),
            data.toString(),
            line);
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said;
  }

  /** This test's classes, where that user may read them: our own lie in a home of root's. */
  private String readableClassPath() throws IOException {
    Path place = Files.createDirectories(folder.resolve("classes"));
    List<String> entries = new ArrayList<>();
    String all =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    for (String entry : all.split(File.pathSeparator, -1)) {
      Path from = Path.of(entry);
      Path to = place.resolve(Integer.toString(entries.size()));
      if (Files.isDirectory(from)) {
        copy(from, to);
        entries.add(to.toString());
      } else if (Files.isRegularFile(from)) {
        Files.copy(from, to.resolveSibling(to.getFileName() + ".jar"));
        entries.add(to + ".jar");
      }
    }
    return String.join(File.pathSeparator, entries);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  private static long processesOfTheUser() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.filter(path -> path.getFileName().toString().matches("[0-9]+"))
          .filter(
              path -> {
                try {
                  return Files.getAttribute(path, "unix:uid").equals(USER);
                } catch (IOException e) { // it ended meanwhile
                  return false;
                }
              })
          .count();
    }
  }
}
