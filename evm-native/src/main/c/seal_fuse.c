/*
 * One request: read → check sizes → one function of the table → reply. Attributes and names never
 * expire in the kernel's caches, because nobody else changes them; open, close and flush need no request.
 * Contents are cached and written back by the kernel, so mmap is the kernel's own.
 */
#define _GNU_SOURCE
#include "seal_fuse.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#define FOREVER (1ULL << 30) /* seconds */
#define PAGES_MAX (SEAL_REQUEST_MAX / 4096)
#define BUFFER (SEAL_REQUEST_MAX + 8192)
#define BACKGROUND 64

struct request {
  struct seal_worker *worker;
  struct seal_tree *tree;
  struct seal_owner owner;
  int device;
  const struct fuse_in_header *header;
  const unsigned char *body; /* and a zero behind it */
  size_t size;
};

static void reply(const struct request *r, int error, const void *data, size_t size) {
  struct fuse_out_header out = {.len = (uint32_t)(sizeof out + size), .error = -error, .unique = r->header->unique};
  struct iovec parts[] = {{&out, sizeof out}, {(void *)(uintptr_t)data, size}};
  ssize_t ignored = writev(r->device, parts, size > 0 ? 2 : 1);
  (void)ignored; /* ENOENT: the caller was interrupted; ENODEV: read(2) says it next */
}

