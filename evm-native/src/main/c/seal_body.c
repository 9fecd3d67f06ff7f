/* The index's body to and from the tree. Every length is checked against what is left. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "seal_bytes.h"
#include "seal_index.h"

static const unsigned char magic[8] = {'E', 'V', 'M', 'S', 'E', 'A', 'L', '1'};

const char *seal_header_parse(const unsigned char *bytes, size_t size, struct seal_header *header) {
  if (size < SEAL_HEADER + SEAL_TAG) return "is too short";
  if (memcmp(bytes, magic, sizeof magic) != 0) return "is not one";
  memcpy(header->salt, bytes + 8, SEAL_SALT);
  header->generation = seal_get_u64(bytes + 40);
  header->size = seal_get_u64(bytes + 48);
  if (header->size > SEAL_MESSAGE_MAX) return "is larger than 1 GiB";
  if (header->size != size - SEAL_HEADER - SEAL_TAG) return "has another size than it says";
  return NULL;
}

void seal_header_write(const struct seal_header *header, unsigned char out[SEAL_HEADER]) {
  memcpy(out, magic, sizeof magic);
  memcpy(out + 8, header->salt, SEAL_SALT);
  seal_put_u64(out + 40, header->generation);
  seal_put_u64(out + 48, header->size);
}

struct cursor {
  const unsigned char *at, *end;
  bool bad;
};

static const unsigned char *take(struct cursor *c, size_t size) {
  static const unsigned char zeros[SEAL_TARGET_MAX + 1];
  if (c->bad || (size_t)(c->end - c->at) < size) {
    c->bad = true;
    return zeros; /* sizes asked for are small and checked */
  }
  const unsigned char *bytes = c->at;
  c->at += size;
  return bytes;
}

static uint64_t take_u64(struct cursor *c) { return seal_get_u64(take(c, 8)); }
static uint32_t take_u32(struct cursor *c) { return seal_get_u32(take(c, 4)); }
static uint16_t take_u16(struct cursor *c) { return seal_get_u16(take(c, 2)); }

static const char *parse_runs(struct cursor *c, unsigned epochs, uint64_t *blocks_left, struct seal_inode *file) {
  uint64_t end = (file->size + SEAL_BLOCK - 1) / SEAL_BLOCK;
  uint64_t next = 0;
  for (uint64_t runs = take_u64(c); runs > 0; runs--) {
    uint64_t block = take_u64(c), count = take_u64(c), version = take_u64(c);
    if (c->bad) return "ends inside a file";
    if (block < next || block >= end || count == 0 || count > end - block) return "has blocks behind a file's end";
    if (count > *blocks_left) return "has more blocks than the folder holds";
    uint64_t counter = version & SEAL_COUNTER_MAX;
    if (seal_epoch(version) >= epochs || counter == 0 || count > SEAL_COUNTER_MAX - counter) {
      return "has a version nobody wrote";
    }
    *blocks_left -= count;
    for (uint64_t i = 0; i < count; i++) {
      if (seal_map_set(&file->map, block + i, version + i, &file->blocks) != 0) return "needs more memory";
    }
    next = block + count;
  }
  return NULL;
}

static const char *parse_inode(struct cursor *c, unsigned epochs, uint64_t *blocks_left, struct seal_tree *tree) {
  uint64_t number = take_u64(c);
  uint32_t mode = take_u32(c);
  int64_t seconds = (int64_t)take_u64(c);
  uint32_t nanos = take_u32(c);
  uint64_t size = take_u64(c);
  if (c->bad) return "ends inside a file";
  mode_t type = mode & S_IFMT;
  bool known = type == S_IFREG || type == S_IFDIR || type == S_IFLNK || type == S_IFIFO || type == S_IFSOCK;
  if (!known || (mode & ~(uint32_t)(S_IFMT | 07777)) != 0) return "has a file of an unknown kind";
  if (nanos >= 1000000000) return "has a time that is none";
  if (number == 0 || number >= tree->next_number) return "has a file with a number out of range";
  struct seal_inode *inode = seal_tree_find(tree, number);
  if (number == SEAL_ROOT) {
    if (type != S_IFDIR) return "has a root that is no folder";
    inode->mode = mode;
  } else {
    if (inode != NULL) return "has a number twice";
    inode = seal_tree_make(tree, mode, number);
    if (inode == NULL) return "has more files than are allowed";
  }
  inode->modified = (struct timespec){.tv_sec = seconds, .tv_nsec = (long)nanos};
  inode->changed = inode->modified;
  if (type == S_IFREG) {
    if (size > SEAL_BLOCKS_MAX * SEAL_BLOCK) return "has a file too large";
    inode->size = size;
    return parse_runs(c, epochs, blocks_left, inode);
  }
  if (type != S_IFLNK) return size == 0 ? NULL : "has a size where there is none";
  if (size == 0 || size > SEAL_TARGET_MAX) return "has a link of a length that cannot be";
  const unsigned char *target = take(c, (size_t)size);
  if (c->bad || memchr(target, '\0', (size_t)size) != NULL) return "has a broken link";
  inode->target = strndup((const char *)target, (size_t)size);
  inode->size = size;
  return inode->target == NULL ? "needs more memory" : NULL;
}

