/*
 * Names, folders and files of sealed scratch, all in memory: what an attacker of the disk can neither
 * read nor alter nor roll back. On disk there are only blocks, in files named by number.
 *
 * Locks: the tree's mutex guards everything but what a file's own lock guards (size, versions). A file's lock
 * may be held for as long as the disk takes, so it is never taken while the tree's mutex is held.
 */
#ifndef SEAL_TREE_H
#define SEAL_TREE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "seal_crypto.h"

#define SEAL_ROOT 1
#define SEAL_NAME_MAX 255
#define SEAL_TARGET_MAX 4095
/* Blocks a file may have: 128 TiB. */
#define SEAL_BLOCKS_MAX (1ULL << 35)

/* Versions of a file's blocks: a table of tables, like page tables, so that holes cost nothing. */
struct seal_map {
  void *top;
  unsigned levels; /* 0: empty */
};

struct seal_entry;

struct seal_inode {
  uint64_t number; /* never used again */
  struct seal_inode *next; /* in its hash chain */
  mode_t mode;
  uint32_t links;
  uint64_t lookups; /* the kernel's */
  struct timespec modified, changed;
  struct seal_entry *name; /* one of its names; NULL: none known */
  /* folders */
  struct seal_entry *first, *last; /* in order of their cookies */
  uint64_t entries, folders, next_cookie;
  struct seal_entry *resume; /* where a listing is likely to go on */
  /* symbolic links */
  char *target;
  /* files */
  pthread_rwlock_t lock;
  _Atomic uint64_t size;   /* changed with the lock held, read without */
  _Atomic uint64_t blocks; /* not holes; as size */
  struct seal_map map;
  _Atomic int fd; /* of its blocks; -1: not open */
};

struct seal_entry {
  struct seal_entry *next_hash;
  struct seal_entry *before, *after;
  struct seal_inode *folder, *inode;
  uint64_t cookie;
  uint16_t length;
  char name[]; /* and a zero */
};

struct seal_tree {
  pthread_mutex_t mutex;
  struct seal_inode **inodes;
  struct seal_entry **names;
  uint64_t inode_buckets, name_buckets;
  uint64_t inode_count, name_count;
  uint64_t inodes_max;
  uint64_t next_number;
  struct seal_inode *root;
};

/* Returns 0 with a root folder alone, or -1. */
int seal_tree_init(struct seal_tree *tree, uint64_t inodes_max);
void seal_tree_free(struct seal_tree *tree);

struct seal_inode *seal_tree_find(const struct seal_tree *tree, uint64_t number);

/* A new inode without names. NULL with errno: ENOSPC at inodes_max, ENOMEM. number 0: the next. */
struct seal_inode *seal_tree_make(struct seal_tree *tree, mode_t mode, uint64_t number);

/* Takes an inode without links and lookups out and frees it. */
void seal_tree_drop(struct seal_tree *tree, struct seal_inode *inode);

struct seal_entry *seal_tree_lookup(const struct seal_tree *tree, const struct seal_inode *folder,
                                    const char *name, size_t length);

/* Names an inode; the name must be free and valid. Returns 0 or -1 with ENOMEM. Counts links. */
int seal_tree_name(struct seal_tree *tree, struct seal_inode *folder, const char *name, size_t length,
                   struct seal_inode *inode);

/* Removes a name. Counts links; the inode itself stays. */
void seal_tree_unname(struct seal_tree *tree, struct seal_entry *entry);

/* Exchanges what two names stand for. */
void seal_tree_exchange(struct seal_entry *one, struct seal_entry *other);

/* The first entry after a cookie, or NULL. */
struct seal_entry *seal_tree_after(struct seal_inode *folder, uint64_t cookie);

/* "dir/file" of an inode into out, cut; "file NUMBER" when it has no name. */
void seal_tree_path(const struct seal_inode *inode, char *out, size_t size);

bool seal_name_valid(const char *name, size_t length);

static inline uint32_t seal_links(const struct seal_inode *inode) {
  return S_ISDIR(inode->mode) ? 2 + (uint32_t)inode->folders : inode->links;
}

seal_version seal_map_get(const struct seal_map *map, uint64_t block);
/* Returns 0, or -1 with ENOMEM. Setting 0 makes a hole. *blocks counts what is not one. */
int seal_map_set(struct seal_map *map, uint64_t block, seal_version version, _Atomic uint64_t *blocks);
/* Makes holes of all blocks from this one. */
void seal_map_cut(struct seal_map *map, uint64_t from, _Atomic uint64_t *blocks);
/* The first block at or after one that is no hole; SEAL_BLOCKS_MAX: none. */
uint64_t seal_map_next(const struct seal_map *map, uint64_t from);

#endif
