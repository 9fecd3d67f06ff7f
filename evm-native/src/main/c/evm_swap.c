#define _GNU_SOURCE
#include "evm_swap.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evm_util.h"

/* Deeper stacks of devices than this are taken for readable. */
#define DEPTH_MAX 8

static bool starts(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }

/* A block device by its folder in /sys: dm-crypt names its devices' uuid so (cryptsetup, and systemd through it). */
static bool device_is_private(const char *root, const char *name, int depth) {
  char path[512];
  char text[256];
  if (depth > DEPTH_MAX || strchr(name, '/') != NULL) return false;
  if (starts(name, "zram")) {
    evm_format(path, sizeof path, "%s/sys/block/%s/backing_dev", root, name);
    return evm_read_file(path, text, sizeof text) < 0 || starts(text, "none"); /* no file: built without */
  }
  evm_format(path, sizeof path, "%s/sys/block/%s/dm/uuid", root, name);
  if (evm_read_file(path, text, sizeof text) >= 0 && starts(text, "CRYPT-") && !starts(text, "CRYPT-INTEGRITY-")) {
    return true;
  }
  evm_format(path, sizeof path, "%s/sys/block/%s/slaves", root, name);
  DIR *slaves = opendir(path);
  if (slaves == NULL) return false;
  int below = 0;
  bool all = true;
  const struct dirent *entry;
  while ((entry = readdir(slaves)) != NULL) {
    if (entry->d_name[0] == '.') continue;
    below++;
    all = all && device_is_private(root, entry->d_name, depth + 1);
  }
  closedir(slaves);
  return below > 0 && all;
}

/* /dev/mapper/NAME is a link to /dev/dm-N; a swap file, and what is no link to a device, counts as readable. */
static bool area_is_private(const char *root, const char *area) {
  char path[512];
  char real[4096];
  evm_format(path, sizeof path, "%s%s", root, area);
  const char *at = realpath(path, real);
  if (at == NULL || !starts(at + strlen(root), "/dev/")) return false;
  return device_is_private(root, strrchr(at, '/') + 1, 0);
}

bool evm_swap_is_private(const char *root) {
  char path[256];
  char text[8192];
  evm_format(path, sizeof path, "%s/proc/swaps", root);
  long length = evm_read_file(path, text, sizeof text);
  if (length < 0 || length == (long)sizeof text - 1) return false;
  char *rest = text;
  strsep(&rest, "\n"); /* the heading */
  int areas = 0;
  char *line;
  while ((line = strsep(&rest, "\n")) != NULL) {
    char *area = strsep(&line, " \t");
    if (area[0] == '\0') continue;
    areas++;
    if (!area_is_private(root, area)) return false;
  }
  return areas > 0;
}

static int64_t meminfo(const char *text, const char *word) {
  const char *at = strstr(text, word);
  return at == NULL ? -1 : strtoll(at + strlen(word), NULL, 10);
}

bool evm_memory_is_short(const char *root) {
  char path[256];
  char text[4096];
  evm_format(path, sizeof path, "%s/proc/meminfo", root);
  if (evm_read_file(path, text, sizeof text) < 0) return false;
  int64_t all = meminfo(text, "MemTotal:");
  int64_t left = meminfo(text, "MemAvailable:");
  return all > 0 && left >= 0 && left < all / 4;
}
