/*
 * Contents of sealed files: reads, writes, sizes and holes, over files of ciphertext named by number.
 *
 * Invariants: plaintext behind a file's end is zero up to its block's end; a block's version in memory
 * is the one on disk whenever the file's lock is free. A block read with another version, file, place
 * or any bit changed does not open: the read fails and the store is poisoned.
 */
#ifndef SEAL_DATA_H
#define SEAL_DATA_H

#include <stdatomic.h>
#include <sys/types.h>

#include "evm_util.h"
#include "seal_tree.h"

/* Most bytes of one request, and blocks they can touch when they begin inside one. */
#define SEAL_REQUEST_MAX (1U << 20)
#define SEAL_REQUEST_BLOCKS (SEAL_REQUEST_MAX / SEAL_BLOCK + 1)

struct seal_store {
  struct seal_tree tree;
  struct seal_keys *keys;
  int folder; /* of the files of blocks */
  _Atomic uint64_t counter; /* blocks written in this epoch */
  _Atomic int open_files;   /* descriptors kept in inodes */
  _Atomic bool poisoned;    /* nothing is served any more; reason says why */
  bool altered;             /* the reason is that the disk was changed */
  char reason[EVM_REASON_MAX];
  pthread_mutex_t reason_mutex;
  void (*on_poisoned)(struct seal_store *); /* called once, with the reason set */
};

/* One thread's contexts and buffers. */
struct seal_worker {
  struct seal_store *store;
  struct seal_cipher cipher;
  unsigned char *sealed; /* SEAL_REQUEST_BLOCKS × SEAL_STRIDE */
  unsigned char *plain;  /* SEAL_REQUEST_BLOCKS × SEAL_BLOCK */
  seal_version versions[SEAL_REQUEST_BLOCKS];
  unsigned char *data; /* blocks just sealed, where they lie */
  unsigned char tags[SEAL_REQUEST_BLOCKS][SEAL_TAG];
};

int seal_worker_init(struct seal_worker *worker, struct seal_store *store);
void seal_worker_free(struct seal_worker *worker);

/* Everything below returns 0 or more, or a negative errno. The file must stay alive; takes its lock. */

/* Reads up to length (at most SEAL_REQUEST_MAX) bytes; *out points into the worker. Short at the end. */
ssize_t seal_data_read(struct seal_worker *worker, struct seal_inode *file, uint64_t offset, size_t length,
                       const unsigned char **out);

/* The data is ciphertext afterwards. */
int seal_data_write(struct seal_worker *worker, struct seal_inode *file, uint64_t offset, unsigned char *data,
                    size_t length);

int seal_data_resize(struct seal_worker *worker, struct seal_inode *file, uint64_t size);

/* Makes zeros of a range; grow: the file's end moves behind it if it was before. */
int seal_data_zero(struct seal_worker *worker, struct seal_inode *file, uint64_t offset, uint64_t length,
                   bool grow);

/* Ends service for good: with a reason, and whether the disk was altered. The first reason stays. */
void seal_poison(struct seal_store *store, bool altered, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The name of a file's blocks in the folder. */
void seal_blocks_name(uint64_t number, char out[24]);

#endif
