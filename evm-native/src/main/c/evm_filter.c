/*
 * From the policy (evm_calls.c) to the seccomp filter. Calls whose verdict does not depend on their
 * arguments are decided by ranges of numbers, which the kernel turns into its bitmap of always
 * allowed calls; the others have a block each, in front. Only the low 32 bits of an argument are
 * looked at where the kernel itself takes an int: comparing all 64 lets TIOCSTI pass with a high bit set.
 */
#define _GNU_SOURCE
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "evm_calls.h"
#include "evm_util.h"

#define X32_BIT 0x40000000U
#define ARGUMENT(n) ((uint32_t)(offsetof(struct seccomp_data, args) + 8U * (n)))

#define PROT_WRITE_EXEC 6U /* PROT_WRITE | PROT_EXEC */
#define PROT_EXECUTE 4U
#define MAP_SHARED_OR_ANONYMOUS 0x21U
#define SHM_EXECUTE 0100000U
#define CREATES_A_FILE 0x400040U /* O_CREAT, and the bit of O_TMPFILE that is its own */
#define SET_ID 06000U
#define LIMIT_CORE 4U /* RLIMIT_CORE */
#define NEW_NAMESPACES 0x7e020000U /* CLONE_NEWNS|NEWCGROUP|NEWUTS|NEWIPC|NEWUSER|NEWPID|NEWNET */

struct assembler {
  struct sock_filter *out;
  size_t count;
};

static void emit(struct assembler *a, uint16_t code, uint8_t yes, uint8_t no, uint32_t value) {
  if (a->count >= EVM_FILTER_MAX) evm_fail("the filter is longer than %d instructions", EVM_FILTER_MAX);
  a->out[a->count++] = (struct sock_filter){code, yes, no, value};
}

static void load(struct assembler *a, uint32_t offset) {
  emit(a, BPF_LD | BPF_W | BPF_ABS, 0, 0, offset);
}

static void mask(struct assembler *a, uint32_t bits) {
  emit(a, BPF_ALU | BPF_AND | BPF_K, 0, 0, bits);
}

static void give(struct assembler *a, uint32_t action) { emit(a, BPF_RET | BPF_K, 0, 0, action); }

/* Ends the block with an action if the loaded value is this one (has one of these bits). */
static void give_if_equal(struct assembler *a, uint32_t value, uint32_t action) {
  emit(a, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, value);
  give(a, action);
}

static void give_if_any_bit(struct assembler *a, uint32_t bits, uint32_t action) {
  emit(a, BPF_JMP | BPF_JSET | BPF_K, 0, 1, bits);
  give(a, action);
}

static void give_if_one_of(struct assembler *a, const uint32_t *values, size_t count, uint32_t action) {
  for (size_t i = 0; i < count; i++) give_if_equal(a, values[i], action);
}

/* Opens the block of one call: skipped, to be patched by block_end, for every other number. */
static size_t block_begin(struct assembler *a, uint32_t number) {
  emit(a, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, number);
  return a->count;
}

static void block_end(struct assembler *a, size_t begin) {
  size_t length = a->count - begin;
  if (length > UINT8_MAX) evm_fail("a block of the filter is longer than a jump");
  a->out[begin - 1].jf = (uint8_t)length;
}

static const uint32_t ioctls[] = {
    0x5401,     /* TCGETS: what isatty(3) asks */
    0x802c542a, /* TCGETS2 */
    0x540f,     /* TIOCGPGRP */
    0x5411,     /* TIOCOUTQ */
    0x5413,     /* TIOCGWINSZ */
    0x541b,     /* FIONREAD */
    0x5421,     /* FIONBIO */
    0x5450,     /* FIONCLEX */
    0x5451,     /* FIOCLEX */
    0x40049409, /* FICLONE */
    0x4020940d, /* FICLONERANGE */
    0x80086601, /* FS_IOC_GETFLAGS */
    0xc020660b, /* FS_IOC_FIEMAP */
    0x8910,     /* SIOCGIFNAME */
    0x8912,     /* SIOCGIFCONF */
    0x8913,     /* SIOCGIFFLAGS */
    0x8915,     /* SIOCGIFADDR */
    0x891b,     /* SIOCGIFNETMASK */
    0x8921,     /* SIOCGIFMTU */
    0x8927,     /* SIOCGIFHWADDR */
    0x8933,     /* SIOCGIFINDEX */
};

