/*
 * One request: read → check sizes → one function of the table → reply. Attributes and names never
 * expire in the kernel's caches, because nobody else changes them; open, close and flush need no request.
 * Contents are cached and written back by the kernel, so mmap is the kernel's own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include "seal_request.h"

#define PAGES_MAX (SEAL_REQUEST_MAX / 4096)
#define BUFFER (SEAL_REQUEST_MAX + 8192)
#define BACKGROUND 64

void seal_reply(const struct seal_request *r, int error, const void *data, size_t size) {
  struct fuse_out_header out = {.len = (uint32_t)(sizeof out + size), .error = -error, .unique = r->header->unique};
  struct iovec parts[] = {{&out, sizeof out}, {(void *)(uintptr_t)data, size}};
  ssize_t ignored = writev(r->device, parts, size > 0 ? 2 : 1);
  (void)ignored; /* ENOENT: the caller was interrupted; ENODEV: read(2) says it next */
}

void seal_fill_attributes(const struct seal_request *r, struct seal_inode *inode, struct fuse_attr *a) {
  memset(a, 0, sizeof *a);
  a->ino = inode->number;
  a->mode = inode->mode;
  a->nlink = seal_links(inode);
  a->uid = r->owner.uid;
  a->gid = r->owner.gid;
  a->blksize = SEAL_BLOCK;
  a->size = inode->size;
  a->blocks = (inode->blocks * SEAL_STRIDE + 511) / 512;
  a->mtime = a->atime = (uint64_t)inode->modified.tv_sec;
  a->mtimensec = a->atimensec = (uint32_t)inode->modified.tv_nsec;
  a->ctime = (uint64_t)inode->changed.tv_sec;
  a->ctimensec = (uint32_t)inode->changed.tv_nsec;
}

void seal_fill_entry(const struct seal_request *r, struct seal_inode *inode, struct fuse_entry_out *out) {
  memset(out, 0, sizeof *out);
  out->nodeid = inode->number;
  out->entry_valid = out->attr_valid = SEAL_FOREVER;
  seal_fill_attributes(r, inode, &out->attr);
  inode->lookups++;
}

void seal_drop_unused(const struct seal_request *r, struct seal_inode *inode) {
  char name[24];
  bool unused = inode->lookups == 0 && inode->links == 0 && inode != r->tree->root;
  bool has_blocks = unused && S_ISREG(inode->mode);
  if (unused) {
    seal_blocks_name(inode->number, name);
    if (inode->fd >= 0) atomic_fetch_sub(&r->worker->store->open_files, 1);
    seal_tree_drop(r->tree, inode);
  }
  pthread_mutex_unlock(&r->tree->mutex);
  if (has_blocks) unlinkat(r->worker->store->folder, name, 0); /* ENOENT: it never had a block */
}

struct seal_inode *seal_find_alone(const struct seal_request *r) {
  pthread_mutex_lock(&r->tree->mutex);
  struct seal_inode *inode = seal_tree_find(r->tree, r->header->nodeid);
  pthread_mutex_unlock(&r->tree->mutex);
  if (inode == NULL) seal_reply(r, ESTALE, NULL, 0);
  return inode;
}

static void forget_one(const struct seal_request *r, uint64_t number, uint64_t lookups) {
  pthread_mutex_lock(&r->tree->mutex);
  struct seal_inode *inode = seal_tree_find(r->tree, number);
  if (inode == NULL) {
    pthread_mutex_unlock(&r->tree->mutex);
    return;
  }
  inode->lookups = inode->lookups > lookups ? inode->lookups - lookups : 0;
  seal_drop_unused(r, inode);
}

static void on_forget(const struct seal_request *r) {
  const struct fuse_forget_in *in = (const void *)r->body;
  forget_one(r, r->header->nodeid, in->nlookup);
}

static void on_batch_forget(const struct seal_request *r) {
  const struct fuse_batch_forget_in *in = (const void *)r->body;
  const struct fuse_forget_one *each = (const void *)(in + 1);
  if (in->count > (r->size - sizeof *in) / sizeof *each) return;
  for (uint32_t i = 0; i < in->count; i++) forget_one(r, each[i].nodeid, each[i].nlookup);
}

