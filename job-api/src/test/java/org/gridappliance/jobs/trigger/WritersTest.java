package org.gridappliance.jobs.trigger;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WritersTest {
  @TempDir Path home;

  @Test
  void aFileIsBeingWrittenUntilItsWriterClosesIt() throws IOException {
    Path file = Files.createDirectory(home.resolve("in")).resolve("ä;$(x)\n.fa");
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(1);
      assertTrue(Writers.writing(home, "in/ä;$(x)\n.fa"));
    }
    assertFalse(Writers.writing(home, "in/ä;$(x)\n.fa"));
  }

  @Test
  void linksAndWhatIsNotThereAreNotAsked() throws IOException {
    Path outside = Files.createTempFile("outside", ".txt");
    Files.createSymbolicLink(home.resolve("link"), outside);
    try (OutputStream out = Files.newOutputStream(outside)) {
      out.write(1);
      assertFalse(Writers.writing(home, "link"));
      assertFalse(Writers.writing(home, "gone"));
      assertFalse(Writers.writing(home, "../" + outside.getFileName()));
    } finally {
      Files.delete(outside);
    }
  }
}