static const uint32_t prctls[] = {
    1,  2,          /* PR_SET_PDEATHSIG, PR_GET_PDEATHSIG */
    3,  4,          /* PR_GET_DUMPABLE, PR_SET_DUMPABLE */
    15, 16,         /* PR_SET_NAME, PR_GET_NAME */
    21, 23, 27,     /* PR_GET_SECCOMP, PR_CAPBSET_READ, PR_GET_SECUREBITS */
    29, 30,         /* PR_SET_TIMERSLACK, PR_GET_TIMERSLACK */
    36, 37,         /* PR_SET_CHILD_SUBREAPER, PR_GET_CHILD_SUBREAPER */
    38, 39, 40,     /* PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS, PR_GET_TID_ADDRESS */
    41, 42,         /* PR_SET_THP_DISABLE, PR_GET_THP_DISABLE */
    65, 66,         /* PR_SET_MDWE, PR_GET_MDWE */
    0x53564d41,     /* PR_SET_VMA: names for anonymous memory */
};

static const uint32_t families[] = {1, 2, 10};     /* AF_UNIX, AF_INET, AF_INET6 */
static const uint32_t protocols[] = {0, 1, 6, 17}; /* any, PF_UNIX, TCP, UDP: none that loads a module */
static const uint32_t domains[] = {0xffffffff, 0, 0x40000}; /* ask; PER_LINUX; ADDR_NO_RANDOMIZE */
static const uint32_t kinds[] = {0, S_IFREG, S_IFIFO, S_IFSOCK};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define REFUSED SECCOMP_RET_USER_NOTIF
#define ALLOWED SECCOMP_RET_ALLOW

