/*
 * A launcher made before there is a program for it. Entering a control group waits for a grace period of the
 * kernel's (some 10 ms in version 1): here a helper has entered it beforehand, and the sandbox is born inside.
 */
#ifndef EVM_SPARE_H
#define EVM_SPARE_H

#include "evm_arguments.h"
#include "evm_cgroup.h"

struct evm_spare {
  struct evm_cgroup group;
  struct evm_arguments arguments;
  pid_t helper;
  pid_t *portal; /* a page shared with the helper */
  int door;      /* the helper waits at its other end */
  int socket;    /* the launcher's end of the portal's socket */
};

/* As root: makes groups and helper. False when there are no groups here: nothing is to be won then. */
bool evm_spare_make(struct evm_spare *spare);

/* Waits for a command line at the controller's socket. Ends the launcher, cleanly, when none comes. */
void evm_spare_wait(struct evm_spare *spare, int controller);

/* Gives it up: the helper ends, what is left in the groups too, and they go. */
void evm_spare_drop(struct evm_spare *spare);

/* Has the helper start the portal. Returns its pid, or -1 after a reason was reported. */
pid_t evm_spare_start(struct evm_spare *spare);

#endif
