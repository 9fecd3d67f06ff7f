#define _GNU_SOURCE
#include "seal_data.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* Descriptors kept open between requests; files beyond are opened for each. */
#define OPEN_FILES_MAX 400
/* Blocks of one pwritev(2), which takes 1024 parts. */
#define BLOCKS_A_WRITE 256

int seal_worker_init(struct seal_worker *worker, struct seal_store *store) {
  worker->store = store;
  worker->sealed = aligned_alloc(64, (size_t)SEAL_REQUEST_BLOCKS * SEAL_STRIDE + 48);
  worker->plain = aligned_alloc(64, (size_t)SEAL_REQUEST_BLOCKS * SEAL_BLOCK);
  if (worker->sealed == NULL || worker->plain == NULL) return -1;
  return seal_cipher_init(&worker->cipher, store->keys);
}

void seal_worker_free(struct seal_worker *worker) {
  seal_cipher_free(&worker->cipher);
  free(worker->sealed);
  free(worker->plain);
}

void seal_poison(struct seal_store *store, bool altered, const char *format, ...) {
  pthread_mutex_lock(&store->reason_mutex);
  bool first = !store->poisoned;
  if (first) {
    va_list args;
    va_start(args, format);
    evm_vformat(store->reason, sizeof store->reason, format, args);
    va_end(args);
    store->altered = altered;
    store->poisoned = true;
  }
  pthread_mutex_unlock(&store->reason_mutex);
  if (first && store->on_poisoned != NULL) store->on_poisoned(store);
}

static int altered(struct seal_worker *worker, const struct seal_inode *file, uint64_t block) {
  char path[EVM_REASON_MAX - 64];
  pthread_mutex_lock(&worker->store->tree.mutex);
  seal_tree_path(file, path, sizeof path);
  pthread_mutex_unlock(&worker->store->tree.mutex);
  seal_poison(worker->store, true, "scratch was altered: %s block %llu", path, (unsigned long long)block);
  return -EIO;
}

static int disk_failed(struct seal_worker *worker, const char *what) {
  int error = errno;
  seal_poison(worker->store, false, "%s sealed scratch: %s", what, strerror(error));
  return -error;
}

void seal_blocks_name(uint64_t number, char out[24]) { evm_format(out, 24, "%llx", (unsigned long long)number); }

/* A descriptor of a file's blocks; *kept: it stays in the inode. -1 with errno. */
static int open_blocks(struct seal_worker *worker, struct seal_inode *file, int flags, bool *kept) {
  *kept = true;
  int fd = file->fd;
  if (fd >= 0) return fd;
  char name[24];
  seal_blocks_name(file->number, name);
  fd = openat(worker->store->folder, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags, 0600);
  if (fd < 0) return -1;
  *kept = false;
  if (atomic_fetch_add(&worker->store->open_files, 1) >= OPEN_FILES_MAX) {
    atomic_fetch_sub(&worker->store->open_files, 1);
    return fd;
  }
  int none = -1;
  if (atomic_compare_exchange_strong(&file->fd, &none, fd)) {
    *kept = true;
    return fd;
  }
  atomic_fetch_sub(&worker->store->open_files, 1);
  close(fd); /* another thread was faster */
  *kept = true;
  return none;
}

static void let_go(int fd, bool kept) {
  if (!kept) close(fd);
}

