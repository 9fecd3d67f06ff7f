/* The kernel's FUSE protocol, spoken over /dev/fuse without a library. fuse(4), linux/fuse.h. */
#ifndef SEAL_FUSE_H
#define SEAL_FUSE_H

#include "seal_data.h"

/* What the program sees as the owner of every file; of the sandbox's user namespace. */
struct seal_owner {
  uint32_t uid, gid;
};

/*
 * Answers requests until the mount is gone. Run by several threads on one descriptor, each with a worker
 * of its own. Returns 0 when the mount is gone, -1 with errno when the device failed.
 */
int seal_fuse_serve(struct seal_worker *worker, int device, struct seal_owner owner);

#endif
