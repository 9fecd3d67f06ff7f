/* Sealed scratch as evm-run sees it: starts evm-seal, mounts what it serves, hears how it ended. */
#ifndef EVM_SEALED_H
#define EVM_SEALED_H

#include <stdbool.h>
#include <sys/types.h>

#include "evm_spec.h"
#include "evm_util.h"

struct evm_sealed {
  pid_t pid;
  int socket; /* -1: none, or it has said its last */
  bool served; /* it has the device */
  bool loaded; /* it has found the folder good */
  bool ended;  /* end and reason are known */
  int end;
  char reason[EVM_REASON_MAX];
};

enum evm_sealed_end {
  EVM_SEALED_LOADED,  /* no end: the folder is good, and it serves */
  EVM_SEALED_SAVED,   /* the index is written */
  EVM_SEALED_ALTERED, /* the disk was changed */
  EVM_SEALED_FAILED
};

/*
 * Launcher: starts evm-seal, which lies beside evm-run, as the spec's account, gives it the key and wipes
 * it here. Called before any other process is made. Ends with a reason on failure.
 */
void evm_sealed_start(struct evm_sealed *sealed, struct evm_spec *spec);

/* Launcher: gives the mount's device to evm-seal; the caller closes its own. As root lifts its write throttle. */
void evm_sealed_hand_over(struct evm_sealed *sealed, int device, pid_t portal);

/* Launcher: reads what its socket has to say; blocks unless it is readable. */
enum evm_sealed_end evm_sealed_listen(struct evm_sealed *sealed, char reason[EVM_REASON_MAX]);

/* Launcher, when nothing runs inside any more: waits for the index, or with discard ends evm-seal. */
enum evm_sealed_end evm_sealed_finish(struct evm_sealed *sealed, bool discard, char reason[EVM_REASON_MAX]);

/* Portal: mounts the device on a folder and sends it to the launcher. Ends with a reason on failure. */
void evm_sealed_mount(const struct evm_spec *spec, const char *folder, int socket);

/* Portal, when every other process is gone: waits until /work is written back. */
void evm_sealed_flush(void);

#endif