/* Parents come before their children, so what is named is reachable and folders make no circles. */
static const char *parse_entry(struct cursor *c, struct seal_tree *tree) {
  uint64_t parent = take_u64(c), child = take_u64(c);
  uint16_t length = take_u16(c);
  const char *name = (const char *)take(c, length > SEAL_NAME_MAX ? SEAL_NAME_MAX : length);
  if (c->bad || !seal_name_valid(name, length)) return "has a name that cannot be";
  struct seal_inode *folder = seal_tree_find(tree, parent);
  struct seal_inode *inode = seal_tree_find(tree, child);
  if (folder == NULL || inode == NULL || !S_ISDIR(folder->mode)) return "names what is not there";
  if (folder != tree->root && folder->links == 0) return "has a folder before its own name";
  if (inode == tree->root || (S_ISDIR(inode->mode) && inode->links > 0)) return "has a folder in two places";
  if (seal_tree_lookup(tree, folder, name, length) != NULL) return "has a name twice";
  struct timespec modified = folder->modified;
  if (seal_tree_name(tree, folder, name, length, inode) != 0) return "needs more memory";
  folder->modified = folder->changed = modified;
  return NULL;
}

const char *seal_body_parse(const unsigned char *body, size_t size, uint64_t blocks_max,
                            struct seal_salts *salts, struct seal_tree *tree) {
  struct cursor c = {body, body + size, false};
  const char *wrong = NULL;
  salts->count = take_u32(&c);
  if (c.bad || salts->count == 0 || salts->count >= SEAL_EPOCHS_MAX) return "has had too many writers, or none";
  for (unsigned i = 0; i < salts->count; i++) memcpy(salts->salt[i], take(&c, SEAL_SALT), SEAL_SALT);
  tree->next_number = take_u64(&c);
  uint64_t inodes = take_u64(&c);
  if (c.bad || tree->next_number <= SEAL_ROOT || tree->next_number > UINT64_MAX / 2 || inodes == 0) {
    return "has no root";
  }
  for (; inodes > 0 && wrong == NULL; inodes--) wrong = parse_inode(&c, salts->count, &blocks_max, tree);
  if (wrong != NULL) return wrong;
  uint64_t entries = take_u64(&c);
  for (; entries > 0 && wrong == NULL && !c.bad; entries--) wrong = parse_entry(&c, tree);
  if (wrong != NULL) return wrong;
  if (c.bad || c.at != c.end) return "does not end where it should";
  for (uint64_t i = 0; i < tree->inode_buckets; i++) {
    for (const struct seal_inode *n = tree->inodes[i]; n != NULL; n = n->next) {
      if (n != tree->root && n->links == 0) return "has a file without a name";
    }
  }
  return NULL;
}

struct writer {
  unsigned char *bytes;
  size_t size, room;
  bool failed;
};