/* Writes what decides one call by its arguments; the block ends in a return on every path. */
static void check_arguments(struct assembler *a, const char *name, bool jit) {
  if (strcmp(name, "mmap") == 0 && !jit) {
    load(a, ARGUMENT(2));
    mask(a, PROT_WRITE_EXEC);
    give_if_equal(a, PROT_WRITE_EXEC, REFUSED);
    emit(a, BPF_JMP | BPF_JSET | BPF_K, 1, 0, PROT_EXECUTE);
    give(a, ALLOWED);
    load(a, ARGUMENT(3));
    give_if_any_bit(a, MAP_SHARED_OR_ANONYMOUS, REFUSED);
  } else if ((strcmp(name, "mprotect") == 0 || strcmp(name, "pkey_mprotect") == 0) && !jit) {
    load(a, ARGUMENT(2));
    give_if_any_bit(a, PROT_EXECUTE, REFUSED);
  } else if (strcmp(name, "shmat") == 0 && !jit) {
    load(a, ARGUMENT(2));
    give_if_any_bit(a, SHM_EXECUTE, REFUSED);
  } else if (strcmp(name, "memfd_create") == 0 && !jit) {
    give(a, REFUSED);
  } else if (strcmp(name, "open") == 0 || strcmp(name, "openat") == 0) {
    uint32_t at = strcmp(name, "openat") == 0 ? 1 : 0;
    load(a, ARGUMENT(1 + at));
    emit(a, BPF_JMP | BPF_JSET | BPF_K, 1, 0, CREATES_A_FILE);
    give(a, ALLOWED); /* without O_CREAT the mode is whatever the register held */
    load(a, ARGUMENT(2 + at));
    give_if_any_bit(a, SET_ID, REFUSED);
  } else if (strcmp(name, "creat") == 0 || strcmp(name, "chmod") == 0 || strcmp(name, "fchmod") == 0) {
    load(a, ARGUMENT(1));
    give_if_any_bit(a, SET_ID, REFUSED);
  } else if (strcmp(name, "fchmodat") == 0 || strcmp(name, "fchmodat2") == 0) {
    load(a, ARGUMENT(2));
    give_if_any_bit(a, SET_ID, REFUSED);
  } else if (strcmp(name, "mknod") == 0 || strcmp(name, "mknodat") == 0) {
    load(a, ARGUMENT(strcmp(name, "mknodat") == 0 ? 2 : 1));
    give_if_any_bit(a, SET_ID, REFUSED);
    mask(a, S_IFMT);
    give_if_one_of(a, kinds, COUNT(kinds), ALLOWED);
    give(a, REFUSED);
  } else if (strcmp(name, "personality") == 0) {
    load(a, ARGUMENT(0));
    give_if_one_of(a, domains, COUNT(domains), ALLOWED);
    give(a, REFUSED);
  } else if (strcmp(name, "clone") == 0) {
    load(a, ARGUMENT(0));
    give_if_any_bit(a, NEW_NAMESPACES, REFUSED);
  } else if (strcmp(name, "socket") == 0) {
    load(a, ARGUMENT(2));
    for (size_t i = 0; i < COUNT(protocols); i++) {
      /* over the remaining comparisons and the refusal, to the check of the family */
      emit(a, BPF_JMP | BPF_JEQ | BPF_K, (uint8_t)(COUNT(protocols) - i), 0, protocols[i]);
    }
    give(a, REFUSED);
    load(a, ARGUMENT(0));
    give_if_one_of(a, families, COUNT(families), ALLOWED);
    give(a, REFUSED);
  } else if (strcmp(name, "setrlimit") == 0) {
    load(a, ARGUMENT(0));
    give_if_equal(a, LIMIT_CORE, SECCOMP_RET_ERRNO); /* see set_limits in evm_program.c */
  } else if (strcmp(name, "prlimit64") == 0) {
    load(a, ARGUMENT(1));
    emit(a, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, LIMIT_CORE);
    give(a, ALLOWED);
    load(a, ARGUMENT(2)); /* a null pointer only asks */
    emit(a, BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0);
    load(a, ARGUMENT(2) + 4);
    emit(a, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
    give(a, ALLOWED);
    give(a, SECCOMP_RET_ERRNO);
  } else if (strcmp(name, "socketpair") == 0) {
    load(a, ARGUMENT(0));
    give_if_equal(a, 1, ALLOWED);
    give(a, REFUSED);
  } else if (strcmp(name, "ioctl") == 0) {
    load(a, ARGUMENT(1));
    give_if_one_of(a, ioctls, COUNT(ioctls), ALLOWED);
    give(a, REFUSED);
  } else if (strcmp(name, "prctl") == 0) {
    load(a, ARGUMENT(0));
    give_if_one_of(a, prctls, COUNT(prctls), ALLOWED);
    give(a, REFUSED);
  } else if (!jit) {
    evm_fail("the call %s wants a check of its arguments and has none", name);
  }
  give(a, ALLOWED);
}

/* Writes runs of neighbouring numbers with the same verdict as one range. */
static void decide_by_number(struct assembler *a, enum evm_verdict verdict, uint32_t action) {
  for (size_t i = 0; i < evm_calls_count; i++) {
    if (evm_calls[i].verdict != verdict) continue;
    size_t last = i;
    while (last + 1 < evm_calls_count && evm_calls[last + 1].verdict == verdict &&
           evm_calls[last + 1].number == evm_calls[last].number + 1) {
      last++;
    }
    emit(a, BPF_JMP | BPF_JGE | BPF_K, 0, 2, (uint32_t)evm_calls[i].number);
    emit(a, BPF_JMP | BPF_JGT | BPF_K, 1, 0, (uint32_t)evm_calls[last].number);
    give(a, action);
    i = last;
  }
}

size_t evm_filter_build(struct sock_filter out[EVM_FILTER_MAX], bool jit) {
  struct assembler a = {out, 0};
  load(&a, offsetof(struct seccomp_data, arch));
  emit(&a, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, AUDIT_ARCH_X86_64);
  give(&a, REFUSED); /* int 0x80 */
  load(&a, offsetof(struct seccomp_data, nr));
  emit(&a, BPF_JMP | BPF_JGE | BPF_K, 0, 1, X32_BIT);
  give(&a, REFUSED);
  for (size_t i = 0; i < evm_calls_count; i++) {
    if (evm_calls[i].verdict != EVM_CHECK) continue;
    size_t begin = block_begin(&a, (uint32_t)evm_calls[i].number);
    check_arguments(&a, evm_calls[i].name, jit);
    block_end(&a, begin);
  }
  decide_by_number(&a, EVM_ALLOW, ALLOWED);
  decide_by_number(&a, EVM_PRETEND, SECCOMP_RET_ERRNO);
  give(&a, REFUSED);
  return a.count;
}

bool evm_call_falls_back(const struct seccomp_data *data) {
  if (data->arch != AUDIT_ARCH_X86_64) return false;
  const struct evm_call *call = evm_call_find(data->nr);
  return call != NULL && (strcmp(call->name, "clone3") == 0 || strcmp(call->name, "openat2") == 0);
}

int evm_call_explain(const struct seccomp_data *data, char *out, size_t size) {
  if (data->arch != AUDIT_ARCH_X86_64) {
    evm_format(out, size, "tried to make a 32-bit system call (int 0x80, number %d)", data->nr);
    return 38; /* ENOSYS */
  }
  if (((uint32_t)data->nr & X32_BIT) != 0) {
    evm_format(out, size, "tried to make an x32 system call (number %d)", data->nr);
    return 38;
  }
  const struct evm_call *call = evm_call_find(data->nr);
  if (call == NULL || call->error == 0) {
    evm_format(out, size, "tried to make system call %d, which this EVM does not know", data->nr);
    return 38;
  }
  size_t length = evm_format(out, size, "tried to %s (%s", call->words, call->name);
  if (strcmp(call->name, "socket") == 0) {
    length += evm_format(out + length, size - length, ", family %u, protocol %u",
                         (uint32_t)data->args[0], (uint32_t)data->args[2]);
  } else if (strcmp(call->name, "ioctl") == 0) {
    length += evm_format(out + length, size - length, ", request 0x%x", (uint32_t)data->args[1]);
  } else if (strcmp(call->name, "prctl") == 0) {
    length += evm_format(out + length, size - length, ", option %u", (uint32_t)data->args[0]);
  }
  evm_format(out + length, size - length, "): not in the sandbox");
  return call->error;
}