static void on_init(const struct seal_request *r) {
  const struct fuse_init_in *in = (const void *)r->body;
  if (in->major != FUSE_KERNEL_VERSION || in->minor < 31) {
    seal_poison(r->worker->store, false, "the kernel speaks FUSE %u.%u: want 7.31 (Linux 5.4) or newer", in->major,
                in->minor);
    seal_reply(r, EPROTO, NULL, 0);
    return;
  }
  uint32_t wanted = FUSE_ASYNC_READ | FUSE_BIG_WRITES | FUSE_WRITEBACK_CACHE | FUSE_PARALLEL_DIROPS |
                    FUSE_MAX_PAGES | FUSE_NO_OPEN_SUPPORT | FUSE_NO_OPENDIR_SUPPORT | FUSE_CACHE_SYMLINKS |
                    FUSE_DO_READDIRPLUS | FUSE_READDIRPLUS_AUTO | FUSE_ASYNC_DIO;
  struct fuse_init_out out;
  memset(&out, 0, sizeof out);
  out.major = FUSE_KERNEL_VERSION;
  out.minor = FUSE_KERNEL_MINOR_VERSION < in->minor ? FUSE_KERNEL_MINOR_VERSION : in->minor;
  out.max_readahead = SEAL_REQUEST_MAX;
  out.flags = in->flags & wanted;
  if ((out.flags & FUSE_WRITEBACK_CACHE) == 0) {
    seal_poison(r->worker->store, false, "the kernel's FUSE has no writeback cache: want Linux 5.4 or newer");
    seal_reply(r, EPROTO, NULL, 0);
    return;
  }
  out.max_background = BACKGROUND;
  out.congestion_threshold = BACKGROUND * 3 / 4;
  out.max_write = SEAL_REQUEST_MAX;
  out.time_gran = 1;
  out.max_pages = PAGES_MAX;
  seal_reply(r, 0, &out, sizeof out);
}

static void reply_attributes(const struct seal_request *r, struct seal_inode *inode) {
  struct fuse_attr_out out;
  memset(&out, 0, sizeof out);
  out.attr_valid = SEAL_FOREVER;
  pthread_mutex_lock(&r->tree->mutex);
  seal_fill_attributes(r, inode, &out.attr);
  pthread_mutex_unlock(&r->tree->mutex);
  seal_reply(r, 0, &out, sizeof out);
}

static void on_getattr(const struct seal_request *r) {
  struct seal_inode *inode = seal_find_alone(r);
  if (inode != NULL) reply_attributes(r, inode);
}

static void on_setattr(const struct seal_request *r) {
  const struct fuse_setattr_in *in = (const void *)r->body;
  struct seal_inode *inode = seal_find_alone(r);
  if (inode == NULL) return;
  if ((in->valid & FATTR_SIZE) != 0) {
    int error = S_ISREG(inode->mode) ? seal_data_resize(r->worker, inode, in->size) : -EINVAL;
    if (error < 0) {
      seal_reply(r, -error, NULL, 0);
      return;
    }
  }
  pthread_mutex_lock(&r->tree->mutex);
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if ((in->valid & FATTR_MODE) != 0) inode->mode = (inode->mode & S_IFMT) | (in->mode & 07777);
  if ((in->valid & FATTR_MTIME) != 0) {
    inode->modified = (struct timespec){.tv_sec = (time_t)in->mtime, .tv_nsec = (long)in->mtimensec};
  }
  if ((in->valid & FATTR_MTIME_NOW) != 0) inode->modified = now;
  if ((in->valid & FATTR_SIZE) != 0 && (in->valid & (FATTR_MTIME | FATTR_MTIME_NOW)) == 0) inode->modified = now;
  inode->changed = now;
  if ((in->valid & FATTR_CTIME) != 0) {
    inode->changed = (struct timespec){.tv_sec = (time_t)in->ctime, .tv_nsec = (long)in->ctimensec};
  }
  pthread_mutex_unlock(&r->tree->mutex);
  reply_attributes(r, inode);
}

