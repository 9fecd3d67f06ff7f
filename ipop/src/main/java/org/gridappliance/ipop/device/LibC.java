package org.gridappliance.ipop.device;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * The functions of the C library a device needs, named and ordered as in their manual pages. Linux
 * on 64 bits: {@code size_t}, {@code ssize_t} and {@code unsigned long} are Java's {@code long}.
 */
interface LibC extends Library {

  LibC INSTANCE = Native.load("c", LibC.class);

  int O_RDWR = 2;
  int O_NONBLOCK = 0x800;
  int O_CLOEXEC = 0x80000;
  int EPERM = 1;
  int ENOENT = 2;
  int EINTR = 4;
  int EIO = 5;
  int EAGAIN = 11;
  int EACCES = 13;
  int EBUSY = 16;
  int AF_INET = 2;
  int SOCK_DGRAM = 2;
  short POLLIN = 1;

  /** linux/if_tun.h. */
  long TUNSETIFF = 0x400454caL;

  short IFF_TAP = 2;
  short IFF_NO_PI = 0x1000;

  /** linux/sockios.h. */
  long SIOCGIFFLAGS = 0x8913;

  long SIOCSIFFLAGS = 0x8914;
  long SIOCSIFMTU = 0x8922;
  short IFF_UP = 1;

  /** open(2). */
  int open(String path, int flags) throws LastErrorException;

  /** ioctl(2). */
  int ioctl(int fd, long request, Pointer argument) throws LastErrorException;

  /** read(2). {@return bytes read} */
  long read(int fd, Pointer buffer, long count) throws LastErrorException;

  /** write(2). {@return bytes written} */
  long write(int fd, Pointer buffer, long count) throws LastErrorException;

  /** poll(2). Blocks up to {@code timeoutMillis}: call from a platform thread. */
  int poll(Pointer fds, long count, int timeoutMillis) throws LastErrorException;

  /** socket(2). */
  int socket(int domain, int type, int protocol) throws LastErrorException;

  /** close(2). */
  int close(int fd) throws LastErrorException;
}
