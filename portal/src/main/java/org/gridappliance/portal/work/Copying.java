package org.gridappliance.portal.work;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import org.gridappliance.portal.shares.Place;
import org.gridappliance.webdav.Writing;
import org.gridappliance.webdav.tree.HomeTree;
import org.gridappliance.webdav.tree.TreePath;

/** Copies files by their bytes, so that it can be watched, cancelled, and go to another home. */
final class Copying {
  private static final int BUFFER_BYTES = 256 * 1024;

  private Copying() {}

  /** Copies a file, or a folder with what it holds, to a path that nothing has. */
  static void copy(Place from, TreePath source, Place to, TreePath target, Progress progress)
      throws IOException {
    int depth = source.names().size();
    Walk.over(
        from,
        source,
        (path, node) -> {
          TreePath at = target;
          for (String name : path.names().subList(depth, path.names().size())) {
            at = at.child(name);
          }
          if (node.isFolder()) {
            to.makeFolder(at);
          } else {
            file(from, path, to, at, progress);
          }
          progress.entry();
        });
  }

  private static void file(
      Place from, TreePath source, Place to, TreePath target, Progress progress)
      throws IOException {
    HomeTree.OpenFile open = from.read(source);
    try (InputStream in = Channels.newInputStream(open.channel());
        Writing writing = to.write(target, open.node().size())) {
      pump(in, writing, progress);
      var _ = writing.finish();
    }
  }

  /** Writes all that comes. */
  static void pump(InputStream in, Writing out, Progress progress) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      out.write(ByteBuffer.wrap(buffer, 0, n));
      progress.bytes(n);
    }
  }

  /** {@return a stream whose bytes go to a file on its way} */
  static OutputStream stream(Writing out) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        out.write(ByteBuffer.wrap(new byte[] {(byte) b}));
      }

      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        out.write(ByteBuffer.wrap(bytes, from, length));
      }
    };
  }
}
