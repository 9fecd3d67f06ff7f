/* The private root of a sandbox: copy-on-write bundle, own /proc, /dev, /tmp; nothing of the host. */
#ifndef EVM_ROOT_H
#define EVM_ROOT_H

#include "evm_spec.h"

/*
 * Builds the root and pivots into it. Runs as pid 1 of the new pid namespace, with all capabilities
 * of the new user namespace, single-threaded. All of it lies in this mount namespace, so the kernel
 * takes it away with the last process. Ends with a reason on failure.
 */
void evm_root_enter(const struct evm_spec *spec, int socket);

/* Bytes in use in the in-memory file systems (copies of changed files, /tmp, /dev/shm). */
int64_t evm_root_memory_bytes(void);

#endif
