#define _GNU_SOURCE
#include "seal_crypto.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>
#include <sys/random.h>

#include "seal_bytes.h"

#define NONCE 12
#define ASSOCIATED 24 /* file, block, version */

int seal_random(unsigned char *out, size_t size) {
  for (size_t have = 0; have < size;) {
    ssize_t got = getrandom(out + have, size - have, 0);
    if (got <= 0) return -1;
    have += (size_t)got;
  }
  return 0;
}

int seal_derive(const unsigned char *subjob_key, const unsigned char *salt, const char *purpose,
                unsigned char *out) {
  char info[32] = "evm-seal ";
  strncat(info, purpose, sizeof info - strlen(info) - 1);
  EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
  EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
  char digest[] = "SHA256";
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)subjob_key, SEAL_KEY),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)salt, SEAL_SALT),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, strlen(info)),
      OSSL_PARAM_construct_end(),
  };
  int done = context != NULL && EVP_KDF_derive(context, out, SEAL_KEY, params) == 1;
  EVP_KDF_CTX_free(context);
  EVP_KDF_free(kdf);
  return done ? 0 : -1;
}

static EVP_CIPHER_CTX *new_context(const unsigned char *key, bool sealing) {
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  if (context == NULL) return NULL;
  int done = sealing ? EVP_EncryptInit_ex2(context, EVP_aes_256_gcm(), key, NULL, NULL)
                     : EVP_DecryptInit_ex2(context, EVP_aes_256_gcm(), key, NULL, NULL);
  if (done == 1) return context;
  EVP_CIPHER_CTX_free(context);
  return NULL;
}

int seal_cipher_init(struct seal_cipher *cipher, const struct seal_keys *keys) {
  cipher->keys = keys;
  cipher->open_epoch = keys->count - 1;
  cipher->seal = new_context(keys->data[keys->count - 1], true);
  cipher->open = new_context(keys->data[keys->count - 1], false);
  return cipher->seal != NULL && cipher->open != NULL ? 0 : -1;
}

void seal_cipher_free(struct seal_cipher *cipher) {
  EVP_CIPHER_CTX_free(cipher->seal);
  EVP_CIPHER_CTX_free(cipher->open);
}

static void associate(uint64_t file, uint64_t block, seal_version version, unsigned char *out) {
  seal_put_u64(out, file);
  seal_put_u64(out + 8, block);
  seal_put_u64(out + 16, version);
}

static void make_nonce(seal_version version, unsigned char *out) {
  memset(out, 0, NONCE);
  seal_put_u64(out + 4, version);
}

int seal_block_seal(struct seal_cipher *cipher, uint64_t file, uint64_t block, seal_version version,
                    const unsigned char *plain, unsigned char *out, unsigned char tag[SEAL_TAG]) {
  unsigned char nonce[NONCE], associated[ASSOCIATED];
  int length;
  EVP_CIPHER_CTX *c = cipher->seal;
  if (seal_epoch(version) != cipher->keys->count - 1) return -1;
  make_nonce(version, nonce);
  associate(file, block, version, associated);
  bool done = EVP_EncryptInit_ex2(c, NULL, NULL, nonce, NULL) == 1 &&
              EVP_EncryptUpdate(c, NULL, &length, associated, ASSOCIATED) == 1 &&
              EVP_EncryptUpdate(c, out, &length, plain, SEAL_BLOCK) == 1 && length == SEAL_BLOCK &&
              EVP_EncryptFinal_ex(c, tag, &length) == 1 &&
              EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG, tag) == 1;
  return done ? 0 : -1;
}

bool seal_block_open(struct seal_cipher *cipher, uint64_t file, uint64_t block, seal_version version,
                     const unsigned char *sealed, unsigned char *out) {
  unsigned char nonce[NONCE], associated[ASSOCIATED], tag[SEAL_TAG];
  int length;
  EVP_CIPHER_CTX *c = cipher->open;
  unsigned epoch = seal_epoch(version);
  if (epoch >= cipher->keys->count) return false;
  const unsigned char *key = NULL;
  if (epoch != cipher->open_epoch) {
    key = cipher->keys->data[epoch];
    cipher->open_epoch = epoch;
  }
  make_nonce(version, nonce);
  associate(file, block, version, associated);
  memcpy(tag, sealed + SEAL_BLOCK, SEAL_TAG);
  return EVP_DecryptInit_ex2(c, NULL, key, nonce, NULL) == 1 &&
         EVP_DecryptUpdate(c, NULL, &length, associated, ASSOCIATED) == 1 &&
         EVP_DecryptUpdate(c, out, &length, sealed, SEAL_BLOCK) == 1 && length == SEAL_BLOCK &&
         EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG, tag) == 1 &&
         EVP_DecryptFinal_ex(c, tag, &length) == 1;
}

int seal_message_seal(const unsigned char *key, const unsigned char *associated, size_t associated_size,
                      const unsigned char *plain, size_t size, unsigned char *out) {
  static const unsigned char nonce[NONCE];
  int length;
  if (size > SEAL_MESSAGE_MAX) return -1;
  EVP_CIPHER_CTX *c = new_context(key, true);
  bool done = c != NULL && EVP_EncryptInit_ex2(c, NULL, NULL, nonce, NULL) == 1 &&
              EVP_EncryptUpdate(c, NULL, &length, associated, (int)associated_size) == 1 &&
              EVP_EncryptUpdate(c, out, &length, plain, (int)size) == 1 && (size_t)length == size &&
              EVP_EncryptFinal_ex(c, out + size, &length) == 1 &&
              EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG, out + size) == 1;
  EVP_CIPHER_CTX_free(c);
  return done ? 0 : -1;
}

bool seal_message_open(const unsigned char *key, const unsigned char *associated, size_t associated_size,
                       const unsigned char *sealed, size_t size, unsigned char *out) {
  static const unsigned char nonce[NONCE];
  unsigned char tag[SEAL_TAG];
  int length;
  if (size > SEAL_MESSAGE_MAX) return false;
  memcpy(tag, sealed + size, SEAL_TAG);
  EVP_CIPHER_CTX *c = new_context(key, false);
  bool done = c != NULL && EVP_DecryptInit_ex2(c, NULL, NULL, nonce, NULL) == 1 &&
              EVP_DecryptUpdate(c, NULL, &length, associated, (int)associated_size) == 1 &&
              EVP_DecryptUpdate(c, out, &length, sealed, (int)size) == 1 && (size_t)length == size &&
              EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG, tag) == 1 &&
              EVP_DecryptFinal_ex(c, tag, &length) == 1;
  EVP_CIPHER_CTX_free(c);
  return done;
}