/* The tree's mutex is held. */
static void fill_attributes(const struct request *r, struct seal_inode *inode, struct fuse_attr *a) {
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

/* Counts a lookup: the kernel will forget it later. The tree's mutex is held. */
static void fill_entry(const struct request *r, struct seal_inode *inode, struct fuse_entry_out *out) {
  memset(out, 0, sizeof *out);
  out->nodeid = inode->number;
  out->entry_valid = out->attr_valid = FOREVER;
  fill_attributes(r, inode, &out->attr);
  inode->lookups++;
}

static struct seal_inode *find(const struct request *r, uint64_t number) { return seal_tree_find(r->tree, number); }

/* A file no name and no lookup leads to is gone; its blocks too. Unlocks the tree. */
static void drop_unused(const struct request *r, struct seal_inode *inode) {
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

static void forget_one(const struct request *r, uint64_t number, uint64_t lookups) {
  pthread_mutex_lock(&r->tree->mutex);
  struct seal_inode *inode = find(r, number);
  if (inode == NULL) {
    pthread_mutex_unlock(&r->tree->mutex);
    return;
  }
  inode->lookups = inode->lookups > lookups ? inode->lookups - lookups : 0;
  drop_unused(r, inode);
}

static void on_forget(const struct request *r) {
  const struct fuse_forget_in *in = (const void *)r->body;
  forget_one(r, r->header->nodeid, in->nlookup);
}

static void on_batch_forget(const struct request *r) {
  const struct fuse_batch_forget_in *in = (const void *)r->body;
  const struct fuse_forget_one *each = (const void *)(in + 1);
  if (in->count > (r->size - sizeof *in) / sizeof *each) return;
  for (uint32_t i = 0; i < in->count; i++) forget_one(r, each[i].nodeid, each[i].nlookup);
}

static void on_init(const struct request *r) {
  const struct fuse_init_in *in = (const void *)r->body;
  if (in->major != FUSE_KERNEL_VERSION || in->minor < 31) {
    seal_poison(r->worker->store, false, "the kernel speaks FUSE %u.%u: want 7.31 (Linux 5.4) or newer", in->major,
                in->minor);
    reply(r, EPROTO, NULL, 0);
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
    reply(r, EPROTO, NULL, 0);
    return;
  }
  out.max_background = BACKGROUND;
  out.congestion_threshold = BACKGROUND * 3 / 4;
  out.max_write = SEAL_REQUEST_MAX;
  out.time_gran = 1;
  out.max_pages = PAGES_MAX;
  reply(r, 0, &out, sizeof out);
}

static void on_lookup(const struct request *r) {
  struct fuse_entry_out out;
  const char *name = (const char *)r->body;
  pthread_mutex_lock(&r->tree->mutex);
  struct seal_inode *folder = find(r, r->header->nodeid);
  struct seal_entry *entry = folder == NULL ? NULL : seal_tree_lookup(r->tree, folder, name, strlen(name));
  if (entry == NULL) {
    memset(&out, 0, sizeof out); /* nodeid 0: there is no such name, and the kernel may remember it */
    out.entry_valid = FOREVER;
  } else {
    fill_entry(r, entry->inode, &out);
  }
  pthread_mutex_unlock(&r->tree->mutex);
  if (strlen(name) > SEAL_NAME_MAX) {
    reply(r, ENAMETOOLONG, NULL, 0);
    return;
  }
  reply(r, 0, &out, sizeof out);
}

static void reply_attributes(const struct request *r, struct seal_inode *inode) {
  struct fuse_attr_out out;
  memset(&out, 0, sizeof out);
  out.attr_valid = FOREVER;
  pthread_mutex_lock(&r->tree->mutex);
  fill_attributes(r, inode, &out.attr);
  pthread_mutex_unlock(&r->tree->mutex);
  reply(r, 0, &out, sizeof out);
}

/* The kernel holds a lookup of what it asks about, so an inode found outlives the tree's mutex. */
static struct seal_inode *find_alone(const struct request *r) {
  pthread_mutex_lock(&r->tree->mutex);
  struct seal_inode *inode = find(r, r->header->nodeid);
  pthread_mutex_unlock(&r->tree->mutex);
  if (inode == NULL) reply(r, ESTALE, NULL, 0);
  return inode;
}

static void on_getattr(const struct request *r) {
  struct seal_inode *inode = find_alone(r);
  if (inode != NULL) reply_attributes(r, inode);
}

static void on_setattr(const struct request *r) {
  const struct fuse_setattr_in *in = (const void *)r->body;
  struct seal_inode *inode = find_alone(r);
  if (inode == NULL) return;
  if ((in->valid & FATTR_SIZE) != 0) {
    int error = S_ISREG(inode->mode) ? seal_data_resize(r->worker, inode, in->size) : -EINVAL;
    if (error < 0) {
      reply(r, -error, NULL, 0);
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

/* Makes a named inode and answers its entry. */
static void make(const struct request *r, const char *name, mode_t mode, const char *target) {
  struct fuse_entry_out out;
  struct seal_inode *inode = NULL;
  int error = 0;
  pthread_mutex_lock(&r->tree->mutex);
  struct seal_inode *folder = find(r, r->header->nodeid);
  size_t length = strlen(name);
  if (folder == NULL || !S_ISDIR(folder->mode)) {
    error = ESTALE;
  } else if (length > SEAL_NAME_MAX) {
    error = ENAMETOOLONG;
  } else if (!seal_name_valid(name, length)) {
    error = EINVAL;
  } else if (seal_tree_lookup(r->tree, folder, name, length) != NULL) {
    error = EEXIST;
  } else if ((inode = seal_tree_make(r->tree, mode, 0)) == NULL) {
    error = errno;
  } else if (target != NULL && (inode->target = strdup(target)) == NULL) {
    error = ENOMEM;
  } else if (seal_tree_name(r->tree, folder, name, length, inode) != 0) {
    error = errno;
  }
  if (error == 0) {
    if (target != NULL) inode->size = strlen(target);
    fill_entry(r, inode, &out);
  } else if (inode != NULL) {
    seal_tree_drop(r->tree, inode);
  }
  pthread_mutex_unlock(&r->tree->mutex);
  reply(r, error, &out, error == 0 ? sizeof out : 0);
}

static void on_mknod(const struct request *r) {
  const struct fuse_mknod_in *in = (const void *)r->body;
  mode_t type = in->mode & S_IFMT;
  if (type != S_IFREG && type != S_IFIFO && type != S_IFSOCK) {
    reply(r, EPERM, NULL, 0);
    return;
  }
  make(r, (const char *)(in + 1), in->mode & (S_IFMT | 07777), NULL);
}

static void on_mkdir(const struct request *r) {
  const struct fuse_mkdir_in *in = (const void *)r->body;
  make(r, (const char *)(in + 1), S_IFDIR | (in->mode & 07777), NULL);
}

static void on_symlink(const struct request *r) {
  const char *name = (const char *)r->body;
  const char *target = name + strlen(name) + 1;
  if (target > (const char *)r->body + r->size || *target == '\0' || strlen(target) > SEAL_TARGET_MAX) {
    reply(r, ENAMETOOLONG, NULL, 0);
    return;
  }
  make(r, name, S_IFLNK | 0777, target);
}

static void on_readlink(const struct request *r) {
  struct seal_inode *inode = find_alone(r);
  if (inode == NULL) return;
  if (inode->target == NULL) {
    reply(r, EINVAL, NULL, 0);
    return;
  }
  reply(r, 0, inode->target, strlen(inode->target));
}

static void on_link(const struct request *r) {
  const struct fuse_link_in *in = (const void *)r->body;
  const char *name = (const char *)(in + 1);
  struct fuse_entry_out out;
  int error = 0;
  pthread_mutex_lock(&r->tree->mutex);
  struct seal_inode *folder = find(r, r->header->nodeid), *inode = find(r, in->oldnodeid);
  if (folder == NULL || inode == NULL) {
    error = ESTALE;
  } else if (S_ISDIR(inode->mode) || !seal_name_valid(name, strlen(name))) {
    error = EPERM;
  } else if (seal_tree_lookup(r->tree, folder, name, strlen(name)) != NULL) {
    error = EEXIST;
  } else if (seal_tree_name(r->tree, folder, name, strlen(name), inode) != 0) {
    error = errno;
  } else {
    clock_gettime(CLOCK_REALTIME, &inode->changed);
    fill_entry(r, inode, &out);
  }
  pthread_mutex_unlock(&r->tree->mutex);
  reply(r, error, &out, error == 0 ? sizeof out : 0);
}

static void remove_name(const struct request *r, bool is_folder) {
  const char *name = (const char *)r->body;
  pthread_mutex_lock(&r->tree->mutex);
  struct seal_inode *folder = find(r, r->header->nodeid);
  struct seal_entry *entry = folder == NULL ? NULL : seal_tree_lookup(r->tree, folder, name, strlen(name));
  int error = 0;
  if (entry == NULL) {
    error = ENOENT;
  } else if (is_folder != S_ISDIR(entry->inode->mode)) {
    error = is_folder ? ENOTDIR : EISDIR;
  } else if (is_folder && entry->inode->entries > 0) {
    error = ENOTEMPTY;
  }
  if (error != 0) {
    pthread_mutex_unlock(&r->tree->mutex);
  } else {
    struct seal_inode *inode = entry->inode;
    seal_tree_unname(r->tree, entry);
    drop_unused(r, inode);
  }
  reply(r, error, NULL, 0);
}

static void on_unlink(const struct request *r) { remove_name(r, false); }
static void on_rmdir(const struct request *r) { remove_name(r, true); }

static void rename_to(const struct request *r, uint64_t new_folder, uint32_t flags, const char *name) {
  const char *new_name = name + strlen(name) + 1;
  size_t length = new_name > (const char *)r->body + r->size ? 0 : strlen(new_name);
  struct seal_inode *replaced = NULL;
  int error = 0;
  pthread_mutex_lock(&r->tree->mutex);
  struct seal_inode *from = find(r, r->header->nodeid), *to = find(r, new_folder);
  struct seal_entry *old = from == NULL ? NULL : seal_tree_lookup(r->tree, from, name, strlen(name));
  struct seal_entry *there = to == NULL ? NULL : seal_tree_lookup(r->tree, to, new_name, length);
  if (old == NULL || to == NULL || ((flags & RENAME_EXCHANGE) != 0 && there == NULL)) {
    error = ENOENT;
  } else if (!seal_name_valid(new_name, length) || (flags & ~(uint32_t)(RENAME_EXCHANGE | RENAME_NOREPLACE)) != 0) {
    error = EINVAL;
  } else if ((flags & RENAME_NOREPLACE) != 0 && there != NULL) {
    error = EEXIST;
  } else if ((flags & RENAME_EXCHANGE) != 0) {
    seal_tree_exchange(old, there);
  } else if (there != NULL && there->inode == old->inode) {
    error = 0; /* rename(2): two names of one file stay */
  } else if (there != NULL && S_ISDIR(there->inode->mode) && there->inode->entries > 0) {
    error = ENOTEMPTY;
  } else {
    struct seal_inode *inode = old->inode;
    if (seal_tree_name(r->tree, to, new_name, length, inode) != 0) {
      error = errno;
    } else {
      replaced = there == NULL ? NULL : there->inode;
      if (there != NULL) seal_tree_unname(r->tree, there);
      seal_tree_unname(r->tree, old);
    }
  }
  if (replaced != NULL) {
    drop_unused(r, replaced);
  } else {
    pthread_mutex_unlock(&r->tree->mutex);
  }
  reply(r, error, NULL, 0);
}

static void on_rename(const struct request *r) {
  const struct fuse_rename_in *in = (const void *)r->body;
  rename_to(r, in->newdir, 0, (const char *)(in + 1));
}

static void on_rename2(const struct request *r) {
  const struct fuse_rename2_in *in = (const void *)r->body;
  rename_to(r, in->newdir, in->flags, (const char *)(in + 1));
}

static void on_read(const struct request *r) {
  const struct fuse_read_in *in = (const void *)r->body;
  struct seal_inode *inode = find_alone(r);
  if (inode == NULL) return;
  const unsigned char *out = NULL;
  size_t size = in->size > SEAL_REQUEST_MAX ? SEAL_REQUEST_MAX : in->size;
  ssize_t got = S_ISREG(inode->mode) ? seal_data_read(r->worker, inode, in->offset, size, &out) : -EISDIR;
  reply(r, got < 0 ? (int)-got : 0, out, got < 0 ? 0 : (size_t)got);
}

static void on_write(const struct request *r) {
  const struct fuse_write_in *in = (const void *)r->body;
  struct seal_inode *inode = find_alone(r);
  if (inode == NULL) return;
  int error = -EINVAL;
  if (in->size <= r->size - sizeof *in && S_ISREG(inode->mode)) {
    error = seal_data_write(r->worker, inode, in->offset, (const unsigned char *)(in + 1), in->size);
  }
  struct fuse_write_out out = {.size = in->size};
  if (error < 0 && (in->write_flags & FUSE_WRITE_CACHE) != 0) {
    /* the program was told it is written: a lost write must not pass for a result */
    seal_poison(r->worker->store, false, "a delayed write to sealed scratch failed: %s", strerror(-error));
  }
  reply(r, -error, &out, error < 0 ? 0 : sizeof out);
}

static void on_fallocate(const struct request *r) {
  const struct fuse_fallocate_in *in = (const void *)r->body;
  struct seal_inode *inode = find_alone(r);
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
  reply(r, -error, NULL, 0);
}

/* Appends one listed entry; false when it does not fit. inode NULL: "." or "..", which count no lookup. */
static bool list(const struct request *r, bool plus, unsigned char *out, size_t *used, size_t size,
                 const char *name, size_t length, uint64_t cookie, struct seal_inode *inode, uint64_t number,
                 mode_t mode) {
  size_t head = plus ? offsetof(struct fuse_direntplus, dirent) : 0;
  size_t whole = FUSE_DIRENT_ALIGN(head + FUSE_NAME_OFFSET + length);
  if (*used + whole > size) return false;
  unsigned char *at = out + *used;
  memset(at, 0, whole);
  if (plus && inode != NULL) fill_entry(r, inode, (struct fuse_entry_out *)(void *)at);
  struct fuse_dirent *dirent = (struct fuse_dirent *)(void *)(at + head);
  dirent->ino = number;
  dirent->off = cookie;
  dirent->namelen = (uint32_t)length;
  dirent->type = (mode & S_IFMT) >> 12;
  memcpy(at + head + FUSE_NAME_OFFSET, name, length);
  *used += whole;
  return true;
}

static void list_folder(const struct request *r, bool plus) {
  const struct fuse_read_in *in = (const void *)r->body;
  size_t size = in->size > SEAL_REQUEST_MAX ? SEAL_REQUEST_MAX : in->size;
  unsigned char *out = r->worker->plain;
  size_t used = 0;
  pthread_mutex_lock(&r->tree->mutex);
  struct seal_inode *folder = find(r, r->header->nodeid);
  if (folder == NULL || !S_ISDIR(folder->mode)) {
    pthread_mutex_unlock(&r->tree->mutex);
    reply(r, ENOTDIR, NULL, 0);
    return;
  }
  uint64_t parent = folder->name == NULL ? folder->number : folder->name->folder->number;
  bool fits = true;
  if (in->offset < 1) fits = list(r, plus, out, &used, size, ".", 1, 1, NULL, folder->number, S_IFDIR);
  if (in->offset < 2 && fits) fits = list(r, plus, out, &used, size, "..", 2, 2, NULL, parent, S_IFDIR);
  const struct seal_entry *e = seal_tree_after(folder, in->offset);
  for (; e != NULL && fits; e = fits ? e->after : e) {
    fits = list(r, plus, out, &used, size, e->name, e->length, e->cookie, e->inode, e->inode->number,
                e->inode->mode);
  }
  pthread_mutex_unlock(&r->tree->mutex);
  reply(r, 0, out, used);
}

static void on_readdir(const struct request *r) { list_folder(r, false); }
static void on_readdirplus(const struct request *r) { list_folder(r, true); }

static void on_statfs(const struct request *r) {
  struct statvfs fs;
  if (fstatvfs(r->worker->store->folder, &fs) != 0) {
    reply(r, errno, NULL, 0);
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
  reply(r, 0, &out, sizeof out);
}

static void on_tmpfile(const struct request *r) {
  const struct fuse_create_in *in = (const void *)r->body;
  struct {
    struct fuse_entry_out entry;
    struct fuse_open_out open;
  } out;
  memset(&out, 0, sizeof out);
  pthread_mutex_lock(&r->tree->mutex);
  struct seal_inode *inode = seal_tree_make(r->tree, S_IFREG | (in->mode & 07777), 0);
  int error = inode == NULL ? errno : 0;
  if (inode != NULL) fill_entry(r, inode, &out.entry);
  pthread_mutex_unlock(&r->tree->mutex);
  out.open.open_flags = FOPEN_KEEP_CACHE;
  reply(r, error, &out, error == 0 ? sizeof out : 0);
}

/* Needs nothing done: data is safe with the run or gone with it. */
static void on_nothing(const struct request *r) { reply(r, 0, NULL, 0); }

static const struct {
  void (*handle)(const struct request *);
  size_t smallest; /* body, without its strings */
  bool string;     /* a zero-ended string follows */
} table[] = {
    [FUSE_LOOKUP] = {on_lookup, 1, true},
    [FUSE_FORGET] = {on_forget, sizeof(struct fuse_forget_in), false},
    [FUSE_GETATTR] = {on_getattr, 0, false},
    [FUSE_SETATTR] = {on_setattr, sizeof(struct fuse_setattr_in), false},
    [FUSE_READLINK] = {on_readlink, 0, false},
    [FUSE_SYMLINK] = {on_symlink, 1, true},
    [FUSE_MKNOD] = {on_mknod, sizeof(struct fuse_mknod_in), true},
    [FUSE_MKDIR] = {on_mkdir, sizeof(struct fuse_mkdir_in), true},
    [FUSE_UNLINK] = {on_unlink, 1, true},
    [FUSE_RMDIR] = {on_rmdir, 1, true},
    [FUSE_RENAME] = {on_rename, sizeof(struct fuse_rename_in), true},
    [FUSE_LINK] = {on_link, sizeof(struct fuse_link_in), true},
    [FUSE_READ] = {on_read, sizeof(struct fuse_read_in), false},
    [FUSE_WRITE] = {on_write, sizeof(struct fuse_write_in), false},
    [FUSE_STATFS] = {on_statfs, 0, false},
    [FUSE_RELEASE] = {on_nothing, 0, false},
    [FUSE_INIT] = {on_init, sizeof(struct fuse_init_in) - 12 * sizeof(uint32_t), false},
    [FUSE_READDIR] = {on_readdir, sizeof(struct fuse_read_in), false},
    [FUSE_RELEASEDIR] = {on_nothing, 0, false},
    [FUSE_DESTROY] = {on_nothing, 0, false},
    [FUSE_BATCH_FORGET] = {on_batch_forget, sizeof(struct fuse_batch_forget_in), false},
    [FUSE_FALLOCATE] = {on_fallocate, sizeof(struct fuse_fallocate_in), false},
    [FUSE_READDIRPLUS] = {on_readdirplus, sizeof(struct fuse_read_in), false},
    [FUSE_RENAME2] = {on_rename2, sizeof(struct fuse_rename2_in), true},
    [FUSE_TMPFILE] = {on_tmpfile, sizeof(struct fuse_create_in), false},
};

static void handle(struct request *r) {
  uint32_t opcode = r->header->opcode;
  if (opcode == FUSE_INTERRUPT) return; /* requests end soon by themselves */
  if (opcode >= sizeof table / sizeof table[0] || table[opcode].handle == NULL) {
    reply(r, ENOSYS, NULL, 0); /* the kernel remembers it, and does what it can itself */
    return;
  }
  bool forget = opcode == FUSE_FORGET || opcode == FUSE_BATCH_FORGET;
  if (r->size < table[opcode].smallest || (table[opcode].string && r->size == table[opcode].smallest &&
                                           table[opcode].smallest > 1)) {
    if (!forget) reply(r, EINVAL, NULL, 0);
    return;
  }
  if (r->worker->store->poisoned && !forget && opcode != FUSE_DESTROY) {
    reply(r, EIO, NULL, 0);
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
    struct request request = {.worker = worker,
                              .tree = &worker->store->tree,
                              .owner = owner,
                              .device = device,
                              .header = (const void *)buffer,
                              .body = buffer + sizeof(struct fuse_in_header),
                              .size = (size_t)got - sizeof(struct fuse_in_header)};
    handle(&request);
  }
}
