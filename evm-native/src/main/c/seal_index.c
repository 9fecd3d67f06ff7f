/* The index on disk: read, checked and opened before a run; sealed and renamed into place after it. */
#define _GNU_SOURCE
#include "seal_index.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INDEX_NEW SEAL_INDEX_NAME ".new"

static int fail(char reason[EVM_REASON_MAX], const char *format, ...) __attribute__((format(printf, 2, 3)));
static int fail(char reason[EVM_REASON_MAX], const char *format, ...) {
  va_list args;
  va_start(args, format);
  evm_vformat(reason, EVM_REASON_MAX, format, args);
  va_end(args);
  return -1;
}

/* Blocks the folder's files can hold, and whether there is any file; -1: it cannot be listed. */
static int count_blocks(int folder, uint64_t *blocks, bool *empty) {
  int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = again < 0 ? NULL : fdopendir(again);
  if (dir == NULL) return -1;
  *blocks = 0;
  *empty = true;
  const struct dirent *entry;
  while ((entry = readdir(dir)) != NULL) {
    struct stat st;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    *empty = false;
    if (fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode)) {
      *blocks += (uint64_t)st.st_size / SEAL_STRIDE;
    }
  }
  closedir(dir);
  return 0;
}

static unsigned char *read_whole(int folder, size_t *size) {
  int fd = openat(folder, SEAL_INDEX_NAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  struct stat st;
  unsigned char *bytes = NULL;
  if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
      (uint64_t)st.st_size <= (uint64_t)SEAL_MESSAGE_MAX + SEAL_HEADER + SEAL_TAG) {
    *size = (size_t)st.st_size;
    bytes = malloc(*size + 1);
  }
  for (size_t have = 0; bytes != NULL && have < *size;) {
    ssize_t got = read(fd, bytes + have, *size - have);
    if (got > 0) {
      have += (size_t)got;
      continue;
    }
    if (got < 0 && errno == EINTR) continue;
    free(bytes);
    bytes = NULL;
  }
  if (fd >= 0) close(fd);
  return bytes;
}

/* This run's own key: nothing another run wrote under the subjob's key shares a nonce with it. */
static int add_epoch(struct seal_store *store, const unsigned char *subjob_key, struct seal_salts *salts,
                     char reason[EVM_REASON_MAX]) {
  if (seal_random(salts->salt[salts->count], SEAL_SALT) != 0) return fail(reason, "no random numbers");
  salts->count++;
  for (unsigned i = 0; i < salts->count; i++) {
    if (seal_derive(subjob_key, salts->salt[i], "data", store->keys->data[i]) != 0) {
      return fail(reason, "the key cannot be derived");
    }
  }
  store->keys->count = salts->count;
  return 0;
}

int seal_index_load(struct seal_store *store, const unsigned char *subjob_key, uint64_t generation,
                    struct seal_salts *salts, char reason[EVM_REASON_MAX], bool *altered) {
  uint64_t blocks;
  bool empty;
  *altered = false;
  salts->count = 0;
  if (count_blocks(store->folder, &blocks, &empty) != 0) {
    return fail(reason, "list the sealed folder: %s", strerror(errno));
  }
  if (generation == 0) {
    if (!empty) return fail(reason, "a new sealed folder is not empty: give --seal-generation for one with content");
    return add_epoch(store, subjob_key, salts, reason);
  }
  *altered = true;
  size_t size = 0;
  unsigned char *bytes = read_whole(store->folder, &size);
  struct seal_header header;
  unsigned char key[SEAL_KEY];
  const char *wrong = bytes == NULL ? "cannot be read" : seal_header_parse(bytes, size, &header);
  if (wrong == NULL && header.generation != generation) wrong = "is of another generation";
  if (wrong == NULL && seal_derive(subjob_key, header.salt, "index", key) != 0) wrong = "has no key";
  if (wrong == NULL && !seal_message_open(key, bytes, SEAL_HEADER, bytes + SEAL_HEADER, (size_t)header.size,
                                          bytes + SEAL_HEADER)) {
    wrong = "is not the one that was sealed with this key";
  }
  explicit_bzero(key, sizeof key);
  if (wrong == NULL) {
    wrong = seal_body_parse(bytes + SEAL_HEADER, (size_t)header.size, blocks, salts, &store->tree);
  }
  free(bytes);
  if (wrong != NULL) return fail(reason, "scratch was altered: its index %s", wrong);
  *altered = false;
  return add_epoch(store, subjob_key, salts, reason);
}

static int write_whole(int folder, const unsigned char *header, const unsigned char *sealed, size_t size) {
  int fd = openat(folder, INDEX_NEW, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return -1;
  bool failed = write(fd, header, SEAL_HEADER) != SEAL_HEADER;
  for (size_t done = 0; done < size && !failed;) {
    ssize_t put = write(fd, sealed + done, size - done);
    if (put > 0) done += (size_t)put;
    if (put <= 0 && errno != EINTR) failed = true;
  }
  int error = errno;
  close(fd);
  errno = error;
  if (failed) return -1;
  return renameat(folder, INDEX_NEW, folder, SEAL_INDEX_NAME);
}

int seal_index_save(struct seal_store *store, const unsigned char *subjob_key, uint64_t generation,
                    const struct seal_salts *salts, char reason[EVM_REASON_MAX]) {
  size_t size;
  unsigned char *body = seal_body_write(salts, &store->tree, &size);
  if (body == NULL) return fail(reason, "the index of the sealed folder is larger than 1 GiB or than memory");
  struct seal_header header = {.generation = generation, .size = size};
  unsigned char bytes[SEAL_HEADER], key[SEAL_KEY];
  int result = -1;
  if (seal_random(header.salt, SEAL_SALT) != 0 || seal_derive(subjob_key, header.salt, "index", key) != 0) {
    fail(reason, "the index's key cannot be made");
  } else {
    seal_header_write(&header, bytes);
    if (seal_message_seal(key, bytes, SEAL_HEADER, body, size, body) != 0) {
      fail(reason, "the index cannot be sealed");
    } else if (write_whole(store->folder, bytes, body, size + SEAL_TAG) != 0) {
      fail(reason, "write the index of the sealed folder: %s", strerror(errno));
    } else {
      result = 0;
    }
  }
  explicit_bzero(key, sizeof key);
  free(body);
  return result;
}
