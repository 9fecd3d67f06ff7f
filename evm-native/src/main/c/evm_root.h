/* The private root of a sandbox: copy-on-write bundle, own /proc, /dev, /tmp; nothing of the host. */
#ifndef EVM_ROOT_H
#define EVM_ROOT_H

#include "evm_spec.h"

/* Where the descriptors of evm_root_open begin, one after the other. */
#define EVM_TREES_FIRST 64

/*
 * Opens every source as a detached mount while the caller is still root, so that folders above them need not
 * be open to the account the program runs as. Returns one past the last descriptor.
 */
int evm_root_open(struct evm_spec *spec);

/*
 * Builds the root and pivots into it. Runs as pid 1 of the new pid namespace, with all capabilities
 * of the new user namespace, single-threaded. All of it lies in this mount namespace, so the kernel
 * takes it away with the last process. Ends with a reason on failure.
 */
void evm_root_enter(const struct evm_spec *spec, int socket);

/* Bytes in use in the in-memory file systems (copies of changed files, /tmp, /dev/shm). */
int64_t evm_root_memory_bytes(void);

#endif
