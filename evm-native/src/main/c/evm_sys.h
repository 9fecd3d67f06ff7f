/* System calls and constants newer than the C library's headers (glibc 2.36, Linux 6.1 headers). */
#ifndef EVM_SYS_H
#define EVM_SYS_H

#include <linux/mount.h>
#include <linux/close_range.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static inline int sys_pidfd_send_signal(int pidfd, int sig) {
  return (int)syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0);
}

static inline int sys_openat2(int dir, const char *path, uint64_t flags, uint64_t resolve) {
  struct open_how how = {.flags = flags, .resolve = resolve};
  return (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
}

static inline int sys_open_tree(int dir, const char *path, unsigned flags) {
  return (int)syscall(SYS_open_tree, dir, path, flags);
}

/* Attaches the detached tree on the descriptor onto what the other descriptor names. */
static inline int sys_move_mount(int tree, int onto) {
  return (int)syscall(SYS_move_mount, tree, "", onto, "", 0x4 | 0x40); /* both paths empty */
}

static inline int sys_mount_setattr(int tree, uint64_t set) {
  struct mount_attr attr = {.attr_set = set};
  return (int)syscall(SYS_mount_setattr, tree, "", 0x1000 | 0x8000, &attr, sizeof attr);
}

static inline int sys_close_range(unsigned first, unsigned last, unsigned flags) {
  return (int)syscall(SYS_close_range, first, last, flags);
}

#endif
