/* Requests about names: found, made, linked, moved, removed, listed. */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "seal_request.h"

void seal_on_lookup(const struct seal_request *r) {
  struct fuse_entry_out out;
  const char *name = (const char *)r->body;
  pthread_mutex_lock(&r->tree->mutex);
  struct seal_inode *folder = seal_tree_find(r->tree, r->header->nodeid);
  struct seal_entry *entry = folder == NULL ? NULL : seal_tree_lookup(r->tree, folder, name, strlen(name));
  if (entry == NULL) {
    memset(&out, 0, sizeof out); /* nodeid 0: there is no such name, and the kernel may remember it */
    out.entry_valid = SEAL_FOREVER;
  } else {
    seal_fill_entry(r, entry->inode, &out);
  }
  pthread_mutex_unlock(&r->tree->mutex);
  if (strlen(name) > SEAL_NAME_MAX) {
    seal_reply(r, ENAMETOOLONG, NULL, 0);
    return;
  }
  seal_reply(r, 0, &out, sizeof out);
}

/* Makes a named inode and answers its entry. */
static void make(const struct seal_request *r, const char *name, mode_t mode, const char *target) {
  struct fuse_entry_out out;
  struct seal_inode *inode = NULL;
  int error = 0;
  pthread_mutex_lock(&r->tree->mutex);
  struct seal_inode *folder = seal_tree_find(r->tree, r->header->nodeid);
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
    seal_fill_entry(r, inode, &out);
  } else if (inode != NULL) {
    seal_tree_drop(r->tree, inode);
  }
  pthread_mutex_unlock(&r->tree->mutex);
  seal_reply(r, error, &out, error == 0 ? sizeof out : 0);
}

void seal_on_mknod(const struct seal_request *r) {
  const struct fuse_mknod_in *in = (const void *)r->body;
  mode_t type = in->mode & S_IFMT;
  if (type != S_IFREG && type != S_IFIFO && type != S_IFSOCK) {
    seal_reply(r, EPERM, NULL, 0);
    return;
  }
  make(r, (const char *)(in + 1), in->mode & (S_IFMT | 07777), NULL);
}

void seal_on_mkdir(const struct seal_request *r) {
  const struct fuse_mkdir_in *in = (const void *)r->body;
  make(r, (const char *)(in + 1), S_IFDIR | (in->mode & 07777), NULL);
}

void seal_on_symlink(const struct seal_request *r) {
  const char *name = (const char *)r->body;
  const char *target = name + strlen(name) + 1;
  if (target > (const char *)r->body + r->size || *target == '\0' || strlen(target) > SEAL_TARGET_MAX) {
    seal_reply(r, ENAMETOOLONG, NULL, 0);
    return;
  }
  make(r, name, S_IFLNK | 0777, target);
}

void seal_on_readlink(const struct seal_request *r) {
  struct seal_inode *inode = seal_find_alone(r);
  if (inode == NULL) return;
  if (inode->target == NULL) {
    seal_reply(r, EINVAL, NULL, 0);
    return;
  }
  seal_reply(r, 0, inode->target, strlen(inode->target));
}

void seal_on_link(const struct seal_request *r) {
  const struct fuse_link_in *in = (const void *)r->body;
  const char *name = (const char *)(in + 1);
  struct fuse_entry_out out;
  int error = 0;
  pthread_mutex_lock(&r->tree->mutex);
  struct seal_inode *folder = seal_tree_find(r->tree, r->header->nodeid), *inode = seal_tree_find(r->tree, in->oldnodeid);
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
    seal_fill_entry(r, inode, &out);
  }
  pthread_mutex_unlock(&r->tree->mutex);
  seal_reply(r, error, &out, error == 0 ? sizeof out : 0);
}

static void remove_name(const struct seal_request *r, bool is_folder) {
  const char *name = (const char *)r->body;
  pthread_mutex_lock(&r->tree->mutex);
  struct seal_inode *folder = seal_tree_find(r->tree, r->header->nodeid);
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
    seal_drop_unused(r, inode);
  }
  seal_reply(r, error, NULL, 0);
}