static unsigned char *put(struct writer *w, size_t size) {
  static unsigned char nowhere[SEAL_TARGET_MAX + 1];
  if (w->size + size + SEAL_TAG > w->room && !w->failed) {
    size_t room = (w->size + size + SEAL_TAG) * 2;
    unsigned char *larger = room > 2 * (size_t)SEAL_MESSAGE_MAX ? NULL : realloc(w->bytes, room);
    if (larger == NULL) w->failed = true;
    if (larger != NULL) {
      w->bytes = larger;
      w->room = room;
    }
  }
  if (w->failed) return nowhere;
  unsigned char *at = w->bytes + w->size;
  w->size += size;
  return at;
}

static void put_u64(struct writer *w, uint64_t value) { seal_put_u64(put(w, 8), value); }
static void put_u32(struct writer *w, uint32_t value) { seal_put_u32(put(w, 4), value); }

/* Blocks written one after another have versions one after another: a run. */
static void write_runs(struct writer *w, const struct seal_inode *file) {
  size_t count_at = w->size;
  uint64_t runs = 0;
  put_u64(w, 0);
  for (uint64_t block = seal_map_next(&file->map, 0); block != SEAL_BLOCKS_MAX;) {
    seal_version version = seal_map_get(&file->map, block);
    uint64_t count = 1;
    while (seal_map_get(&file->map, block + count) == version + count) count++;
    put_u64(w, block);
    put_u64(w, count);
    put_u64(w, version);
    runs++;
    block = seal_map_next(&file->map, block + count);
  }
  if (!w->failed) seal_put_u64(w->bytes + count_at, runs);
}

static void write_inode(struct writer *w, const struct seal_inode *inode) {
  put_u64(w, inode->number);
  put_u32(w, inode->mode);
  put_u64(w, (uint64_t)inode->modified.tv_sec);
  put_u32(w, (uint32_t)inode->modified.tv_nsec);
  bool sized = S_ISREG(inode->mode) || S_ISLNK(inode->mode);
  put_u64(w, sized ? inode->size : 0);
  if (S_ISREG(inode->mode)) write_runs(w, inode);
  if (S_ISLNK(inode->mode)) memcpy(put(w, (size_t)inode->size), inode->target, (size_t)inode->size);
}

/* A folder's names, then those of the folders in it; depth is the program's, so no recursion. */
static uint64_t write_entries(struct writer *w, const struct seal_tree *tree) {
  uint64_t count = 0;
  const struct seal_inode *folder = tree->root;
  const struct seal_entry *e = folder->first;
  for (;;) {
    for (const struct seal_entry *each = e != NULL && e == folder->first ? e : NULL; each != NULL; each = each->after) {
      put_u64(w, folder->number);
      put_u64(w, each->inode->number);
      seal_put_u16(put(w, 2), each->length);
      memcpy(put(w, each->length), each->name, each->length);
      count++;
    }
    while (e != NULL && (!S_ISDIR(e->inode->mode) || e->inode->first == NULL)) e = e->after;
    if (e != NULL) { /* down */
      folder = e->inode;
      e = folder->first;
      continue;
    }
    do { /* up to the next */
      if (folder == tree->root) return count;
      e = folder->name->after;
      folder = folder->name->folder;
    } while (e == NULL);
  }
}

unsigned char *seal_body_write(const struct seal_salts *salts, const struct seal_tree *tree, size_t *size) {
  struct writer w = {NULL, 0, 0, false};
  put_u32(&w, salts->count);
  for (unsigned i = 0; i < salts->count; i++) memcpy(put(&w, SEAL_SALT), salts->salt[i], SEAL_SALT);
  put_u64(&w, tree->next_number);
  size_t count_at = w.size;
  uint64_t inodes = 0;
  put_u64(&w, 0);
  for (uint64_t i = 0; i < tree->inode_buckets; i++) {
    for (const struct seal_inode *n = tree->inodes[i]; n != NULL; n = n->next) {
      if (n != tree->root && n->links == 0) continue; /* removed while open */
      write_inode(&w, n);
      inodes++;
    }
  }
  if (!w.failed) seal_put_u64(w.bytes + count_at, inodes);
  count_at = w.size;
  put_u64(&w, 0);
  uint64_t entries = write_entries(&w, tree);
  if (!w.failed) seal_put_u64(w.bytes + count_at, entries);
  if (w.failed || w.size > SEAL_MESSAGE_MAX) {
    free(w.bytes);
    return NULL;
  }
  *size = w.size;
  return w.bytes;
}
