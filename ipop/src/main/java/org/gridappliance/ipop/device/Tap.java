package org.gridappliance.ipop.device;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.gridappliance.ipop.kernel.LibC;

/**
 * A TAP device of Linux (Documentation/networking/tuntap.rst). One thread reads; any thread writes.
 * The device disappears with the program unless it was made persistent beforehand.
 *
 * <p>With <i>offload</i> the kernel hands over super-packets and leaves checksums undone
 * (virtio-net headers), and takes super-packets; what it refuses of that is done without.
 */
public final class Tap implements VnetDevice, AutoCloseable {

  private static final int IFREQ = 40;
  private static final int POLL_MILLIS = 500;
  private static final int VNET = VnetHeader.LENGTH;

  private final String name;
  private final int fd;
  private final boolean offload;
  private final ByteBuffer readMemory = LibC.memory(VNET + Frames.MAX_FRAME);
  private final long readAddress = LibC.address(readMemory);
  private final ByteBuffer writeMemory = LibC.memory(VNET + Frames.MAX_FRAME);
  private final ByteBuffer pollMemory = LibC.memory(8);
  private final long pollAddress = LibC.address(pollMemory);
  private volatile boolean closed;
  private final AtomicLong dropped = new AtomicLong();

  private Tap(String name, int fd, boolean offload) {
    this.name = name;
    this.fd = fd;
    this.offload = offload;
    pollMemory.putInt(0, fd);
    pollMemory.putShort(4, LibC.POLLIN);
  }

  /**
   * Opens the device, making it where allowed, sets its MTU and brings it up.
   *
   * @param name up to 15 characters
   * @param mtu largest IP packet, in bytes
   * @param wantsOffload whether to ask the kernel for super-packets
   * @throws IOException with one sentence that says what to do
   */
  public static Tap open(String name, int mtu, boolean wantsOffload) throws IOException {
    if (name.isEmpty() || name.length() > 15) {
      throw new IOException("device name \"" + name + "\": want 1 to 15 characters");
    }
    int fd;
    try {
      fd = LibC.open("/dev/net/tun", LibC.O_RDWR | LibC.O_NONBLOCK | LibC.O_CLOEXEC);
    } catch (LastErrorException e) {
      throw refused("open /dev/net/tun", e);
    }
    try {
      boolean offload = attach(name, fd, wantsOffload);
      bringUp(name, mtu);
      return new Tap(name, fd, offload);
    } catch (LastErrorException e) {
      LibC.close(fd);
      throw refused("make the device " + name, e);
    }
  }

  /** {@return whether frames carry virtio-net's header} */
  private static boolean attach(String name, int fd, boolean wantsOffload) {
    try (Memory request = ifreq(name)) {
      if (wantsOffload) {
        try {
          request.setShort(16, (short) (LibC.IFF_TAP | LibC.IFF_NO_PI | LibC.IFF_VNET_HDR));
          LibC.ioctl(fd, LibC.TUNSETIFF, request);
          askForOffloads(fd);
          return true;
        } catch (LastErrorException e) {
          if (e.getErrorCode() != LibC.EINVAL) {
            throw e;
          }
          request.setShort(16, (short) 0); // a kernel, or a persistent device, without the header
        }
      }
      request.setShort(16, (short) (LibC.IFF_TAP | LibC.IFF_NO_PI));
      LibC.ioctl(fd, LibC.TUNSETIFF, request);
      return false;
    }
  }

  /** All there are, else those of older kernels, else none: then the kernel cuts by itself. */
  private static void askForOffloads(int fd) {
    int tcp = LibC.TUN_F_CSUM | LibC.TUN_F_TSO;
    for (int offloads : new int[] {tcp | LibC.TUN_F_USO, tcp, 0}) {
      try {
        LibC.ioctl(fd, LibC.TUNSETOFFLOAD, (long) offloads);
        return;
      } catch (LastErrorException e) {
        if (e.getErrorCode() != LibC.EINVAL) {
          throw e;
        }
      }
    }
  }

  /** {@return the interface's name} */
  public String name() {
    return name;
  }

  /** {@return whether super-packets pass} */
  @Override
  public boolean hasOffload() {
    return offload;
  }

  /** {@return frames the machine could not take} */
  public long dropped() {
    return dropped.get();
  }

  /**
   * Waits for frames the machine sends, and takes as many as there are and fit. Blocks: call from
   * one platform thread.
   *
   * @return false once the device is closed
   * @throws IOException if the device has gone
   */
  public boolean read(Frames into) throws IOException {
    into.clear();
    while (!closed) {
      while (into.hasRoom()) {
        long size = LibC.read(fd, readAddress, readMemory.capacity());
        if (size < 0) {
          int error = LibC.errno();
          if (error == LibC.EAGAIN) {
            break;
          }
          if (error != LibC.EINTR) {
            throw new IOException("read from " + name + " (fd " + fd + "): errno " + error);
          }
        } else {
          keep(into, (int) size);
        }
      }
      if (into.count > 0) {
        return true;
      }
      if (LibC.poll(pollAddress, 1, POLL_MILLIS) < 0 && LibC.errno() != LibC.EINTR) {
        throw new IOException("poll on " + name + " (fd " + fd + "): errno " + LibC.errno());
      }
    }
    return false;
  }

  private void keep(Frames into, int size) {
    int header = offload ? VNET : 0;
    int length = size - header;
    if (length <= 0) {
      return;
    }
    readMemory.get(header, into.bytes, into.end(), length);
    int frame = into.count;
    into.add(length);
    if (offload) {
      into.flags[frame] = readMemory.get(VnetHeader.FLAGS) & 0xff;
      into.gsoType[frame] = readMemory.get(VnetHeader.GSO_TYPE) & 0xff;
      into.gsoSize[frame] = readMemory.getShort(VnetHeader.GSO_SIZE) & 0xffff;
      into.csumStart[frame] = readMemory.getShort(VnetHeader.CSUM_START) & 0xffff;
      into.csumOffset[frame] = readMemory.getShort(VnetHeader.CSUM_OFFSET) & 0xffff;
    }
  }

  @Override
  public synchronized void write(byte[] frame, int offset, int length) {
    if (length > Frames.MAX_FRAME) {
      return;
    }
    int header = offload ? VNET : 0; // stays zero: nothing is left to the kernel
    writeMemory.put(header, frame, offset, length);
    write(writeMemory, header + length);
  }

  /** Thread-safe. */
  @Override
  public void write(ByteBuffer memory, int length) {
    if (!closed && LibC.write(fd, LibC.address(memory), length) < 0) {
      dropped
          .incrementAndGet(); // the interface is down or its queue full: as on a cable, the frame
      // is lost
    }
  }

  /** Ends {@link #read} within half a second; the file is closed with the process. */
  @Override
  public void close() {
    closed = true;
  }

  /** The equivalent of {@code ip link set NAME mtu MTU up}. */
  private static void bringUp(String name, int mtu) {
    int socket = LibC.socket(LibC.AF_INET, LibC.SOCK_DGRAM, 0);
    try (Memory request = ifreq(name)) {
      request.setInt(16, mtu);
      LibC.ioctl(socket, LibC.SIOCSIFMTU, request);
      request.setInt(16, 0);
      LibC.ioctl(socket, LibC.SIOCGIFFLAGS, request);
      request.setShort(16, (short) (request.getShort(16) | LibC.IFF_UP));
      LibC.ioctl(socket, LibC.SIOCSIFFLAGS, request);
    } finally {
      LibC.close(socket);
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
