/* What to run, in which sandbox: the command line of evm-run, checked. */
#ifndef EVM_SPEC_H
#define EVM_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "evm_message.h"
#include "evm_reach.h"

#define EVM_MOUNTS_MAX 64
#define EVM_ENV_MAX 512
#define EVM_EXEC_DIRS_MAX 256
/* The one identity a program sees inside, whoever runs it outside. */
#define EVM_INSIDE_UID 1000
#define EVM_INSIDE_GID 1000

/* Largest file of a sealed folder: 128 TiB, as seal_tree.h has it in blocks. */
#define EVM_SEALED_FILE_MAX (1LL << 47)

struct evm_mount {
  const char *source; /* a path of the host */
  const char *target; /* an absolute path inside */
  bool exec;          /* its files may be executed */
  int tree;           /* opened by evm_root_open as a detached mount; -1: not */
};

struct evm_limits {
  int64_t wall_ms;      /* 0: none; so everywhere below unless said */
  int64_t cpu_ms;       /* user and system time of all processes together */
  int64_t memory_bytes; /* resident memory of all processes; each one's data segment */
  int64_t processes;    /* processes and threads, 1.. ; default 512 */
  int64_t open_files;   /* per process; default 1024 */
  int64_t file_bytes;   /* largest file */
  int64_t disk_bytes;   /* all files under the working folder */
  int64_t disk_files;   /* entries under the working folder; default 1,000,000 */
  int64_t disk_reserve_bytes; /* the working folder's file system keeps this much free */
  int64_t tmp_bytes;    /* /tmp, /dev/shm and copies of changed files, each, in memory; default 256 MiB */
  int64_t cpu_percent;  /* of one CPU, by cgroup only */
};

struct evm_spec {
  const char *bundle; /* its files are the root; NULL: an empty root */
  const char *work;   /* bound to /work, writable; NULL: none */
  int bundle_tree, work_tree; /* opened by evm_root_open as detached mounts; -1: not */
  bool work_exec;     /* files under /work may be executed (a compiler's output) */
  bool sealed;        /* work holds ciphertext, which evm-seal shows opened as /work */
  int seal_key_fd;    /* where the key is read from; -1: it is here */
  unsigned char seal_key[EVM_SEAL_KEY];
  int64_t seal_generation; /* of the index that must be there; 0: the folder must be empty */
  bool jit;           /* memory may be writable and executable */
  const char *stdout_path, *stderr_path; /* files of the host that are appended to; NULL: the launcher's own */
  const char *cwd;    /* inside; default /work, or / without one */
  struct evm_mount mounts[EVM_MOUNTS_MAX];
  size_t mounts_count;
  const char *exec_dirs[EVM_EXEC_DIRS_MAX]; /* folders of the bundle, read-only, whose files run */
  size_t exec_dirs_count;
  char *env[EVM_ENV_MAX + 1];
  size_t env_count;
  struct evm_reach reach[EVM_REACH_MAX]; /* hosts and ports outside that it may reach */
  size_t reach_count;
  char **command; /* [0] is an absolute path inside */
  struct evm_limits limits;
  uid_t uid; /* the account the program runs as; 0: the caller's, which then must not be root */
  gid_t gid;
  bool grouped;          /* a cgroup keeps the memory limit, so address space may be larger */
  bool cgroup;           /* use cgroups; without them rlimits and supervision only */
  int64_t heartbeat_ms;  /* silence of the controller after which all ends; 0: end of file only */
};

/* Fills spec with defaults, then from args (not including a program name). Ends with a reason. */
void evm_spec_parse(struct evm_spec *spec, int count, char **args);

#endif