void seal_on_unlink(const struct seal_request *r) { remove_name(r, false); }
void seal_on_rmdir(const struct seal_request *r) { remove_name(r, true); }

static void rename_to(const struct seal_request *r, uint64_t new_folder, uint32_t flags, const char *name) {
  const char *new_name = name + strlen(name) + 1;
  size_t length = new_name > (const char *)r->body + r->size ? 0 : strlen(new_name);
  struct seal_inode *replaced = NULL;
  int error = 0;
  pthread_mutex_lock(&r->tree->mutex);
  struct seal_inode *from = seal_tree_find(r->tree, r->header->nodeid), *to = seal_tree_find(r->tree, new_folder);
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
    seal_drop_unused(r, replaced);
  } else {
    pthread_mutex_unlock(&r->tree->mutex);
  }
  seal_reply(r, error, NULL, 0);
}

void seal_on_rename(const struct seal_request *r) {
  const struct fuse_rename_in *in = (const void *)r->body;
  rename_to(r, in->newdir, 0, (const char *)(in + 1));
}

void seal_on_rename2(const struct seal_request *r) {
  const struct fuse_rename2_in *in = (const void *)r->body;
  rename_to(r, in->newdir, in->flags, (const char *)(in + 1));
}

/* Appends one listed entry; false when it does not fit. inode NULL: "." or "..", which count no lookup. */
static bool list(const struct seal_request *r, bool plus, unsigned char *out, size_t *used, size_t size,
                 const char *name, size_t length, uint64_t cookie, struct seal_inode *inode, uint64_t number,
                 mode_t mode) {
  size_t head = plus ? offsetof(struct fuse_direntplus, dirent) : 0;
  size_t whole = FUSE_DIRENT_ALIGN(head + FUSE_NAME_OFFSET + length);
  if (*used + whole > size) return false;
  unsigned char *at = out + *used;
  memset(at, 0, whole);
  if (plus && inode != NULL) seal_fill_entry(r, inode, (struct fuse_entry_out *)(void *)at);
  struct fuse_dirent *dirent = (struct fuse_dirent *)(void *)(at + head);
  dirent->ino = number;
  dirent->off = cookie;
  dirent->namelen = (uint32_t)length;
  dirent->type = (mode & S_IFMT) >> 12;
  memcpy(at + head + FUSE_NAME_OFFSET, name, length);
  *used += whole;
  return true;
}

static void list_folder(const struct seal_request *r, bool plus) {
  const struct fuse_read_in *in = (const void *)r->body;
  size_t size = in->size > SEAL_REQUEST_MAX ? SEAL_REQUEST_MAX : in->size;
  unsigned char *out = r->worker->plain;
  size_t used = 0;
  pthread_mutex_lock(&r->tree->mutex);
  struct seal_inode *folder = seal_tree_find(r->tree, r->header->nodeid);
  if (folder == NULL || !S_ISDIR(folder->mode)) {
    pthread_mutex_unlock(&r->tree->mutex);
    seal_reply(r, ENOTDIR, NULL, 0);
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
  seal_reply(r, 0, out, used);
}

void seal_on_readdir(const struct seal_request *r) { list_folder(r, false); }
void seal_on_readdirplus(const struct seal_request *r) { list_folder(r, true); }

void seal_on_tmpfile(const struct seal_request *r) {
  const struct fuse_create_in *in = (const void *)r->body;
  struct {
    struct fuse_entry_out entry;
    struct fuse_open_out open;
  } out;
  memset(&out, 0, sizeof out);
  pthread_mutex_lock(&r->tree->mutex);
  struct seal_inode *inode = seal_tree_make(r->tree, S_IFREG | (in->mode & 07777), 0);
  int error = inode == NULL ? errno : 0;
  if (inode != NULL) seal_fill_entry(r, inode, &out.entry);
  pthread_mutex_unlock(&r->tree->mutex);
  out.open.open_flags = FOPEN_KEEP_CACHE;
  seal_reply(r, error, &out, error == 0 ? sizeof out : 0);
}
