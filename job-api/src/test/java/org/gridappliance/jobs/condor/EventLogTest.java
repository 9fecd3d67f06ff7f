package org.gridappliance.jobs.condor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A schedd's event log as it is written, interrupted and renamed. */
class EventLogTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("events.json");
  }

  private static String event(int cluster) {
    return "{\n  \"MyType\": \"ExecuteEvent\",\n  \"Cluster\": %d,\n  \"Proc\": 0,\n  \"EventTypeNumber\": 1\n}\n"
        .formatted(cluster);
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static List<Integer> clusters(EventLog log) throws IOException {
    return log.read().stream().map(event -> event.path("Cluster").asInt()).toList();
  }

  @Test
  void whatWasThereBeforeIsLeftOutAndWhatComesIsRead() throws Exception {
    write(event(1));
    try (EventLog log = new EventLog(file)) {
      log.skip();
      assertEquals(List.of(), clusters(log));
      write(event(2) + event(3));
      assertEquals(List.of(2, 3), clusters(log));
      assertEquals(List.of(), clusters(log));
    }
  }

  @Test
  void aLogThatDoesNotExistYetIsReadFromItsBeginning() throws Exception {
    try (EventLog log = new EventLog(file)) {
      log.skip();
      assertEquals(List.of(), clusters(log));
      write(event(1));
      assertEquals(List.of(1), clusters(log));
    }
  }

  @Test
  void halfAnEventWaitsForItsRestWhereverItWasCut() throws Exception {
    String whole = event(7);
    for (int cut = 1; cut < whole.length(); cut++) {
      Files.deleteIfExists(file);
      Files.createFile(file);
      try (EventLog log = new EventLog(file)) {
        log.skip();
        write(whole.substring(0, cut));
        assertEquals(List.of(), clusters(log), "cut at " + cut);
        write(whole.substring(cut));
        assertEquals(List.of(7), clusters(log), "cut at " + cut);
      }
    }
  }

  @Test
  void anEventWhoseWriterWasKilledIsLeftOutAndTheNextIsRead() throws Exception {
    Files.createFile(file);
    try (EventLog log = new EventLog(file)) {
      log.skip();
      write("{\n  \"MyType\": \"ExecuteEv");
      assertEquals(List.of(), clusters(log));
      write("\n" + event(2));
      assertEquals(List.of(2), clusters(log));
    }
  }

  @Test
  void anEventThatIsNoJsonIsLeftOut() throws Exception {
    Files.createFile(file);
    try (EventLog log = new EventLog(file)) {
      log.skip();
      write("{\n  \"Cluster\": oops,\n}\nnoise\n" + event(4));
      assertEquals(List.of(4), clusters(log));
    }
  }

  @Test
  void aRenamedLogIsReadToItsEndBeforeTheNew() throws Exception {
    Files.createFile(file);
    try (EventLog log = new EventLog(file)) {
      log.skip();
      write(event(1));
      assertEquals(List.of(1), clusters(log));
      write(event(2));
      Files.move(file, folder.resolve("events.json.1"));
      write(event(3));
      assertEquals(List.of(2, 3), clusters(log));
      write(event(4));
      assertEquals(List.of(4), clusters(log));
    }
  }
}
