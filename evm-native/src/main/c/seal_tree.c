#define _GNU_SOURCE
#include "seal_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evm_util.h"

#define FIRST_BUCKETS 1024
#define FIRST_COOKIE 3 /* 1 and 2 are "." and ".." */

int seal_tree_init(struct seal_tree *tree, uint64_t inodes_max) {
  memset(tree, 0, sizeof *tree);
  pthread_mutex_init(&tree->mutex, NULL);
  tree->inode_buckets = tree->name_buckets = FIRST_BUCKETS;
  tree->inodes = calloc(FIRST_BUCKETS, sizeof *tree->inodes);
  tree->names = calloc(FIRST_BUCKETS, sizeof *tree->names);
  tree->inodes_max = inodes_max;
  tree->next_number = SEAL_ROOT;
  if (tree->inodes == NULL || tree->names == NULL) return -1;
  tree->root = seal_tree_make(tree, S_IFDIR | 0700, 0);
  return tree->root == NULL ? -1 : 0;
}

static void free_inode(struct seal_inode *inode) {
  seal_map_cut(&inode->map, 0, &inode->blocks);
  if (inode->fd >= 0) close(inode->fd);
  free(inode->target);
  pthread_rwlock_destroy(&inode->lock);
  free(inode);
}

void seal_tree_free(struct seal_tree *tree) {
  for (uint64_t i = 0; i < tree->name_buckets && tree->names != NULL; i++) {
    for (struct seal_entry *e = tree->names[i], *next; e != NULL; e = next) {
      next = e->next_hash;
      free(e);
    }
  }
  for (uint64_t i = 0; i < tree->inode_buckets && tree->inodes != NULL; i++) {
    for (struct seal_inode *n = tree->inodes[i], *next; n != NULL; n = next) {
      next = n->next;
      free_inode(n);
    }
  }
  free(tree->names);
  free(tree->inodes);
  pthread_mutex_destroy(&tree->mutex);
}

static uint64_t hash_number(uint64_t number) { return number * 0x9e3779b97f4a7c15ULL >> 20; }

/* FNV-1a. Names that collide on purpose only slow down the program that made them. */
static uint64_t hash_name(uint64_t folder, const char *name, size_t length) {
  uint64_t hash = 0xcbf29ce484222325ULL ^ hash_number(folder);
  for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)name[i]) * 0x100000001b3ULL;
  return hash ^ hash >> 32;
}

struct seal_inode *seal_tree_find(const struct seal_tree *tree, uint64_t number) {
  struct seal_inode *n = tree->inodes[hash_number(number) & (tree->inode_buckets - 1)];
  while (n != NULL && n->number != number) n = n->next;
  return n;
}

/* Doubles a hash when it is full; when memory is short the old one does. */
static void grow_inodes(struct seal_tree *tree) {
  if (tree->inode_count < tree->inode_buckets) return;
  uint64_t count = tree->inode_buckets * 2;
  struct seal_inode **larger = calloc(count, sizeof *larger);
  if (larger == NULL) return;
  for (uint64_t i = 0; i < tree->inode_buckets; i++) {
    for (struct seal_inode *n = tree->inodes[i], *next; n != NULL; n = next) {
      next = n->next;
      struct seal_inode **bucket = &larger[hash_number(n->number) & (count - 1)];
      n->next = *bucket;
      *bucket = n;
    }
  }
  free(tree->inodes);
  tree->inodes = larger;
  tree->inode_buckets = count;
}

static void grow_names(struct seal_tree *tree) {
  if (tree->name_count < tree->name_buckets) return;
  uint64_t count = tree->name_buckets * 2;
  struct seal_entry **larger = calloc(count, sizeof *larger);
  if (larger == NULL) return;
  for (uint64_t i = 0; i < tree->name_buckets; i++) {
    for (struct seal_entry *e = tree->names[i], *next; e != NULL; e = next) {
      next = e->next_hash;
      struct seal_entry **bucket = &larger[hash_name(e->folder->number, e->name, e->length) & (count - 1)];
      e->next_hash = *bucket;
      *bucket = e;
    }
  }
  free(tree->names);
  tree->names = larger;
  tree->name_buckets = count;
}

struct seal_inode *seal_tree_make(struct seal_tree *tree, mode_t mode, uint64_t number) {
  if (tree->inode_count >= tree->inodes_max) {
    errno = ENOSPC;
    return NULL;
  }
  struct seal_inode *inode = calloc(1, sizeof *inode);
  if (inode == NULL) {
    errno = ENOMEM;
    return NULL;
  }
  grow_inodes(tree);
  inode->number = number != 0 ? number : tree->next_number++;
  inode->mode = mode;
  inode->fd = -1;
  inode->next_cookie = FIRST_COOKIE;
  clock_gettime(CLOCK_REALTIME, &inode->modified);
  inode->changed = inode->modified;
  pthread_rwlock_init(&inode->lock, NULL);
  struct seal_inode **bucket = &tree->inodes[hash_number(inode->number) & (tree->inode_buckets - 1)];
  inode->next = *bucket;
  *bucket = inode;
  tree->inode_count++;
  return inode;
}

