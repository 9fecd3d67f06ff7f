package org.gridappliance.agent.executor;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.gridappliance.agent.desktop.Kernel;
import org.gridappliance.agent.envelope.Posix;

/**
 * The Unix sockets of one subjob, on which its X server and its terminal answer; this executor's
 * own account alone may connect. They stand in the subjob's folder, outside what the program sees,
 * and are named through a descriptor of it, since a socket's path has 107 bytes at most.
 */
final class Doors implements AutoCloseable {
  private static final int BACKLOG = 64;

  private final int folder;
  private boolean closed;

  Doors(Path own) throws IOException {
    folder = Kernel.openFolder(own.toString());
  }

  /** {@return a new listening socket; the caller closes it once it was handed on} */
  synchronized int listen(String name) throws IOException {
    requireOpen();
    Path path = path(name);
    Files.deleteIfExists(path);
    int listener = Kernel.listen(path.toString(), BACKLOG);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    return listener;
  }

  synchronized SocketChannel connect(String name) throws IOException {
    requireOpen();
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(path(name)));
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("the subjob has ended");
    }
  }

  private Path path(String name) {
    return Path.of("/proc/self/fd", Integer.toString(folder), name);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Posix.close(folder);
    }
  }
}
