/*
 * The system calls that evm-seal still needs once it serves; anything else ends it, and with it the run. Beside
 * Landlock (seal_confine.c) for what Landlock does not see: new programs, memory that is executable, sockets.
 * Threads that it starts later inherit the filter.
 */
#define _GNU_SOURCE
#include "seal_filter.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define PROT_EXECUTE 4U

static const uint32_t allowed[] = {
    /* FUSE requests and blocks */
    SYS_read, SYS_writev, SYS_pread64, SYS_pwritev, SYS_openat, SYS_close, SYS_fallocate, SYS_ftruncate, SYS_unlinkat,
    SYS_fstatfs,
    /* the index at the end */
    SYS_write, SYS_fstat, SYS_newfstatat, SYS_renameat, SYS_renameat2, SYS_fsync, SYS_fdatasync, SYS_lseek,
    SYS_getdents64,
    /* the launcher's socket */
    SYS_sendmsg, SYS_recvmsg, SYS_poll, SYS_ppoll, SYS_eventfd2,
    /* memory and threads; mmap and mprotect are below */
    SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise, SYS_mlock, SYS_munlock, SYS_clone3, SYS_clone, SYS_futex,
    SYS_set_robust_list, SYS_rseq, SYS_rt_sigprocmask, SYS_rt_sigaction, SYS_rt_sigreturn, SYS_sigaltstack, SYS_gettid,
    SYS_getpid, SYS_tgkill, SYS_sched_yield, SYS_sched_getaffinity, SYS_restart_syscall, SYS_prctl, SYS_prlimit64,
    SYS_getrandom, SYS_clock_gettime, SYS_clock_nanosleep, SYS_exit, SYS_exit_group};

int seal_filter(void) {
  struct sock_filter filter[16 + 2 * COUNT(allowed)];
  size_t n = 0;
#define EMIT(code, yes, no, value) filter[n++] = (struct sock_filter){(code), (yes), (no), (value)}
  EMIT(BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, arch));
  EMIT(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, AUDIT_ARCH_X86_64);
  EMIT(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS);
  EMIT(BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr));
  for (size_t i = 0; i < COUNT(allowed); i++) {
    EMIT(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, allowed[i]);
    EMIT(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
  }
  EMIT(BPF_JMP | BPF_JEQ | BPF_K, 2, 0, SYS_mmap);
  EMIT(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, SYS_mprotect);
  EMIT(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS);
  EMIT(BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)(offsetof(struct seccomp_data, args) + 8U * 2));
  EMIT(BPF_JMP | BPF_JSET | BPF_K, 0, 1, PROT_EXECUTE);
  EMIT(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS);
  EMIT(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
#undef EMIT
  struct sock_fprog program = {(unsigned short)n, filter};
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}
