/* One request of the kernel, as the functions that answer it see it. */
#ifndef SEAL_REQUEST_H
#define SEAL_REQUEST_H

#include <linux/fuse.h>

#include "seal_data.h"
#include "seal_fuse.h"

#define SEAL_FOREVER (1ULL << 30) /* seconds: nobody else changes what the kernel caches */

struct seal_request {
  struct seal_worker *worker;
  struct seal_tree *tree;
  struct seal_owner owner;
  int device;
  const struct fuse_in_header *header;
  unsigned char *body; /* and a zero behind it */
  size_t size;
};

void seal_reply(const struct seal_request *r, int error, const void *data, size_t size);

/* The tree's mutex is held. The second counts a lookup: the kernel will forget it later. */
void seal_fill_attributes(const struct seal_request *r, struct seal_inode *inode, struct fuse_attr *a);
void seal_fill_entry(const struct seal_request *r, struct seal_inode *inode, struct fuse_entry_out *out);

/*
 * The inode asked about, or NULL and an answer. The kernel holds a lookup of what it asks about, so it
 * outlives the tree's mutex.
 */
struct seal_inode *seal_find_alone(const struct seal_request *r);

/* A file no name and no lookup leads to is gone; its blocks too. Unlocks the tree. */
void seal_drop_unused(const struct seal_request *r, struct seal_inode *inode);

/* Answers about names: seal_names.c. */
void seal_on_lookup(const struct seal_request *r);
void seal_on_mknod(const struct seal_request *r);
void seal_on_mkdir(const struct seal_request *r);
void seal_on_symlink(const struct seal_request *r);
void seal_on_readlink(const struct seal_request *r);
void seal_on_link(const struct seal_request *r);
void seal_on_unlink(const struct seal_request *r);
void seal_on_rmdir(const struct seal_request *r);
void seal_on_rename(const struct seal_request *r);
void seal_on_rename2(const struct seal_request *r);
void seal_on_readdir(const struct seal_request *r);
void seal_on_readdirplus(const struct seal_request *r);
void seal_on_tmpfile(const struct seal_request *r);

#endif
