package org.gridappliance.ipop.device;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A TAP device of Linux (Documentation/networking/tuntap.rst). One thread reads; any thread writes.
 * The device disappears with the program unless it was made persistent beforehand.
 */
public final class Tap implements Device, AutoCloseable {

  private static final int IFREQ = 40;
  private static final int MAX_FRAME = 0x4000;
  private static final int POLL_MILLIS = 500;

  private final String name;
  private final int fd;
  private final Memory readBuffer = new Memory(MAX_FRAME);
  private final Memory writeBuffer = new Memory(MAX_FRAME);
  private final Memory pollFd = new Memory(8);
  private volatile boolean closed;
  private volatile long dropped;

  private Tap(String name, int fd) {
    this.name = name;
    this.fd = fd;
    pollFd.setInt(0, fd);
    pollFd.setShort(4, LibC.POLLIN);
  }

  /**
   * Opens the device, making it where allowed, sets its MTU and brings it up.
   *
   * @param name up to 15 characters
   * @param mtu largest IP packet, in bytes
   * @throws IOException with one sentence that says what to do
   */
  public static Tap open(String name, int mtu) throws IOException {
    if (name.isEmpty() || name.length() > 15) {
      throw new IOException("device name \"" + name + "\": want 1 to 15 characters");
    }
    int fd;
    try {
      fd = LibC.INSTANCE.open("/dev/net/tun", LibC.O_RDWR | LibC.O_NONBLOCK | LibC.O_CLOEXEC);
    } catch (LastErrorException e) {
      throw refused("open /dev/net/tun", e);
    }
    try (Memory request = ifreq(name)) {
      request.setShort(16, (short) (LibC.IFF_TAP | LibC.IFF_NO_PI));
      LibC.INSTANCE.ioctl(fd, LibC.TUNSETIFF, request);
      bringUp(name, mtu);
    } catch (LastErrorException e) {
      LibC.INSTANCE.close(fd);
      throw refused("make the device " + name, e);
    }
    return new Tap(name, fd);
  }

  /** {@return the interface's name} */
  public String name() {
    return name;
  }

  /** {@return frames the machine could not take} */
  public long dropped() {
    return dropped;
  }

  /**
   * Waits for the next frame the machine sends. Blocks: call from one platform thread.
   *
   * @param into gets the frame at {@code offset}
   * @return its length, or -1 once the device is closed
   * @throws IOException if the device has gone
   */
  public int read(byte[] into, int offset) throws IOException {
    while (!closed) {
      try {
        int length = (int) LibC.INSTANCE.read(fd, readBuffer, MAX_FRAME);
        int taken = Math.min(length, into.length - offset);
        readBuffer.read(0, into, offset, taken);
        return taken;
      } catch (LastErrorException e) {
        if (e.getErrorCode() == LibC.EAGAIN) {
          await();
        } else if (e.getErrorCode() != LibC.EINTR && !closed) {
          throw new IOException("read from " + name + " (fd " + fd + "): " + e.getMessage(), e);
        }
      }
    }
    return -1;
  }

  @Override
  public synchronized void write(byte[] frame, int offset, int length) {
    if (closed || length > MAX_FRAME) {
      return;
    }
    writeBuffer.write(0, frame, offset, length);
    try {
      LibC.INSTANCE.write(fd, writeBuffer, length);
    } catch (LastErrorException e) {
      dropped++; // the interface is down or its queue full: as on a cable, the frame is lost
    }
  }

  /** Ends {@link #read} within half a second; the file is closed with the process. */
  @Override
  public synchronized void close() {
    closed = true;
  }

  private void await() throws IOException {
    try {
      LibC.INSTANCE.poll(pollFd, 1, POLL_MILLIS);
    } catch (LastErrorException e) {
      if (e.getErrorCode() != LibC.EINTR) {
        throw new IOException("poll on " + name + " (fd " + fd + "): " + e.getMessage(), e);
      }
    }
  }

  /** The equivalent of {@code ip link set NAME mtu MTU up}. */
  private static void bringUp(String name, int mtu) {
    int socket = LibC.INSTANCE.socket(LibC.AF_INET, LibC.SOCK_DGRAM, 0);
    try (Memory request = ifreq(name)) {
      request.setInt(16, mtu);
      LibC.INSTANCE.ioctl(socket, LibC.SIOCSIFMTU, request);
      request.setInt(16, 0);
      LibC.INSTANCE.ioctl(socket, LibC.SIOCGIFFLAGS, request);
      request.setShort(16, (short) (request.getShort(16) | LibC.IFF_UP));
      LibC.INSTANCE.ioctl(socket, LibC.SIOCSIFFLAGS, request);
    } finally {
      LibC.INSTANCE.close(socket);
    }
  }

  private static Memory ifreq(String name) {
    Memory request = new Memory(IFREQ);
    request.clear();
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    request.write(0, bytes, 0, bytes.length);
    return request;
  }

  private static IOException refused(String what, LastErrorException e) {
    String why =
        switch (e.getErrorCode()) {
          case LibC.EPERM, LibC.EACCES ->
              "not permitted; give the program the capability CAP_NET_ADMIN, or run it as root";
          case LibC.ENOENT -> "there is none; load the kernel module tun";
          case LibC.EBUSY -> "it is in use by another program; choose another name";
          default -> String.valueOf(e.getMessage());
        };
    return new IOException("cannot " + what + ": " + why, e);
  }
}
