/*
 * The policy on system calls, one row per x86-64 call number, and the filter made from it.
 * Default deny: a number without a row is refused. Source of the numbers: the kernel's
 * arch/x86/entry/syscalls/syscall_64.tbl (Linux 6.18).
 */
#ifndef EVM_CALLS_H
#define EVM_CALLS_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seccomp_data;

enum evm_verdict {
  EVM_ALLOW,   /* the kernel does it */
  EVM_CHECK,   /* allowed, refused or pretended by its arguments; see evm_filter.c */
  EVM_PRETEND, /* returns 0 and does nothing: asking for more priority, flushing the whole machine */
  EVM_REFUSE   /* returns an errno; the launcher learns of it and says so in the report */
};

struct evm_call {
  int number;
  const char *name;
  enum evm_verdict verdict;
  int error;         /* for EVM_REFUSE and a failed EVM_CHECK: the errno the program sees */
  const char *words; /* for the same: what the program tried to do, in words */
};

/* Rows in ascending order of number. */
extern const struct evm_call evm_calls[];
extern const size_t evm_calls_count;

/*
 * Not a call of the kernel: the program's process makes it once, last before execve, and is held until the
 * launcher has registered it. Made again it is refused like every unknown number.
 */
#define EVM_CALL_BORN 0x3e766d

/* The row of a number, or NULL. */
const struct evm_call *evm_call_find(int number);

/* Most instructions evm_filter_build may write. */
#define EVM_FILTER_MAX 1024

/*
 * Writes the filter for a program: allowed calls return SECCOMP_RET_ALLOW, pretended ones
 * SECCOMP_RET_ERRNO with 0, all others SECCOMP_RET_USER_NOTIF. With jit, memory may be writable and
 * executable (the exception the paper makes for the Java VM). Returns the number of instructions.
 */
size_t evm_filter_build(struct sock_filter out[EVM_FILTER_MAX], bool jit);

/* The errno for a refused call, and what was tried, in words, into out. */
int evm_call_explain(const struct seccomp_data *data, char *out, size_t size);

/* Whether every program makes this call and the C library does as well without it: no reason for any failure. */
bool evm_call_falls_back(const struct seccomp_data *data);

#endif
