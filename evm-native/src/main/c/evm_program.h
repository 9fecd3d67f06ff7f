/* The program's own process, from fork to execve: everything that contains it is set here. */
#ifndef EVM_PROGRAM_H
#define EVM_PROGRAM_H

#include "evm_spec.h"

/*
 * Never returns. Waits at the gate until the portal watches it, gives up every capability, sets limits and lowest priority, restricts paths
 * (Landlock) and calls (seccomp), hands the filter's listener to the launcher over the given
 * socket, then executes the command. On failure ends with a reason.
 */
void evm_program_run(const struct evm_spec *spec, int socket, const int gate[2]) __attribute__((noreturn));

/* The Landlock ABI of this kernel; 0 without Landlock. */
int evm_landlock_abi(void);

/* Restricts this process and its children to the sandbox's paths; see docs/evm.md, "Paths". */
void evm_landlock_restrict(const struct evm_spec *spec);

#endif