static void on_read(const struct seal_request *r) {
  const struct fuse_read_in *in = (const void *)r->body;
  struct seal_inode *inode = seal_find_alone(r);
  if (inode == NULL) return;
  const unsigned char *out = NULL;
  size_t size = in->size > SEAL_REQUEST_MAX ? SEAL_REQUEST_MAX : in->size;
  ssize_t got = S_ISREG(inode->mode) ? seal_data_read(r->worker, inode, in->offset, size, &out) : -EISDIR;
  seal_reply(r, got < 0 ? (int)-got : 0, out, got < 0 ? 0 : (size_t)got);
}

static void on_write(const struct seal_request *r) {
  const struct fuse_write_in *in = (const void *)r->body;
  struct seal_inode *inode = seal_find_alone(r);
  if (inode == NULL) return;
  int error = -EINVAL;
  if (in->size <= r->size - sizeof *in && S_ISREG(inode->mode)) {
    error = seal_data_write(r->worker, inode, in->offset, r->body + sizeof *in, in->size);
  }
  struct fuse_write_out out = {.size = in->size};
  if (error < 0 && (in->write_flags & FUSE_WRITE_CACHE) != 0) {
    /* the program was told it is written: a lost write must not pass for a result */
    seal_poison(r->worker->store, false, "a delayed write to sealed scratch failed: %s", strerror(-error));
  }
  seal_reply(r, -error, &out, error < 0 ? 0 : sizeof out);
}

static void on_fallocate(const struct seal_request *r) {
  const struct fuse_fallocate_in *in = (const void *)r->body;
  struct seal_inode *inode = seal_find_alone(r);
  if (inode == NULL) return;
  uint64_t end = in->offset + in->length;
  int error = -EOPNOTSUPP;
  if (!S_ISREG(inode->mode) || end < in->offset) {
    error = -EINVAL;
  } else if ((in->mode & ~(uint32_t)FALLOC_FL_KEEP_SIZE) == 0) {
    error = 0;
    if (in->mode == 0) error = seal_data_zero(r->worker, inode, end, 0, true); /* room is not reserved */
  } else if (in->mode == (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE) ||
             (in->mode & ~(uint32_t)FALLOC_FL_KEEP_SIZE) == FALLOC_FL_ZERO_RANGE) {
    error = seal_data_zero(r->worker, inode, in->offset, in->length, (in->mode & FALLOC_FL_KEEP_SIZE) == 0);
  }
  seal_reply(r, -error, NULL, 0);
}

static void on_statfs(const struct seal_request *r) {
  struct statvfs fs;
  if (fstatvfs(r->worker->store->folder, &fs) != 0) {
    seal_reply(r, errno, NULL, 0);
    return;
  }
  struct fuse_statfs_out out;
  memset(&out, 0, sizeof out);
  out.st.blocks = fs.f_blocks;
  out.st.bfree = fs.f_bfree;
  out.st.bavail = fs.f_bavail;
  pthread_mutex_lock(&r->tree->mutex);
  out.st.files = r->tree->inodes_max;
  out.st.ffree = r->tree->inodes_max - r->tree->inode_count;
  pthread_mutex_unlock(&r->tree->mutex);
  out.st.bsize = (uint32_t)fs.f_bsize;
  out.st.frsize = (uint32_t)fs.f_frsize;
  out.st.namelen = SEAL_NAME_MAX;
  seal_reply(r, 0, &out, sizeof out);
}

/* Needs nothing done: data is safe with the run or gone with it. */
static void on_nothing(const struct seal_request *r) { seal_reply(r, 0, NULL, 0); }

