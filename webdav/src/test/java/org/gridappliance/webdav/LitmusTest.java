package org.gridappliance.webdav;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The WebDAV suite of Debian's package litmus, against the server on loopback. */
class LitmusTest {
  private static final Pattern SUMMARY = Pattern.compile("of (\\d+) tests run: (\\d+) passed");

  @Test
  void litmusPassesAll104TestsWithoutAWarning(@TempDir Path dir) throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/litmus")),
        "left out: litmus is not installed; apt-get install litmus");
    try (DavServer server = new DavServer(dir, Long.MAX_VALUE)) {
      Path output = dir.resolve("litmus.txt");
      Process litmus =
          new ProcessBuilder("/usr/bin/litmus", "-k", server.url("/"))
              .directory(Files.createDirectory(dir.resolve("cwd")).toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      boolean ended = litmus.waitFor(100, TimeUnit.SECONDS);
      litmus.destroy();
      String text = Files.readString(output);
      assertEquals(true, ended, text);
      int run = 0;
      int passed = 0;
      for (Matcher m = SUMMARY.matcher(text); m.find(); ) {
        run += Integer.parseInt(m.group(1));
        passed += Integer.parseInt(m.group(2));
      }
      assertEquals("104 of 104", passed + " of " + run, text);
      assertFalse(text.contains("WARNING"), text);
    }
  }
}
