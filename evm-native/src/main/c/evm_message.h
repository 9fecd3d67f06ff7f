/*
 * What launcher (outside) and portal (pid 1 inside) say to each other: one fixed-size message per
 * packet of a SOCK_SEQPACKET pair. Each side ends everything when the other is silent or gone.
 */
#ifndef EVM_MESSAGE_H
#define EVM_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

#include "evm_util.h"

enum evm_kind {
  /* portal or program → launcher */
  EVM_READY = 1, /* the sandbox stands; nothing of the program has run */
  EVM_LISTENER,  /* carries the seccomp listener; sent by the program's process before execve */
  EVM_FAILED,    /* text: why the sandbox or the program could not be started */
  EVM_USAGE,     /* usage */
  EVM_DONE,      /* status and rusage: the program ended and every process with it */
  EVM_CRASH,     /* text: which process died of a fault, and where */
  EVM_PORT,      /* status: number of an entry of spec->reach; carries its listener */
  EVM_FUSE,      /* carries the device of the mounted /work, for evm-seal */
  /* evm-seal → launcher, besides EVM_READY (the index is good), EVM_FAILED and EVM_DONE (the new one is written) */
  EVM_ALTERED_DATA, /* text: which block is not what was written */
  /* launcher → evm-seal, then EVM_FUSE */
  EVM_SEAL, /* order */
  /* launcher → portal */
  EVM_GO, /* execute the program */
  EVM_BEAT,
  EVM_PAUSE,
  EVM_RESUME,
  EVM_TERMINATE, /* SIGTERM to the program */
  EVM_KILL       /* SIGKILL to every process; DONE follows */
};

/* How often the portal reports usage and the launcher beats, and the silence that means death. */
#define EVM_BEAT_MS 250
#define EVM_SILENCE_MS 15000
/*
 * Waking up so much later than asked for, somebody stopped this process (SIGSTOP, as batch systems do), or the
 * machine slept: the other end's silence meanwhile says nothing.
 */
#define EVM_STOPPED_MS 2000

struct evm_usage {
  int64_t cpu_us;
  int64_t memory_bytes;
  int64_t processes; /* and threads */
  int64_t disk_bytes;
  int64_t disk_files;
  int64_t disk_free_bytes; /* of the working folder's file system; -1 without one */
  int32_t disk_too_deep;   /* folders nested deeper than EVM_DEPTH_MAX */
};

/* What evm-seal is to do; the key is wiped where it is not needed any more. */
#define EVM_SEAL_KEY 32
struct evm_seal_order {
  unsigned char key[EVM_SEAL_KEY];
  uint64_t generation; /* of the index; 0: the folder must be empty */
  int64_t files_max;
};

struct evm_message {
  int32_t kind;
  int32_t status; /* EVM_DONE: of the program, as wait(2) gives it */
  union {
    struct evm_usage usage;
    struct rusage rusage; /* EVM_DONE: of all processes */
    struct evm_seal_order order;
    char text[EVM_REASON_MAX];
  } as;
};

/* Sends a message, with a descriptor unless it is -1. Returns 0, or -1 with errno. */
int evm_message_send(int socket, const struct evm_message *message, int descriptor);

/* Sends a message that is its kind alone. */
int evm_message_signal(int socket, enum evm_kind kind);

/*
 * Receives one message; *descriptor is the one it carried (close-on-exec), or -1. Returns 1, 0 at end
 * of file, -1 with errno. A message of the wrong size is EPROTO.
 */
int evm_message_receive(int socket, struct evm_message *message, int *descriptor);

#endif