static const struct {
  void (*handle)(const struct seal_request *);
  size_t smallest; /* body, without its strings */
  bool string;     /* a zero-ended string follows */
} table[] = {
    [FUSE_LOOKUP] = {seal_on_lookup, 1, true},
    [FUSE_FORGET] = {on_forget, sizeof(struct fuse_forget_in), false},
    [FUSE_GETATTR] = {on_getattr, 0, false},
    [FUSE_SETATTR] = {on_setattr, sizeof(struct fuse_setattr_in), false},
    [FUSE_READLINK] = {seal_on_readlink, 0, false},
    [FUSE_SYMLINK] = {seal_on_symlink, 1, true},
    [FUSE_MKNOD] = {seal_on_mknod, sizeof(struct fuse_mknod_in), true},
    [FUSE_MKDIR] = {seal_on_mkdir, sizeof(struct fuse_mkdir_in), true},
    [FUSE_UNLINK] = {seal_on_unlink, 1, true},
    [FUSE_RMDIR] = {seal_on_rmdir, 1, true},
    [FUSE_RENAME] = {seal_on_rename, sizeof(struct fuse_rename_in), true},
    [FUSE_LINK] = {seal_on_link, sizeof(struct fuse_link_in), true},
    [FUSE_READ] = {on_read, sizeof(struct fuse_read_in), false},
    [FUSE_WRITE] = {on_write, sizeof(struct fuse_write_in), false},
    [FUSE_STATFS] = {on_statfs, 0, false},
    [FUSE_RELEASE] = {on_nothing, 0, false},
    [FUSE_INIT] = {on_init, sizeof(struct fuse_init_in) - 12 * sizeof(uint32_t), false},
    [FUSE_READDIR] = {seal_on_readdir, sizeof(struct fuse_read_in), false},
    [FUSE_RELEASEDIR] = {on_nothing, 0, false},
    [FUSE_DESTROY] = {on_nothing, 0, false},
    [FUSE_BATCH_FORGET] = {on_batch_forget, sizeof(struct fuse_batch_forget_in), false},
    [FUSE_FALLOCATE] = {on_fallocate, sizeof(struct fuse_fallocate_in), false},
    [FUSE_READDIRPLUS] = {seal_on_readdirplus, sizeof(struct fuse_read_in), false},
    [FUSE_RENAME2] = {seal_on_rename2, sizeof(struct fuse_rename2_in), true},
    [FUSE_TMPFILE] = {seal_on_tmpfile, sizeof(struct fuse_create_in), false},
};

static void handle(struct seal_request *r) {
  uint32_t opcode = r->header->opcode;
  if (opcode == FUSE_INTERRUPT) return; /* requests end soon by themselves */
  if (opcode >= sizeof table / sizeof table[0] || table[opcode].handle == NULL) {
    seal_reply(r, ENOSYS, NULL, 0); /* the kernel remembers it, and does what it can itself */
    return;
  }
  bool forget = opcode == FUSE_FORGET || opcode == FUSE_BATCH_FORGET;
  if (r->size < table[opcode].smallest || (table[opcode].string && r->size == table[opcode].smallest &&
                                           table[opcode].smallest > 1)) {
    if (!forget) seal_reply(r, EINVAL, NULL, 0);
    return;
  }
  if (r->worker->store->poisoned && !forget && opcode != FUSE_DESTROY) {
    seal_reply(r, EIO, NULL, 0);
    return;
  }
  table[opcode].handle(r);
}

int seal_fuse_serve(struct seal_worker *worker, int device, struct seal_owner owner) {
  unsigned char *buffer = aligned_alloc(4096, BUFFER + 4096);
  if (buffer == NULL) return -1;
  for (;;) {
    ssize_t got = read(device, buffer, BUFFER);
    if (got < 0 && (errno == EINTR || errno == ENOENT || errno == EAGAIN)) continue;
    if (got < 0 || (size_t)got < sizeof(struct fuse_in_header)) {
      int error = got < 0 ? errno : EIO;
      free(buffer);
      errno = error;
      return error == ENODEV || error == ECONNABORTED ? 0 : -1;
    }
    buffer[got] = '\0';
    struct seal_request request = {.worker = worker,
                              .tree = &worker->store->tree,
                              .owner = owner,
                              .device = device,
                              .header = (const void *)buffer,
                              .body = buffer + sizeof(struct fuse_in_header),
                              .size = (size_t)got - sizeof(struct fuse_in_header)};
    handle(&request);
  }
}
