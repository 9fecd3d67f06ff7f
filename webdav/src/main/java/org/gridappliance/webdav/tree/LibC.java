package org.gridappliance.webdav.tree;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;

/**
 * The calls of Linux that take a folder's descriptor, named and ordered as in man section 2. Names
 * are bytes ended by NUL, so that the JVM's locale does not matter. Every call is short but for
 * {@link #fsync}; each holds its carrier thread.
 */
interface LibC extends Library {
  LibC INSTANCE = Native.load("c", LibC.class);

  /** openat2(2) has one number on every architecture. */
  long SYS_OPENAT2 = 437;

  int AT_SYMLINK_NOFOLLOW = 0x100;
  int AT_REMOVEDIR = 0x200;
  int AT_EMPTY_PATH = 0x1000;

  int O_RDONLY = 0;
  int O_WRONLY = 1;
  int O_CREAT = 0100;
  int O_EXCL = 0200;
  int O_NONBLOCK = 04000;
  int O_CLOEXEC = 02000000;

  // O_DIRECTORY and O_NOFOLLOW swap values between x86-64 and the generic numbering arm64 alters.
  int O_DIRECTORY = isArm() ? 040000 : 0200000;
  int O_NOFOLLOW = isArm() ? 0100000 : 0400000;

  long RESOLVE_NO_MAGICLINKS = 0x02;
  long RESOLVE_NO_SYMLINKS = 0x04;
  long RESOLVE_BENEATH = 0x08;

  int RENAME_NOREPLACE = 1;
  int RENAME_EXCHANGE = 2;

  int STATX_BASIC_STATS = 0x7ff;
  int STATX_BTIME = 0x800;

  int EPERM = 1;
  int ENOENT = 2;
  int EACCES = 13;
  int EEXIST = 17;
  int EXDEV = 18;
  int ENOTDIR = 20;
  int EISDIR = 21;
  int EINVAL = 22;
  int ENXIO = 6;
  int ENOSPC = 28;
  int ENAMETOOLONG = 36;
  int ENOTEMPTY = 39;
  int ELOOP = 40;
  int EDQUOT = 122;

  int open(byte[] path, int flags, int mode) throws LastErrorException;

  int close(int fd) throws LastErrorException;

  int mkdirat(int dirfd, byte[] path, int mode) throws LastErrorException;

  int unlinkat(int dirfd, byte[] path, int flags) throws LastErrorException;

  int renameat2(int olddirfd, byte[] oldpath, int newdirfd, byte[] newpath, int flags)
      throws LastErrorException;

  int statx(int dirfd, byte[] path, int flags, int mask, Pointer buffer) throws LastErrorException;

  int linkat(int olddirfd, byte[] oldpath, int newdirfd, byte[] newpath, int flags)
      throws LastErrorException;

  int fchmod(int fd, int mode) throws LastErrorException;

  /** {@return bytes read, 0 at the end} */
  NativeLong getdents64(int fd, Pointer buffer, NativeLong length) throws LastErrorException;

  /** {@return bytes written} */
  NativeLong write(int fd, byte[] bytes, NativeLong length) throws LastErrorException;

  int fsync(int fd) throws LastErrorException;

  NativeLong syscall(NativeLong number, int dirfd, byte[] path, Pointer how, NativeLong size)
      throws LastErrorException;

  private static boolean isArm() {
    return System.getProperty("os.arch", "").equals("aarch64");
  }
}
