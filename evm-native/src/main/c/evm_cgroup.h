/* Limits by control group where this account may make them: version 2, else 1, else none. */
#ifndef EVM_CGROUP_H
#define EVM_CGROUP_H

#include "evm_spec.h"

#define EVM_CGROUP_DIRS_MAX 4

struct evm_cgroup {
  int version; /* 2, 1, or 0: none */
  char dirs[EVM_CGROUP_DIRS_MAX][512];
  int count;
  char reason[160]; /* version 0: why */
};

/*
 * Makes this launcher's groups with the limits, or with none yet (NULL). Never ends the process: without groups,
 * version is 0.
 */
void evm_cgroup_make(struct evm_cgroup *group, const struct evm_limits *limits);

/* Sets the limits, and room for so many processes besides the program's. Returns 0, or -1 with errno. */
int evm_cgroup_limit(const struct evm_cgroup *group, const struct evm_limits *limits, int besides);

/* Moves a process in; its children start there. Returns 0, or -1 with errno. */
int evm_cgroup_join(const struct evm_cgroup *group, pid_t pid);

/* Processes the kernel ended for lack of memory in the group. */
int64_t evm_cgroup_oom_kills(const struct evm_cgroup *group);

/* Times a process was refused because of the limit on processes. */
int64_t evm_cgroup_refused_forks(const struct evm_cgroup *group);

/*
 * Writes so many bytes of a stopped program's memory to swap, which it may use at no other time. Returns whether
 * more is left. Blocks while the kernel writes, so the bytes are few at a time.
 */
bool evm_cgroup_page_out(const struct evm_cgroup *group, int64_t bytes);

/* Ends what is left in the groups and removes them. */
void evm_cgroup_remove(const struct evm_cgroup *group);

/* Removes the groups of launchers that are no more (kill -9, a crash). Returns how many. */
int evm_cgroup_sweep(void);

#endif