/* Reads blocks as they lie on disk; false if they are not all there. */
static bool load_sealed(struct seal_worker *worker, struct seal_inode *file, uint64_t block, uint64_t count,
                        unsigned char *out) {
  bool kept;
  int fd = open_blocks(worker, file, 0, &kept);
  if (fd < 0) return false;
  size_t size = (size_t)count * SEAL_STRIDE;
  size_t have = 0;
  while (have < size) {
    ssize_t got = pread(fd, out + have, size - have, (off_t)(block * SEAL_STRIDE + have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    have += (size_t)got;
  }
  let_go(fd, kept);
  return have == size;
}

/* Writes a part of what the worker has sealed; returns what pwritev(2) does. done: bytes already written. */
static ssize_t write_rest(struct seal_worker *worker, int fd, uint64_t block, uint64_t count, size_t done) {
  struct iovec parts[2 * BLOCKS_A_WRITE];
  int used = 0;
  size_t skip = done % SEAL_STRIDE;
  for (uint64_t i = done / SEAL_STRIDE; i < count && used < 2 * BLOCKS_A_WRITE; i++) {
    unsigned char *sealed = worker->data + i * SEAL_BLOCK;
    if (skip < SEAL_BLOCK) parts[used++] = (struct iovec){sealed + skip, SEAL_BLOCK - skip};
    size_t tag = skip < SEAL_BLOCK ? 0 : skip - SEAL_BLOCK;
    parts[used++] = (struct iovec){worker->tags[i] + tag, SEAL_TAG - tag};
    skip = 0;
  }
  return pwritev(fd, parts, used, (off_t)(block * SEAL_STRIDE + done));
}

/* Writes the blocks the worker has sealed, each with its tag behind it. */
static int store_sealed(struct seal_worker *worker, struct seal_inode *file, uint64_t block, uint64_t count) {
  bool kept;
  int fd = open_blocks(worker, file, O_CREAT, &kept);
  if (fd < 0) return disk_failed(worker, "open a file of");
  size_t size = (size_t)count * SEAL_STRIDE;
  int result = 0;
  for (size_t done = 0; done < size && result == 0;) {
    ssize_t put = write_rest(worker, fd, block, count, done);
    if (put > 0) {
      done += (size_t)put;
      continue;
    }
    if (put < 0 && errno == EINTR) continue;
    if (put == 0) errno = EIO;
    result = disk_failed(worker, "write");
  }
  let_go(fd, kept);
  return result;
}

/* Blocks written are counted, so that no two have the same version. */
static int take_versions(struct seal_worker *worker, uint64_t count, seal_version *first) {
  uint64_t counter = atomic_fetch_add(&worker->store->counter, count) + 1;
  if (counter + count > SEAL_COUNTER_MAX) return -EFBIG;
  *first = (seal_version)(worker->store->keys->count - 1) << SEAL_COUNTER_BITS | counter;
  return 0;
}

/* The file's lock is held for writing. */
static int put_sealed(struct seal_worker *worker, struct seal_inode *file, uint64_t block, uint64_t count,
                      seal_version version) {
  int result = store_sealed(worker, file, block, count);
  for (uint64_t i = 0; i < count && result == 0; i++) {
    if (seal_map_set(&file->map, block + i, version + i, &file->blocks) == 0) continue;
    result = disk_failed(worker, "keep versions of");
  }
  return result;
}

/* Seals blocks where they lie, tags into the worker: one pass through memory less than a second buffer takes. */
static int seal_blocks(struct seal_worker *worker, const struct seal_inode *file, uint64_t block,
                       uint64_t count, unsigned char *data, seal_version version) {
  worker->data = data;
  for (uint64_t i = 0; i < count; i++) {
    unsigned char *at = data + i * SEAL_BLOCK;
    if (seal_block_seal(&worker->cipher, file->number, block + i, version + i, at, at, worker->tags[i]) != 0) {
      seal_poison(worker->store, false, "the cipher refused a block");
      return -EIO;
    }
  }
  return 0;
}

/* Changes a part of one block: data over it, or zeros. The file's lock is held for writing. */
static int change_block(struct seal_worker *worker, struct seal_inode *file, uint64_t block, size_t start,
                        const unsigned char *data, size_t length) {
  unsigned char *plain = worker->plain;
  seal_version old = seal_map_get(&file->map, block);
  if (old == 0) {
    memset(plain, 0, SEAL_BLOCK);
  } else if (!load_sealed(worker, file, block, 1, worker->sealed) ||
             !seal_block_open(&worker->cipher, file->number, block, old, worker->sealed, plain)) {
    return altered(worker, file, block);
  }
  if (data != NULL) {
    memcpy(plain + start, data, length);
  } else {
    memset(plain + start, 0, length);
  }
  seal_version version;
  int result = take_versions(worker, 1, &version);
  if (result == 0) result = seal_blocks(worker, file, block, 1, plain, version);
  if (result == 0) result = put_sealed(worker, file, block, 1, version);
  return result;
}

/* Whole blocks are sealed before the lock is taken, so that two threads seal one file's blocks. */
static int write_whole(struct seal_worker *worker, struct seal_inode *file, uint64_t block, uint64_t count,
                       unsigned char *data) {
  seal_version version;
  int result = take_versions(worker, count, &version);
  if (result == 0) result = seal_blocks(worker, file, block, count, data, version);
  if (result != 0) return result;
  pthread_rwlock_wrlock(&file->lock);
  result = put_sealed(worker, file, block, count, version);
  if (result == 0 && file->size < (block + count) * SEAL_BLOCK) file->size = (block + count) * SEAL_BLOCK;
  pthread_rwlock_unlock(&file->lock);
  return result;
}

static int write_part(struct seal_worker *worker, struct seal_inode *file, uint64_t offset,
                      const unsigned char *data, size_t length) {
  pthread_rwlock_wrlock(&file->lock);
  int result = change_block(worker, file, offset / SEAL_BLOCK, offset % SEAL_BLOCK, data, length);
  if (result == 0 && file->size < offset + length) file->size = offset + length;
  pthread_rwlock_unlock(&file->lock);
  return result;
}

int seal_data_write(struct seal_worker *worker, struct seal_inode *file, uint64_t offset, unsigned char *data,
                    size_t length) {
  if (length > SEAL_REQUEST_MAX) return -EINVAL;
  if (offset > SEAL_BLOCKS_MAX * SEAL_BLOCK - length) return -EFBIG;
  if (worker->store->poisoned) return -EIO;
  int result = 0;
  while (length > 0 && result == 0) {
    size_t start = offset % SEAL_BLOCK;
    size_t part = length;
    if (start == 0 && length >= SEAL_BLOCK) {
      part = length - length % SEAL_BLOCK;
      result = write_whole(worker, file, offset / SEAL_BLOCK, part / SEAL_BLOCK, data);
    } else {
      if (part > SEAL_BLOCK - start) part = SEAL_BLOCK - start;
      result = write_part(worker, file, offset, data, part);
    }
    offset += part;
    data += part;
    length -= part;
  }
  return result;
}

/* Loads a range's blocks into the worker, runs without holes in one read each. The lock is held. */
static uint64_t load_range(struct seal_worker *worker, struct seal_inode *file, uint64_t block, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) worker->versions[i] = seal_map_get(&file->map, block + i);
  for (uint64_t i = 0; i < count;) {
    if (worker->versions[i] == 0) {
      i++;
      continue;
    }
    uint64_t end = i + 1;
    while (end < count && worker->versions[end] != 0) end++;
    if (!load_sealed(worker, file, block + i, end - i, worker->sealed + i * SEAL_STRIDE)) {
      /* some are missing: which, shows when they are opened */
      memset(worker->sealed + i * SEAL_STRIDE, 0, (size_t)(end - i) * SEAL_STRIDE);
      for (uint64_t k = i; k < end; k++) {
        if (!load_sealed(worker, file, block + k, 1, worker->sealed + k * SEAL_STRIDE)) return k;
      }
    }
    i = end;
  }
  return count;
}

ssize_t seal_data_read(struct seal_worker *worker, struct seal_inode *file, uint64_t offset, size_t length,
                       const unsigned char **out) {
  if (worker->store->poisoned) return -EIO;
  if (length > SEAL_REQUEST_MAX) return -EINVAL;
  pthread_rwlock_rdlock(&file->lock);
  if (offset >= file->size) {
    pthread_rwlock_unlock(&file->lock);
    return 0;
  }
  if (length > file->size - offset) length = (size_t)(file->size - offset);
  uint64_t block = offset / SEAL_BLOCK;
  uint64_t count = length == 0 ? 0 : (offset + length - 1) / SEAL_BLOCK - block + 1;
  uint64_t loaded = load_range(worker, file, block, count);
  pthread_rwlock_unlock(&file->lock);
  if (loaded < count) return altered(worker, file, block + loaded);
  for (uint64_t i = 0; i < count; i++) {
    unsigned char *plain = worker->plain + i * SEAL_BLOCK;
    if (worker->versions[i] == 0) {
      memset(plain, 0, SEAL_BLOCK);
    } else if (!seal_block_open(&worker->cipher, file->number, block + i, worker->versions[i],
                                worker->sealed + i * SEAL_STRIDE, plain)) {
      return altered(worker, file, block + i);
    }
  }
  *out = worker->plain + offset % SEAL_BLOCK;
  return (ssize_t)length;
}

/* Gives the disk back what lies behind a block; that it may fail costs room only. */
static void cut_blocks(struct seal_worker *worker, struct seal_inode *file, uint64_t from) {
  bool kept;
  int fd = open_blocks(worker, file, 0, &kept);
  if (fd < 0) return;
  int ignored = ftruncate(fd, (off_t)(from * SEAL_STRIDE));
  (void)ignored;
  let_go(fd, kept);
}

int seal_data_resize(struct seal_worker *worker, struct seal_inode *file, uint64_t size) {
  if (size > SEAL_BLOCKS_MAX * SEAL_BLOCK) return -EFBIG;
  if (worker->store->poisoned) return -EIO;
  int result = 0;
  pthread_rwlock_wrlock(&file->lock);
  if (size < file->size) {
    uint64_t keep = (size + SEAL_BLOCK - 1) / SEAL_BLOCK;
    size_t rest = size % SEAL_BLOCK;
    if (rest != 0 && seal_map_get(&file->map, keep - 1) != 0) {
      result = change_block(worker, file, keep - 1, rest, NULL, SEAL_BLOCK - rest);
    }
    if (result == 0 && seal_map_next(&file->map, keep) != SEAL_BLOCKS_MAX) {
      seal_map_cut(&file->map, keep, &file->blocks);
      cut_blocks(worker, file, keep);
    }
  }
  if (result == 0) file->size = size;
  pthread_rwlock_unlock(&file->lock);
  return result;
}

static void punch(struct seal_worker *worker, struct seal_inode *file, uint64_t from, uint64_t to) {
  bool kept;
  int fd = open_blocks(worker, file, 0, &kept);
  if (fd < 0) return;
  int ignored = fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)(from * SEAL_STRIDE),
                          (off_t)((to - from) * SEAL_STRIDE));
  (void)ignored; /* costs room only */
  let_go(fd, kept);
}

