package org.gridappliance.agent.envelope;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The system call filter of the envelope, as the array of {@code struct sock_filter} that bwrap's
 * {@code --seccomp} reads. Everything is allowed but what a computation never needs and what has
 * often been the way out of a sandbox. Numbers: asm/unistd_64.h; a process that calls by another
 * architecture's numbers is killed.
 */
public final class Seccomp {
  private static final int ARCH_X86_64 = 0xc000003e;
  private static final int X32_BIT = 0x40000000;
  private static final int ALLOW = 0x7fff0000;
  private static final int KILL_PROCESS = 0x80000000;
  private static final int ERRNO = 0x00050000;
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;
  private static final int EAFNOSUPPORT = 97;

  private static final int LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
  private static final int JUMP_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
  private static final int JUMP_GREATER_EQUAL = 0x35; // BPF_JMP | BPF_JGE | BPF_K
  private static final int JUMP_ANY_BIT = 0x45; // BPF_JMP | BPF_JSET | BPF_K
  private static final int RETURN = 0x06; // BPF_RET | BPF_K

  // offsets in struct seccomp_data, little endian
  private static final int NR = 0;
  private static final int ARCH = 4;
  private static final int ARG0 = 16;
  private static final int ARG1 = 24;

  private static final int IOCTL = 16;
  private static final int SOCKET = 41;
  private static final int CLONE = 56;
  private static final int[] TERMINAL_INJECTION = {0x5412, 0x541c}; // TIOCSTI, TIOCLINUX
  private static final int[] FAMILIES = {
    1, 2, 10, 16
  }; // UNIX, INET, INET6, NETLINK; not VSOCK, ALG
  private static final int NAMESPACES = 0x7e020000 | 0x80; // CLONE_NEW*

  /** As if the kernel did not have them; the C library and runtimes then go another way. */
  private static final int[] MISSING = {
    425, 426, 427, // io_uring_setup, _enter, _register
    435, // clone3: its flags lie in memory where no filter sees them
  };

  private static final int[] REFUSED = {
    101, 310, 311, 312, 438, 440, 448, // ptrace, process_vm_readv, _writev, kcmp, pidfd_getfd, …
    248, 249, 250, // add_key, request_key, keyctl
    298, 321, 323, // perf_event_open, bpf, userfaultfd
    272, 308, // unshare, setns
    155, 161, 165, 166, // pivot_root, chroot, mount, umount2
    428, 429, 430, 431, 432, 433, 442, // open_tree … mount_setattr
    163, 167, 168, 169, 179, 443, // acct, swapon, swapoff, reboot, quotactl, quotactl_fd
    175, 176, 313, 246, 320, // init_module, delete_module, finit_module, kexec_load, _file_load
    159, 164, 227, 305, // adjtimex, settimeofday, clock_settime, clock_adjtime
    153, 172, 173, 103, 212, // vhangup, iopl, ioperm, syslog, lookup_dcookie
    303, 304, // name_to_handle_at, open_by_handle_at
  };

  private record Instruction(int code, int yes, int no, int value) {}

  private Seccomp() {}

  /** {@return whether there is a filter for this machine} */
  static boolean fits(String osArch) {
    return osArch.equals("amd64");
  }

  /** {@return the filter, in the machine's byte order} */
  public static byte[] program() {
    List<Instruction> p = new ArrayList<>();
    p.add(load(ARCH));
    p.add(new Instruction(JUMP_EQUAL, 1, 0, ARCH_X86_64));
    p.add(give(KILL_PROCESS));
    p.add(load(NR));
    p.add(new Instruction(JUMP_GREATER_EQUAL, 0, 1, X32_BIT));
    p.add(give(ERRNO | ENOSYS));
    for (int nr : MISSING) {
      p.add(new Instruction(JUMP_EQUAL, 0, 1, nr));
      p.add(give(ERRNO | ENOSYS));
    }
    for (int nr : REFUSED) {
      p.add(new Instruction(JUMP_EQUAL, 0, 1, nr));
      p.add(give(ERRNO | EPERM));
    }
    // each block below ends the program, so that the loaded argument never meets the next test
    p.add(new Instruction(JUMP_EQUAL, 0, 4, CLONE));
    p.add(load(ARG0));
    p.add(new Instruction(JUMP_ANY_BIT, 0, 1, NAMESPACES));
    p.add(give(ERRNO | EPERM));
    p.add(give(ALLOW));
    p.add(new Instruction(JUMP_EQUAL, 0, 2 * TERMINAL_INJECTION.length + 2, IOCTL));
    p.add(load(ARG1));
    for (int request : TERMINAL_INJECTION) {
      p.add(new Instruction(JUMP_EQUAL, 0, 1, request));
      p.add(give(ERRNO | EPERM));
    }
    p.add(give(ALLOW));
    p.add(new Instruction(JUMP_EQUAL, 0, 2 * FAMILIES.length + 2, SOCKET));
    p.add(load(ARG0));
    for (int family : FAMILIES) {
      p.add(new Instruction(JUMP_EQUAL, 0, 1, family));
      p.add(give(ALLOW));
    }
    p.add(give(ERRNO | EAFNOSUPPORT));
    p.add(give(ALLOW));

    ByteBuffer bytes = ByteBuffer.allocate(8 * p.size()).order(ByteOrder.nativeOrder());
    for (Instruction i : p) {
      bytes.putShort((short) i.code()).put((byte) i.yes()).put((byte) i.no()).putInt(i.value());
    }
    return bytes.array();
  }

  private static Instruction load(int offset) {
    return new Instruction(LOAD, 0, 0, offset);
  }

  private static Instruction give(int action) {
    return new Instruction(RETURN, 0, 0, action);
  }
}