void seal_tree_drop(struct seal_tree *tree, struct seal_inode *inode) {
  struct seal_inode **at = &tree->inodes[hash_number(inode->number) & (tree->inode_buckets - 1)];
  while (*at != inode) at = &(*at)->next;
  *at = inode->next;
  tree->inode_count--;
  free_inode(inode);
}

struct seal_entry *seal_tree_lookup(const struct seal_tree *tree, const struct seal_inode *folder,
                                    const char *name, size_t length) {
  struct seal_entry *e = tree->names[hash_name(folder->number, name, length) & (tree->name_buckets - 1)];
  while (e != NULL && (e->folder != folder || e->length != length || memcmp(e->name, name, length) != 0)) {
    e = e->next_hash;
  }
  return e;
}

static void touch(struct seal_inode *folder) {
  clock_gettime(CLOCK_REALTIME, &folder->modified);
  folder->changed = folder->modified;
}

int seal_tree_name(struct seal_tree *tree, struct seal_inode *folder, const char *name, size_t length,
                   struct seal_inode *inode) {
  struct seal_entry *entry = malloc(sizeof *entry + length + 1);
  if (entry == NULL) {
    errno = ENOMEM;
    return -1;
  }
  grow_names(tree);
  *entry = (struct seal_entry){.folder = folder, .inode = inode, .length = (uint16_t)length};
  memcpy(entry->name, name, length);
  entry->name[length] = '\0';
  entry->cookie = folder->next_cookie++;
  entry->before = folder->last;
  if (folder->last != NULL) folder->last->after = entry;
  if (folder->first == NULL) folder->first = entry;
  folder->last = entry;
  struct seal_entry **bucket = &tree->names[hash_name(folder->number, name, length) & (tree->name_buckets - 1)];
  entry->next_hash = *bucket;
  *bucket = entry;
  tree->name_count++;
  folder->entries++;
  if (S_ISDIR(inode->mode)) folder->folders++;
  inode->links++;
  inode->name = entry;
  touch(folder);
  return 0;
}

void seal_tree_unname(struct seal_tree *tree, struct seal_entry *entry) {
  struct seal_inode *folder = entry->folder;
  struct seal_entry **at =
      &tree->names[hash_name(folder->number, entry->name, entry->length) & (tree->name_buckets - 1)];
  while (*at != entry) at = &(*at)->next_hash;
  *at = entry->next_hash;
  tree->name_count--;
  if (entry->before != NULL) entry->before->after = entry->after;
  if (entry->after != NULL) entry->after->before = entry->before;
  if (folder->first == entry) folder->first = entry->after;
  if (folder->last == entry) folder->last = entry->before;
  if (folder->resume == entry) folder->resume = entry->after;
  folder->entries--;
  if (S_ISDIR(entry->inode->mode)) folder->folders--;
  entry->inode->links--;
  if (entry->inode->name == entry) entry->inode->name = NULL;
  clock_gettime(CLOCK_REALTIME, &entry->inode->changed);
  touch(folder);
  free(entry);
}

void seal_tree_exchange(struct seal_entry *one, struct seal_entry *other) {
  struct seal_inode *inode = one->inode;
  one->inode = other->inode;
  other->inode = inode;
  one->inode->name = one;
  other->inode->name = other;
  int moved = S_ISDIR(one->inode->mode) - S_ISDIR(other->inode->mode);
  one->folder->folders += (uint64_t)(int64_t)moved;
  other->folder->folders -= (uint64_t)(int64_t)moved;
  touch(one->folder);
  touch(other->folder);
}

struct seal_entry *seal_tree_after(struct seal_inode *folder, uint64_t cookie) {
  struct seal_entry *e = folder->resume;
  if (e == NULL || (e->before != NULL && e->before->cookie > cookie)) e = folder->first;
  while (e != NULL && e->cookie <= cookie) e = e->after;
  folder->resume = e;
  return e;
}

void seal_tree_path(const struct seal_inode *inode, char *out, size_t size) {
  char path[SEAL_TARGET_MAX];
  size_t at = sizeof path - 1;
  path[at] = '\0';
  const struct seal_entry *e = inode->name;
  for (; e != NULL && e->length + 1U <= at; e = e->folder->name) {
    if (path[at] != '\0') path[--at] = '/';
    at -= e->length;
    memcpy(path + at, e->name, e->length);
  }
  if (path[at] == '\0') {
    evm_format(out, size, "file %llu", (unsigned long long)inode->number);
    return;
  }
  evm_format(out, size, "%s", path + at);
}

bool seal_name_valid(const char *name, size_t length) {
  if (length == 0 || length > SEAL_NAME_MAX) return false;
  if (name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.'))) return false;
  return memchr(name, '/', length) == NULL && memchr(name, '\0', length) == NULL;
}
