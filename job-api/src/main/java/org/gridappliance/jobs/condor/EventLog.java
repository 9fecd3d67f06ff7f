package org.gridappliance.jobs.condor;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a schedd's event log: JSON objects one after the other, each from a line <code>{</code>
 * to a line <code>}</code>. An object that is half written waits for its rest; one whose rest never
 * came (its writer was killed) is left out when the next begins; one that is no JSON is left out
 * and told. When the log is renamed for a new one, the old is read to its end first. Not
 * thread-safe.
 */
final class EventLog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EventLog.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PIECE = 1 << 18;
  private static final int MOST_OBJECT = 1 << 20;

  private final Path file;
  private final ByteBuffer piece = ByteBuffer.allocate(PIECE);
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final StringBuilder object = new StringBuilder();
  private @Nullable FileChannel open;
  private @Nullable Object inode;
  private boolean fromStart;

  EventLog(Path file) {
    this.file = file;
  }

  /** Goes to the end of what is there; what comes later is read. */
  void skip() throws IOException {
    close();
    if (Files.exists(file)) {
      FileChannel channel = open();
      channel.position(channel.size());
    }
    fromStart = true;
  }

  /** {@return the events since the last call, oldest first; empty when there is none} */
  List<JsonNode> read() throws IOException {
    List<JsonNode> events = new ArrayList<>();
    try {
      FileChannel channel = open != null ? open : first();
      drain(channel, events);
      if (isReplaced(channel)) {
        drain(channel, events); // what came between the two looks
        close();
        line.reset();
        drain(open(), events);
      }
    } catch (NoSuchFileException e) {
      // not begun yet, or between two names
    }
    return events;
  }

  private FileChannel first() throws IOException {
    FileChannel channel = open();
    if (!fromStart) {
      channel.position(channel.size());
      fromStart = true;
    }
    return channel;
  }

  private FileChannel open() throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    open = channel;
    inode = Files.getAttribute(file, "unix:ino");
    return channel;
  }

  private boolean isReplaced(FileChannel channel) throws IOException {
    if (!Files.getAttribute(file, "unix:ino").equals(inode)) {
      return true;
    }
    if (channel.size() < channel.position()) { // made anew in place
      channel.position(0);
    }
    return false;
  }

  private void drain(FileChannel channel, List<JsonNode> events) throws IOException {
    while (channel.read(piece.clear()) > 0) {
      piece.flip();
      while (piece.hasRemaining()) {
        byte one = piece.get();
        if (one == '\n') {
          line(line.toString(StandardCharsets.UTF_8), events);
          line.reset();
        } else if (line.size() < MOST_OBJECT) {
          line.write(one);
        }
      }
    }
  }

  private void line(String text, List<JsonNode> events) {
    if (text.startsWith("{")) {
      if (!object.isEmpty()) {
        log.warn("an event of HTCondor was never written to its end: {}", shortened());
      }
      object.setLength(0);
      object.append(text).append('\n');
    } else if (!object.isEmpty() && object.length() < MOST_OBJECT) {
      object.append(text).append('\n');
    }
    if (text.equals("}") && !object.isEmpty()) {
      try {
        events.add(JSON.readTree(object.toString()));
      } catch (JacksonException e) {
        log.warn("an event of HTCondor is no JSON: {}", shortened());
      }
      object.setLength(0);
    }
  }

  private String shortened() {
    return object.substring(0, Math.min(200, object.length())).replace('\n', ' ');
  }

  @Override
  public void close() throws IOException {
    FileChannel channel = open;
    open = null;
    if (channel != null) {
      channel.close();
    }
  }
}
