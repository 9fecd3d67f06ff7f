/*
 * The index of a sealed folder: the tree with every block's version, one message under a key of its
 * own. Read once before a run, written once after it. docs/evm.md, "Sealed folders".
 */
#ifndef SEAL_INDEX_H
#define SEAL_INDEX_H

#include "seal_data.h"

#define SEAL_INDEX_NAME "index"
#define SEAL_HEADER 56 /* magic 8, salt 32, generation 8, size 8 */

struct seal_header {
  unsigned char salt[SEAL_SALT];
  uint64_t generation;
  uint64_t size; /* of the body */
};

/* Reads a header. Returns NULL, or what is wrong with it. */
const char *seal_header_parse(const unsigned char *bytes, size_t size, struct seal_header *header);
void seal_header_write(const struct seal_header *header, unsigned char out[SEAL_HEADER]);

/* The salts of epochs, as the body has them first. */
struct seal_salts {
  unsigned count;
  unsigned char salt[SEAL_EPOCHS_MAX][SEAL_SALT];
};

/*
 * Fills an empty tree from a body. blocks_max: more blocks than the folder can hold are not believed.
 * Returns NULL, or what is wrong with it.
 */
const char *seal_body_parse(const unsigned char *body, size_t size, uint64_t blocks_max,
                            struct seal_salts *salts, struct seal_tree *tree);

/* The body of a tree, of *size bytes with room for a tag behind them, for the caller to free; NULL: no memory. */
unsigned char *seal_body_write(const struct seal_salts *salts, const struct seal_tree *tree, size_t *size);

/*
 * Reads the folder's index into the store, if its generation is the wanted one, and adds this run's
 * epoch; generation 0: the folder must be empty. Ends with a reason; *altered: the disk was changed.
 */
int seal_index_load(struct seal_store *store, const unsigned char *subjob_key, uint64_t generation,
                    struct seal_salts *salts, char reason[EVM_REASON_MAX], bool *altered);

/* Writes the index with the given generation. Returns 0 or -1 with a reason. */
int seal_index_save(struct seal_store *store, const unsigned char *subjob_key, uint64_t generation,
                    const struct seal_salts *salts, char reason[EVM_REASON_MAX]);

#endif
