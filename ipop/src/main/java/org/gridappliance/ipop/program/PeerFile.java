package org.gridappliance.ipop.program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.gridappliance.ipop.wire.Contact;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Nodes that were reached directly, one {@code KEY@HOST:PORT} a line, so that a node finds the ring
 * again after a restart although every bootstrap node is gone. Written anew now and then.
 */
final class PeerFile {

  /** The most nodes remembered. */
  static final int MAX = 32;

  private static final Logger log = LoggerFactory.getLogger(PeerFile.class);

  private final Path path;
  private List<Contact> written = List.of();

  PeerFile(Path path) {
    this.path = path;
  }

  /**
   * {@return the nodes in the file}; none if there is no file, and without the lines that are none.
   */
  List<Contact> read() throws IOException {
    List<Contact> contacts = new ArrayList<>();
    if (Files.exists(path)) {
      for (String line : Files.readAllLines(path)) {
        try {
          contacts.add(Settings.contact(line));
        } catch (IOException e) {
          log.warn("known peer left out: {}", e.getMessage());
        }
      }
    }
    return contacts.subList(0, Math.min(contacts.size(), MAX));
  }

  /** Replaces the file if there is something new to say; an empty list changes nothing. */
  void write(List<Contact> contacts) throws IOException {
    if (contacts.isEmpty() || contacts.equals(written)) {
      return;
    }
    List<String> lines = new ArrayList<>();
    for (Contact contact : contacts) {
      if (!contact.endpoints().isEmpty()) {
        lines.add(contact.key() + "@" + contact.endpoints().getFirst());
      }
    }
    Path part = path.resolveSibling(path.getFileName() + ".part");
    Files.write(part, lines);
    Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    written = contacts;
  }
}
