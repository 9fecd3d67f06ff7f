/* Swap that keeps a secret: what a paused program's memory may be written to, and when that is worth it. */
#ifndef EVM_SWAP_H
#define EVM_SWAP_H

#include <stdbool.h>

/*
 * Whether swap is on and every area of it is encrypted (dm-crypt, at any depth below LVM or RAID) or never leaves
 * memory (zram without a backing device). The kernel chooses among areas, so one that is readable spoils all.
 * Under root: "" in earnest, another folder in tests.
 */
bool evm_swap_is_private(const char *root);

/* Whether less than a quarter of the machine's memory is available, so that its owner gains by a paused program's. */
bool evm_memory_is_short(const char *root);

#endif
