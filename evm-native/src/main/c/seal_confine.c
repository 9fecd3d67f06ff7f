/*
 * evm-seal reads what strangers may have written; should one of them find a fault, all it can open is the sealed
 * folder: no other path, no TCP, no signal to other processes. Constants are from linux/landlock.h of Linux 6.18.
 */
#define _GNU_SOURCE
#include "seal_confine.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FS_WRITE_FILE (1ULL << 1)
#define FS_READ_FILE (1ULL << 2)
#define FS_READ_DIR (1ULL << 3)
#define FS_REMOVE_FILE (1ULL << 5)
#define FS_MAKE_REG (1ULL << 8)
#define FS_TRUNCATE (1ULL << 14)
#define NET_TCP 3ULL /* bind and connect */
#define SCOPES 3ULL  /* abstract sockets and signals */

int seal_confine(int folder) {
  struct {
    uint64_t handled_fs, handled_net, scoped;
  } set = {0x1fff, NET_TCP, SCOPES};
  struct __attribute__((packed)) {
    uint64_t allowed;
    int32_t parent;
  } rule = {FS_WRITE_FILE | FS_READ_FILE | FS_READ_DIR | FS_REMOVE_FILE | FS_MAKE_REG, folder};
  long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
  if (abi < 1) return -1;
  if (abi >= 2) set.handled_fs |= 1ULL << 13; /* files change folders */
  if (abi >= 3) set.handled_fs |= FS_TRUNCATE;
  if (abi >= 3) rule.allowed |= FS_TRUNCATE;
  if (abi >= 5) set.handled_fs |= 1ULL << 15; /* ioctl on devices */
  size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  int rules = (int)syscall(SYS_landlock_create_ruleset, &set, size, 0);
  if (rules < 0) return -1;
  int failed = syscall(SYS_landlock_add_rule, rules, 1, &rule, 0) != 0 || syscall(SYS_landlock_restrict_self, rules, 0) != 0;
  close(rules);
  return failed ? -1 : 0;
}
