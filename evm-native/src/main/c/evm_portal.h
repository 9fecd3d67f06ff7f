/*
 * The VM portal: pid 1 of the sandbox (Entropia paper §4.3.1). Not the program's to see, signal or
 * trace: /proc hides it, pid 1 takes no signal from its own namespace, and it is not dumpable.
 */
#ifndef EVM_PORTAL_H
#define EVM_PORTAL_H

#include "evm_message.h"
#include "evm_spec.h"

/*
 * Never returns. Builds the sandbox, says READY, waits for GO, starts the program, answers the
 * launcher's messages, reports usage, reaps; when it ends, the kernel ends every process inside.
 */
void evm_portal_run(const struct evm_spec *spec, int socket) __attribute__((noreturn));

/* What all processes of this pid namespace use now. Reads /proc and walks /work. */
void evm_usage_measure(const struct evm_spec *spec, bool walk_disk, struct evm_usage *usage);

#endif
