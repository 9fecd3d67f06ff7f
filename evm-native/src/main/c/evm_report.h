/* Events for whoever started evm-run: one JSON object a line. docs/evm.md, "Report", lists the fields. */
#ifndef EVM_REPORT_H
#define EVM_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "evm_message.h"
#include "evm_reach.h"
#include "evm_spec.h"

#define EVM_REFUSALS_MAX 16
#define EVM_WORDS_MAX 200

struct evm_refusal {
  char words[EVM_WORDS_MAX];
  int64_t count;
};

struct evm_refusals {
  struct evm_refusal entries[EVM_REFUSALS_MAX]; /* distinct, in order of first appearance */
  int count;
  int64_t total; /* also those beyond the first EVM_REFUSALS_MAX kinds */
  char last[EVM_WORDS_MAX];
};

/* How it ended. */
enum evm_outcome {
  EVM_EXITED,   /* the program exited by itself */
  EVM_SIGNALED, /* a signal ended it */
  EVM_LIMIT,    /* a limit was reached; reason says which */
  EVM_KILLED,   /* the controller, or a signal to the launcher, asked for it */
  EVM_LIFELINE, /* the controller was silent or gone */
  EVM_ALTERED,  /* sealed scratch is not what was written to it; reason says which block */
  EVM_REFUSED   /* the sandbox or the program could not be started; reason says why */
};

struct evm_result {
  enum evm_outcome outcome;
  int status; /* as wait(2) gives it; meaningless with EVM_REFUSED */
  const char *limit; /* EVM_LIMIT: the option's name without dashes; else "" */
  char reason[EVM_REASON_MAX];
  char crash[EVM_REASON_MAX]; /* of the last process that died of a fault: which, where and why; else "" */
  int64_t wall_us;      /* from GO to the end, pauses included */
  int64_t paused_us;    /* of these, paused */
  struct rusage rusage; /* of all processes */
  struct evm_usage peak;
  struct evm_refusals refusals;
};

/* The sandbox stands: pid is the portal's on the host. Sent before the program's first instruction. */
void evm_report_ready(int fd, int pid, int landlock_abi, int cgroup_version, const char *cgroup_reason,
                      bool jit);

/* Dropped when the reader is behind. */
void evm_report_usage(int fd, const struct evm_usage *usage);

/* Waits up to 5 s for a reader that is behind. */
void evm_report_result(int fd, const struct evm_result *result, const struct evm_spec *spec,
                       const struct evm_reached *reached);

/* Adds a refused call; one that matters is told as the last when the program fails. */
void evm_refusals_add(struct evm_refusals *refusals, const char *words, bool matters);

/* Writes text as a JSON string with its quotes, cut to fit; bytes that are not ASCII become '?'. */
size_t evm_json_string(char *out, size_t size, const char *text);

#endif
