/* Versions of a file's blocks: tables of 512, as deep as the file's largest block needs. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>

#include "seal_tree.h"

#define FAN_BITS 9
#define FAN (1U << FAN_BITS)

/* Blocks below a table of this level. Level 1 holds versions, those above hold tables. */
static uint64_t span(unsigned level) { return 1ULL << (FAN_BITS * level); }

static unsigned slot(uint64_t block, unsigned level) {
  return (unsigned)(block >> (FAN_BITS * (level - 1))) & (FAN - 1);
}

seal_version seal_map_get(const struct seal_map *map, uint64_t block) {
  if (map->levels == 0 || block >= span(map->levels)) return 0;
  void *table = map->top;
  for (unsigned level = map->levels; level > 1; level--) {
    table = ((void **)table)[slot(block, level)];
    if (table == NULL) return 0;
  }
  return ((seal_version *)table)[slot(block, 1)];
}

static int grow(struct seal_map *map, uint64_t block) {
  while (map->levels == 0 || block >= span(map->levels)) {
    void *top = calloc(FAN, sizeof(uint64_t));
    if (top == NULL) {
      errno = ENOMEM;
      return -1;
    }
    if (map->levels > 0) ((void **)top)[0] = map->top;
    map->top = top;
    map->levels++;
  }
  return 0;
}

int seal_map_set(struct seal_map *map, uint64_t block, seal_version version, _Atomic uint64_t *blocks) {
  if (version == 0 && seal_map_get(map, block) == 0) return 0;
  if (block >= SEAL_BLOCKS_MAX) {
    errno = EFBIG;
    return -1;
  }
  if (grow(map, block) != 0) return -1;
  void *table = map->top;
  for (unsigned level = map->levels; level > 1; level--) {
    void **next = &((void **)table)[slot(block, level)];
    if (*next == NULL) *next = calloc(FAN, sizeof(uint64_t));
    if (*next == NULL) {
      errno = ENOMEM;
      return -1;
    }
    table = *next;
  }
  seal_version *at = &((seal_version *)table)[slot(block, 1)];
  if (*at == 0) ++*blocks;
  if (version == 0) --*blocks;
  *at = version;
  return 0;
}

/* Frees what a table holds from a block (counted from the table's first) on. */
static void cut(void *table, unsigned level, uint64_t from, _Atomic uint64_t *blocks) {
  for (unsigned i = (unsigned)(from >> (FAN_BITS * (level - 1))); i < FAN; i++) {
    if (level == 1) {
      seal_version *at = &((seal_version *)table)[i];
      if (*at != 0) --*blocks;
      *at = 0;
      continue;
    }
    void **next = &((void **)table)[i];
    uint64_t start = (uint64_t)i * span(level - 1);
    if (*next == NULL) continue;
    cut(*next, level - 1, from > start ? from - start : 0, blocks);
    if (from > start) continue;
    free(*next);
    *next = NULL;
  }
}

void seal_map_cut(struct seal_map *map, uint64_t from, _Atomic uint64_t *blocks) {
  if (map->levels == 0 || from >= span(map->levels)) return;
  cut(map->top, map->levels, from, blocks);
  if (from > 0) return;
  free(map->top);
  map->top = NULL;
  map->levels = 0;
}

static uint64_t next_in(const void *table, unsigned level, uint64_t from) {
  for (unsigned i = (unsigned)(from >> (FAN_BITS * (level - 1))); i < FAN; i++) {
    uint64_t start = (uint64_t)i * span(level - 1);
    if (level == 1) {
      if (((const seal_version *)table)[i] != 0) return i;
      continue;
    }
    const void *next = ((void *const *)table)[i];
    if (next == NULL) continue;
    uint64_t found = next_in(next, level - 1, from > start ? from - start : 0);
    if (found != SEAL_BLOCKS_MAX) return start + found;
  }
  return SEAL_BLOCKS_MAX;
}

uint64_t seal_map_next(const struct seal_map *map, uint64_t from) {
  if (map->levels == 0 || from >= span(map->levels)) return SEAL_BLOCKS_MAX;
  return next_in(map->top, map->levels, from);
}