int seal_data_zero(struct seal_worker *worker, struct seal_inode *file, uint64_t offset, uint64_t length,
                   bool grow) {
  if (offset > SEAL_BLOCKS_MAX * SEAL_BLOCK || length > SEAL_BLOCKS_MAX * SEAL_BLOCK - offset) return -EFBIG;
  if (worker->store->poisoned) return -EIO;
  int result = 0;
  pthread_rwlock_wrlock(&file->lock);
  uint64_t end = offset + length;
  if (grow && file->size < end) file->size = end;
  if (end > file->size) end = file->size;
  bool whole_punched = false;
  for (uint64_t at = offset; at < end && result == 0;) {
    uint64_t block = seal_map_next(&file->map, at / SEAL_BLOCK);
    if (block > at / SEAL_BLOCK) at = block >= SEAL_BLOCKS_MAX ? end : block * SEAL_BLOCK;
    if (at >= end) break;
    size_t start = at % SEAL_BLOCK;
    uint64_t part = SEAL_BLOCK - start;
    if (part > end - at) part = end - at;
    bool to_the_end = start == 0 && at + part == file->size;
    if (part == SEAL_BLOCK || to_the_end) {
      seal_map_set(&file->map, block, 0, &file->blocks);
      whole_punched = true;
    } else {
      result = change_block(worker, file, block, start, NULL, (size_t)part);
    }
    at += part;
  }
  uint64_t first = (offset + SEAL_BLOCK - 1) / SEAL_BLOCK;
  uint64_t last = end == file->size ? (end + SEAL_BLOCK - 1) / SEAL_BLOCK : end / SEAL_BLOCK;
  if (whole_punched && last > first) punch(worker, file, first, last);
  pthread_rwlock_unlock(&file->lock);
  return result;
}
