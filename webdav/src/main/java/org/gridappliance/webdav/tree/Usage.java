package org.gridappliance.webdav.tree;

import java.io.IOException;
import java.util.Optional;
import org.gridappliance.webdav.tree.TreeException.Reason;

/**
 * What a tree holds.
 *
 * @param bytes the sizes of its files, hard links counted each
 * @param entries files and folders
 */
public record Usage(long bytes, long entries) {

  static Usage of(Fd root) throws IOException {
    try (Fd folder = root.open(".", Fd.FOLDER, 0)) {
      return walk(folder, 0);
    }
  }

  private static Usage walk(Fd folder, int depth) throws IOException {
    long bytes = 0;
    long entries = 0;
    try (FolderReader reader = new FolderReader(folder)) {
      for (byte[] raw = reader.next(); raw != null; raw = reader.next()) {
        try {
          Optional<Node> node = folder.stat(raw);
          if (node.isPresent()) {
            entries++;
            bytes += node.get().size();
            if (node.get().isFolder() && depth < TreeCopy.MAX_DEPTH) {
              try (Fd inner = folder.open(raw, Fd.FOLDER, 0)) {
                Usage below = walk(inner, depth + 1);
                bytes += below.bytes;
                entries += below.entries;
              }
            }
          }
        } catch (TreeException e) {
          if (e.reason() != Reason.REFUSED && e.reason() != Reason.NOT_FOUND) {
            throw e;
          }
        }
      }
    }
    return new Usage(bytes, entries);
  }
}
