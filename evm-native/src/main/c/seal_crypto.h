/*
 * The cryptography of sealed scratch, all of it OpenSSL's: AES-256-GCM of 4 KiB blocks and of the
 * index, keys derived with HKDF-SHA256. docs/evm.md, "Sealed folders", has the formats.
 */
#ifndef SEAL_CRYPTO_H
#define SEAL_CRYPTO_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEAL_BLOCK 4096
#define SEAL_TAG 16
#define SEAL_STRIDE (SEAL_BLOCK + SEAL_TAG) /* bytes of a block on disk */
#define SEAL_KEY 32
#define SEAL_SALT 32
/* Writers of one folder, one after another; each has a key of its own for what it writes. */
#define SEAL_EPOCHS_MAX 64

/*
 * What makes a block's nonce, never used twice with a key: the writer's epoch in the upper 16 bits, its
 * count of blocks written in the lower 48. It is the block's version too. 0: a hole.
 */
typedef uint64_t seal_version;
#define SEAL_COUNTER_BITS 48
#define SEAL_COUNTER_MAX ((1ULL << SEAL_COUNTER_BITS) - 1)

static inline unsigned seal_epoch(seal_version version) { return (unsigned)(version >> SEAL_COUNTER_BITS); }

/* The keys of every epoch, in memory that is locked and not dumped. */
struct seal_keys {
  unsigned count; /* the last is the one that writes */
  unsigned char data[SEAL_EPOCHS_MAX][SEAL_KEY];
};

/* One thread's cipher contexts. */
struct seal_cipher {
  const struct seal_keys *keys;
  EVP_CIPHER_CTX *seal;
  EVP_CIPHER_CTX *open;
  unsigned open_epoch; /* whose key is in open */
};

/* Derives a key of the subjob's key. purpose is "data" or "index". Returns 0 or -1. */
int seal_derive(const unsigned char *subjob_key, const unsigned char *salt, const char *purpose,
                unsigned char *out);

/* Returns 0, or -1 when OpenSSL refuses. keys must outlive it and hold all epochs. */
int seal_cipher_init(struct seal_cipher *cipher, const struct seal_keys *keys);
void seal_cipher_free(struct seal_cipher *cipher);

/* One block; out may be plain. The version's epoch is the writing one. Returns 0 or -1. */
int seal_block_seal(struct seal_cipher *cipher, uint64_t file, uint64_t block, seal_version version,
                    const unsigned char *plain, unsigned char *out, unsigned char tag[SEAL_TAG]);

/* Back again; false if the bytes are not the ones of this file, block and version. */
bool seal_block_open(struct seal_cipher *cipher, uint64_t file, uint64_t block, seal_version version,
                     const unsigned char *sealed, unsigned char *out);

/* A whole message under a key used once. size may not exceed 1 GiB; the tag follows the bytes. */
#define SEAL_MESSAGE_MAX (1U << 30)
int seal_message_seal(const unsigned char *key, const unsigned char *associated, size_t associated_size,
                      const unsigned char *plain, size_t size, unsigned char *out);
bool seal_message_open(const unsigned char *key, const unsigned char *associated, size_t associated_size,
                       const unsigned char *sealed, size_t size, unsigned char *out);

/* Fills with random bytes of the kernel. Returns 0 or -1. */
int seal_random(unsigned char *out, size_t size);

#endif
