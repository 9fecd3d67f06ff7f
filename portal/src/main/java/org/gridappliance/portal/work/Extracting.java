package org.gridappliance.portal.work;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.ArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.shares.FileWork;
import org.gridappliance.portal.shares.Place;
import org.gridappliance.webdav.Writing;
import org.gridappliance.webdav.tree.HomeTree;
import org.gridappliance.webdav.tree.TreePath;

/**
 * Extracts an archive into a new folder, reading it from front to end. A name that leads out of the
 * folder ends it; links, pipes and devices are left out; a bomb is stopped by the number of
 * entries, by how much more comes out than went in, and by the quota.
 */
final class Extracting {
  private static final int MOST_ENTRIES = 200_000;

  /** Deflate reaches about 1,000; what a person packs rarely exceeds 100. */
  private static final long MOST_RATIO = 250;

  private static final long RATIO_FROM_BYTES = 64L << 20;
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Place place;
  private final TreePath folder;
  private final long archiveBytes;
  private final Progress progress;
  private int leftOut;
  private int entries;
  private long bytes;

  private Extracting(Place place, TreePath folder, long archiveBytes, Progress progress) {
    this.place = place;
    this.folder = folder;
    this.archiveBytes = archiveBytes;
    this.progress = progress;
  }

  /**
   * Extracts.
   *
   * @param folder is new and empty
   * @return how many links and the like were left out
   */
  static int extract(Place from, TreePath archive, Place place, TreePath folder, Progress progress)
      throws IOException {
    Packing.Kind kind =
        Packing.Kind.of(archive.name())
            .orElseThrow(
                () ->
                    Problem.conflict(
                        archive.name() + ": want a name that ends in .zip, .tar, .tar.gz or .tgz"));
    HomeTree.OpenFile file = from.read(archive);
    progress.totalBytes.set(file.node().size());
    Extracting work = new Extracting(place, folder, file.node().size(), progress);
    try (InputStream raw = Channels.newInputStream(file.channel());
        InputStream in = new BufferedInputStream(new Counted(raw, progress), BUFFER_BYTES)) {
      switch (kind) {
        case ZIP -> work.all(new ZipArchiveInputStream(in, "UTF-8", true, true));
        case TAR -> work.all(new TarArchiveInputStream(in, "UTF-8"));
        case TAR_GZ, TGZ ->
            work.all(new TarArchiveInputStream(new GZIPInputStream(in, BUFFER_BYTES), "UTF-8"));
      }
    } catch (IOException e) {
      if (FileWork.asProblem(e) instanceof Problem problem) {
        throw problem;
      }
      throw new Problem(
          409, "Damaged", archive.name() + " cannot be read to its end: " + e.getMessage());
    }
    if (work.entries == 0) {
      throw Problem.conflict(archive.name() + " holds nothing, or is no archive of its ending");
    }
    return work.leftOut;
  }

  private <E extends ArchiveEntry> void all(ArchiveInputStream<E> archive) throws IOException {
    for (E entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
      if (++entries > MOST_ENTRIES) {
        throw Problem.conflict("the archive holds more than " + MOST_ENTRIES + " entries");
      }
      if (!archive.canReadEntryData(entry)) {
        throw Problem.conflict(
            entry.getName() + " is encrypted or packed in an unusual way; extract it elsewhere");
      }
      one(entry, archive);
      progress.entry();
    }
  }

  private void one(ArchiveEntry entry, InputStream content) throws IOException {
    if (isSpecial(entry)) {
      leftOut++;
      return;
    }
    TreePath at = inside(entry.getName());
    if (at.names().size() == folder.names().size()) {
      return; // "./"
    }
    if (entry.isDirectory()) {
      place.makeFolders(at);
      return;
    }
    place.makeFolders(at.parent());
    try (Writing writing = place.write(at, Math.max(0, entry.getSize()))) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
        bytes += n;
        if (bytes > RATIO_FROM_BYTES && bytes / MOST_RATIO > archiveBytes) {
          throw Problem.conflict(
              "more than " + MOST_RATIO + " times its size comes out of this archive; stopped");
        }
        writing.write(java.nio.ByteBuffer.wrap(buffer, 0, n));
        progress.bytes(0);
      }
      var _ = writing.finish();
    }
  }

  private static boolean isSpecial(ArchiveEntry entry) {
    return switch (entry) {
      case TarArchiveEntry tar ->
          tar.isLink()
              || tar.isSymbolicLink()
              || tar.isFIFO()
              || tar.isBlockDevice()
              || tar.isCharacterDevice();
      case ZipArchiveEntry zip -> zip.isUnixSymlink();
      default -> false;
    };
  }

  /** {@return where an entry goes; its names are checked one by one} */
  private TreePath inside(String name) {
    List<String> names = new ArrayList<>();
    for (String part : name.split("/", -1)) {
      if (part.equals("..") || name.startsWith("/") || part.contains("\\")) {
        throw Problem.conflict(
            "the archive holds the name \"" + name + "\", which leads out of it; stopped");
      }
      if (!part.isEmpty() && !part.equals(".")) {
        names.add(part);
      }
    }
    TreePath at = folder;
    for (String part : FileWork.path(String.join("/", names)).names()) {
      at = at.child(part);
    }
    return at;
  }

  /** Counts what is read of the archive itself. */
  private static final class Counted extends java.io.FilterInputStream {
    private final Progress progress;

    Counted(InputStream in, Progress progress) {
      super(in);
      this.progress = progress;
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      progress.bytes(b < 0 ? 0 : 1);
      return b;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int n = super.read(bytes, from, length);
      progress.bytes(Math.max(0, n));
      return n;
    }
  }
}
