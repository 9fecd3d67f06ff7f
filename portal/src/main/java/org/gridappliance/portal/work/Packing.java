package org.gridappliance.portal.work;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.gridappliance.portal.shares.Place;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.TreePath;

/**
 * Writes archives while it reads the files. Names are UTF-8; a zip becomes zip64 where it must.
 * What is held grows by some 200 bytes for each file of a zip, whose list stands at its end.
 */
final class Packing {
  private static final int BUFFER_BYTES = 64 * 1024;

  private Packing() {}

  /** The kinds of archives, told by the ending. */
  enum Kind {
    ZIP(".zip"),
    TAR_GZ(".tar.gz"),
    TGZ(".tgz"),
    TAR(".tar");

    final String ending;

    Kind(String ending) {
      this.ending = ending;
    }

    /** {@return the kind of an archive of this name; empty for none that is known} */
    static java.util.Optional<Kind> of(String name) {
      String lower = name.toLowerCase(java.util.Locale.ROOT);
      return java.util.Arrays.stream(values()).filter(k -> lower.endsWith(k.ending)).findFirst();
    }
  }

  /**
   * Packs files and folders; each keeps its own name and what it holds.
   *
   * @param out is not closed
   */
  static void pack(
      Kind kind, Place place, List<TreePath> paths, OutputStream out, Progress progress)
      throws IOException {
    switch (kind) {
      case ZIP -> zip(place, paths, out, progress);
      case TAR -> tar(place, paths, out, progress);
      case TAR_GZ, TGZ -> {
        GZIPOutputStream gzip = new GZIPOutputStream(out, BUFFER_BYTES);
        tar(place, paths, gzip, progress);
        gzip.finish();
      }
    }
  }

  private static void zip(Place place, List<TreePath> paths, OutputStream out, Progress progress)
      throws IOException {
    ZipOutputStream zip =
        new ZipOutputStream(new BufferedOutputStream(out, BUFFER_BYTES), StandardCharsets.UTF_8);
    zip.setLevel(Deflater.BEST_SPEED);
    each(
        place,
        paths,
        (name, path, node) -> {
          ZipEntry entry = new ZipEntry(node.isFolder() ? name + "/" : name);
          entry.setLastModifiedTime(FileTime.from(node.modified()));
          zip.putNextEntry(entry);
          if (!node.isFolder()) {
            send(place, path, zip, progress, Long.MAX_VALUE);
          }
          zip.closeEntry();
          progress.entry();
        });
    zip.finish();
    zip.flush();
  }

  private static void tar(Place place, List<TreePath> paths, OutputStream out, Progress progress)
      throws IOException {
    BufferedOutputStream buffered = new BufferedOutputStream(out, BUFFER_BYTES);
    TarArchiveOutputStream tar = new TarArchiveOutputStream(buffered, "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
    each(
        place,
        paths,
        (name, path, node) -> {
          TarArchiveEntry entry = new TarArchiveEntry(node.isFolder() ? name + "/" : name);
          entry.setModTime(FileTime.from(node.modified()));
          entry.setMode(node.isFolder() ? 0755 : 0644);
          entry.setSize(node.size());
          tar.putArchiveEntry(entry);
          if (!node.isFolder()) {
            send(place, path, tar, progress, node.size());
          }
          tar.closeArchiveEntry();
          progress.entry();
        });
    tar.finish();
    buffered.flush(); // tar's own flush does not reach it
  }

  private interface Each {
    void pack(String name, TreePath path, Node node) throws IOException;
  }

  private static void each(Place place, List<TreePath> paths, Each each) throws IOException {
    for (TreePath start : paths) {
      int above = Math.max(0, start.names().size() - 1);
      Walk.over(
          place,
          start,
          (path, node) -> {
            String name = String.join("/", path.names().subList(above, path.names().size()));
            if (!name.isEmpty()) { // a place as a whole has no name of its own
              each.pack(name, path, node);
            }
          });
    }
  }

  /** Sends a file, at most so many bytes: it may grow meanwhile. */
  private static void send(
      Place place, TreePath path, OutputStream out, Progress progress, long most)
      throws IOException {
    try (InputStream in = Channels.newInputStream(place.read(path).channel())) {
      byte[] buffer = new byte[BUFFER_BYTES];
      long left = most;
      while (left > 0) {
        int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (n < 0) {
          return;
        }
        out.write(buffer, 0, n);
        left -= n;
        progress.bytes(n);
      }
    }
  }
}
