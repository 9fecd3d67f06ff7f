package org.gridappliance.ipop.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The functions of the C library that a device and a socket need, named and ordered as in their
 * manual pages (JNA's direct mapping). Linux on 64 bits: {@code size_t}, {@code ssize_t}, {@code
 * unsigned long} and pointers are Java's {@code long}.
 *
 * <p>Those called for every vector of packets return -1 and leave {@link #errno}, since a busy
 * device is not exceptional; the others throw.
 */
public final class LibC {

  static {
    Native.register(LibC.class, "c");
  }

  public static final int O_RDWR = 2;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_CLOEXEC = 0x80000;
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int EAGAIN = 11;
  public static final int EACCES = 13;
  public static final int EBUSY = 16;
  public static final int EINVAL = 22;
  public static final int EMSGSIZE = 90;
  public static final int ECONNREFUSED = 111;
  public static final short POLLIN = 1;

  public static final int AF_INET = 2;
  public static final int AF_INET6 = 10;
  public static final int SOCK_DGRAM = 2;
  public static final int SOCK_CLOEXEC = 0x80000;
  public static final int SOL_SOCKET = 1;
  public static final int SO_SNDBUF = 7;
  public static final int SO_RCVBUF = 8;
  public static final int SO_RCVTIMEO = 20;
  public static final int IPPROTO_IPV6 = 41;
  public static final int IPV6_V6ONLY = 26;

  /** udp(7). */
  public static final int SOL_UDP = 17;

  public static final int UDP_SEGMENT = 103;
  public static final int UDP_GRO = 104;

  /** recvmmsg(2): waits for the first datagram only. */
  public static final int MSG_WAITFORONE = 0x10000;

  /** linux/if_tun.h. */
  public static final long TUNSETIFF = 0x400454caL;

  public static final long TUNSETOFFLOAD = 0x400454d0L;
  public static final short IFF_TAP = 2;
  public static final short IFF_NO_PI = 0x1000;
  public static final short IFF_VNET_HDR = 0x4000;

  /** Offloads: checksums; TCP over IPv4, IPv6, with ECN; UDP over both (Linux 6.2). */
  public static final int TUN_F_CSUM = 1;

  public static final int TUN_F_TSO = 2 | 4 | 8;
  public static final int TUN_F_USO = 0x20 | 0x40;

  /** linux/sockios.h. */
  public static final long SIOCGIFFLAGS = 0x8913;

  public static final long SIOCSIFFLAGS = 0x8914;
  public static final long SIOCSIFMTU = 0x8922;
  public static final short IFF_UP = 1;

  private LibC() {}

  /** open(2). */
  public static native int open(String path, int flags) throws LastErrorException;

  /** ioctl(2) with a structure. */
  public static native int ioctl(int fd, long request, Pointer argument) throws LastErrorException;

  /** ioctl(2) with a number. */
  public static native int ioctl(int fd, long request, long argument) throws LastErrorException;

  /** read(2). {@return bytes read, or -1} */
  public static native long read(int fd, long buffer, long count);

  /** write(2). {@return bytes written, or -1} */
  public static native long write(int fd, long buffer, long count);

  /** poll(2). Blocks up to {@code timeoutMillis}: call from a platform thread. */
  public static native int poll(long fds, long count, int timeoutMillis);

  /** socket(2). */
  public static native int socket(int domain, int type, int protocol) throws LastErrorException;

  /** bind(2). */
  public static native int bind(int fd, Pointer address, int length) throws LastErrorException;

  /** getsockname(2). */
  public static native int getsockname(int fd, Pointer address, Pointer length)
      throws LastErrorException;

  /** setsockopt(2). */
  public static native int setsockopt(int fd, int level, int name, Pointer value, int length)
      throws LastErrorException;

  /** sendmmsg(2). {@return messages sent, or -1} */
  public static native int sendmmsg(int fd, long messages, int count, int flags);

  /** recvmmsg(2). Blocks: call from a platform thread. {@return messages received, or -1} */
  public static native int recvmmsg(int fd, long messages, int count, int flags, long timeout);

  /** close(2). */
  public static native int close(int fd) throws LastErrorException;

  /** {@return the error of this thread's last call that returned -1} */
  public static int errno() {
    return Native.getLastError();
  }

  /** {@return memory outside the heap, zeroed, that the kernel can be given} */
  public static ByteBuffer memory(int length) {
    return ByteBuffer.allocateDirect(length).order(ByteOrder.nativeOrder());
  }

  /** {@return where such memory lies; valid while the buffer is reachable} */
  public static long address(ByteBuffer memory) {
    return Pointer.nativeValue(Native.getDirectBufferPointer(memory));
  }
}
