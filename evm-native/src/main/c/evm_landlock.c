/*
 * Landlock: a second wall behind the mounts. It takes writing to /proc (so /proc/PID/mem cannot
 * rewrite code), executing anything outside the folders of executables, and signals and abstract
 * sockets that would leave the sandbox. Constants are from linux/landlock.h of Linux 6.18.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "evm_program.h"
#include "evm_sys.h"
#include "evm_util.h"

#define FS_EXECUTE (1ULL << 0)
#define FS_WRITE_FILE (1ULL << 1)
#define FS_READ_FILE (1ULL << 2)
#define FS_READ_DIR (1ULL << 3)
#define FS_MAKE_AND_REMOVE (0x3fULL << 4 | 1ULL << 10 | 1ULL << 12 | 1ULL << 13)
#define FS_MAKE_DEVICES (1ULL << 6 | 1ULL << 11)
#define FS_TRUNCATE (1ULL << 14)
#define FS_IOCTL_DEV (1ULL << 15)
#define FS_OF_A_FILE (FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)
#define SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS 3ULL

struct ruleset {
  uint64_t handled_fs;
  uint64_t handled_net;
  uint64_t scoped;
};

struct __attribute__((packed)) path_rule {
  uint64_t allowed;
  int32_t parent;
};

int evm_landlock_abi(void) {
  long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
  return abi < 0 ? 0 : (int)abi;
}

static uint64_t handled_by(int abi) {
  uint64_t rights = 0x1fff; /* ABI 1: execute .. make symbolic links */
  if (abi >= 2) rights |= 1ULL << 13;
  if (abi >= 3) rights |= FS_TRUNCATE;
  if (abi >= 5) rights |= FS_IOCTL_DEV;
  return rights;
}

static void allow(int rules, const char *path, uint64_t rights, uint64_t handled) {
  int fd = open(path, O_PATH | O_CLOEXEC);
  struct stat st;
  if (fd < 0 || fstat(fd, &st) != 0) evm_fail_errno("open %.200s for its Landlock rule", path);
  rights &= handled;
  if (!S_ISDIR(st.st_mode)) rights &= FS_OF_A_FILE;
  struct path_rule rule = {rights, fd};
  if (rights != 0 && syscall(SYS_landlock_add_rule, rules, 1, &rule, 0) != 0) {
    evm_fail_errno("add the Landlock rule of %.200s", path);
  }
  close(fd);
}

/* Everything but /proc and /dev may be written, as far as its mount and owner allow. */
static void allow_writing(int rules, uint64_t handled) {
  uint64_t writing = (FS_WRITE_FILE | FS_MAKE_AND_REMOVE | FS_TRUNCATE) & ~FS_MAKE_DEVICES;
  DIR *root = opendir("/");
  if (root == NULL) evm_fail_errno("list the new root");
  const struct dirent *entry;
  while ((entry = readdir(root)) != NULL) {
    const char *name = entry->d_name;
    if (name[0] == '.' || strcmp(name, "proc") == 0 || strcmp(name, "dev") == 0) continue;
    if (entry->d_type == DT_LNK) continue;
    char path[300];
    evm_format(path, sizeof path, "/%s", name);
    allow(rules, path, writing, handled);
  }
  closedir(root);
  allow(rules, "/dev", FS_WRITE_FILE | FS_TRUNCATE | FS_IOCTL_DEV, handled);
  allow(rules, "/dev/shm", writing, handled);
}

void evm_landlock_restrict(const struct evm_spec *spec) {
  int abi = evm_landlock_abi();
  if (abi < 1) evm_fail("this kernel has no Landlock: want Linux 5.13 or newer with landlock in lsm=");
  uint64_t handled = handled_by(abi);
  struct ruleset set = {handled, 0, abi >= 6 ? SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS : 0};
  size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  int rules = (int)syscall(SYS_landlock_create_ruleset, &set, size, 0);
  if (rules < 0) evm_fail_errno("make the Landlock rules (ABI %d)", abi);

  allow(rules, "/", FS_READ_FILE | FS_READ_DIR, handled);
  allow_writing(rules, handled);
  for (size_t i = 0; i < spec->exec_dirs_count; i++) allow(rules, spec->exec_dirs[i], FS_EXECUTE, handled);
  for (size_t i = 0; i < spec->mounts_count; i++) {
    if (spec->mounts[i].exec) allow(rules, spec->mounts[i].target, FS_EXECUTE, handled);
  }
  if (spec->work != NULL && spec->work_exec) allow(rules, "/work", FS_EXECUTE, handled);
  if (syscall(SYS_landlock_restrict_self, rules, 0) != 0) evm_fail_errno("enforce the Landlock rules");
  close(rules);
}
