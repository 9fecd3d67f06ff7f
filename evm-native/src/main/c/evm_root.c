/*
 * Order: open every source as a detached mount (before anything covers it; as root, before the account is given up) → a tmpfs over a folder of
 * the host (seen in this mount namespace only) holds the bundle, the upper layer and the new root →
 * overlay → binds → /proc, /dev, /tmp → pivot_root, old root detached.
 *
 * The overlay's upper layer is always in memory: an upper layer cannot lie on an overlay (which the
 * host's own root may be), and memory leaves nothing behind when power is lost. The overlay is noexec and
 * the bundle's folders of executables are bound over it read-only, so no file is writable and executable.
 */
#define _GNU_SOURCE
#include "evm_root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "evm_sealed.h"
#include "evm_sys.h"
#include "evm_util.h"

#define ATTR_QUIET (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
#define FLAGS_QUIET (MS_NOSUID | MS_NODEV | MS_NOEXEC)
/* Entries a tmpfs may hold: names cost kernel memory that its size does not count. */
#define TMPFS_ENTRIES 65536

static const char *const devices[] = {"null", "zero", "full", "random", "urandom"};
#define DEVICES (sizeof devices / sizeof devices[0])

/* What of /proc a program may see besides its own processes. All else is covered. */
static const char *const proc_shown[] = {"cpuinfo", "filesystems", "loadavg", "meminfo",
                                         "mounts",  "self",        "stat",    "thread-self",
                                         "uptime",  "version"};

static int upper_fd = -1; /* kept for evm_root_memory_bytes; close-on-exec */

static int open_source(const char *path) {
  int tree = sys_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  if (tree < 0) evm_fail_errno("mount %.200s into the sandbox", path);
  return tree;
}

/* At a number of its own, where the portal's socket and the closing of descriptors leave it alone. */
static int open_source_at(const char *path, int number) {
  int tree = open_source(path);
  if (tree >= EVM_TREES_FIRST || dup3(tree, number, O_CLOEXEC) != number) {
    evm_fail_errno("keep the mount of %.200s open", path);
  }
  close(tree);
  return number;
}

int evm_root_open(struct evm_spec *spec) {
  int next = EVM_TREES_FIRST;
  if (spec->bundle != NULL) spec->bundle_tree = open_source_at(spec->bundle, next++);
  if (spec->work != NULL && !spec->sealed) spec->work_tree = open_source_at(spec->work, next++);
  for (size_t i = 0; i < spec->mounts_count; i++) {
    spec->mounts[i].tree = open_source_at(spec->mounts[i].source, next++);
  }
  return next;
}

static void set_attributes(int tree, uint64_t attributes, const char *path) {
  if (sys_mount_setattr(tree, attributes) != 0) evm_fail_errno("restrict the mount of %.200s", path);
}

static void make_dir(const char *path) {
  if (mkdir(path, 0755) != 0 && errno != EEXIST) evm_fail_errno("make %.200s in the new root", path);
}

static void mount_tmpfs(const char *path, int64_t bytes, const char *mode) {
  char options[96];
  evm_format(options, sizeof options, "mode=%s,size=%lld,nr_inodes=%d", mode, (long long)bytes,
             TMPFS_ENTRIES);
  if (mount("tmpfs", path, "tmpfs", FLAGS_QUIET, options) != 0) {
    evm_fail_errno("mount a tmpfs of %lld bytes on %.100s", (long long)bytes, path);
  }
}

/* A folder every machine has, to be covered by the staging tmpfs in this namespace only. */
static void enter_staging(int64_t bytes) {
  static const char *const places[] = {"/tmp", "/mnt", "/run", "/var"};
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    struct stat st;
    if (lstat(places[i], &st) != 0 || !S_ISDIR(st.st_mode)) continue;
    mount_tmpfs(places[i], bytes, "0755");
    if (chdir(places[i]) != 0) evm_fail_errno("enter %s", places[i]);
    return;
  }
  evm_fail("no folder of /tmp, /mnt, /run, /var exists to build the new root on");
}

/*
 * Opens a path of the new root, making what is missing: folders, and for the last part a folder or an
 * empty file. Links in the bundle are resolved inside the new root, never in the host's.
 */
static int open_target(int root, const char *path, bool file) {
  char prefix[4096];
  if (strlen(path) >= sizeof prefix) evm_fail("%.100s…: a path of more than 4095 bytes", path);
  int at = -1;
  for (size_t length = 0; path[length] != '\0';) {
    length += strspn(path + length, "/");
    size_t start = length;
    length += strcspn(path + length, "/");
    if (length == start) break;
    memcpy(prefix, path, length);
    prefix[length] = '\0';
    bool last = path[length + strspn(path + length, "/")] == '\0';
    uint64_t resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    int next = sys_openat2(root, prefix, O_PATH | O_CLOEXEC, resolve);
    if (next < 0 && errno == ENOENT) {
      int parent = at < 0 ? root : at;
      int made = last && file ? mknodat(parent, prefix + start, S_IFREG | 0644, 0)
                              : mkdirat(parent, prefix + start, 0755);
      if (made != 0) evm_fail_errno("make %.200s in the new root", prefix);
      next = sys_openat2(root, prefix, O_PATH | O_CLOEXEC, resolve);
    }
    if (next < 0) evm_fail_errno("open %.200s in the new root", prefix);
    if (at >= 0) close(at);
    at = next;
  }
  if (at < 0) evm_fail("a mount over the root");
  return at;
}

static void attach(int tree, int root, const char *target) {
  struct stat st;
  if (fstat(tree, &st) != 0) evm_fail_errno("look at what is mounted on %.200s", target);
  int onto = open_target(root, target, !S_ISDIR(st.st_mode));
  if (sys_move_mount(tree, onto) != 0) evm_fail_errno("mount on %.200s in the new root", target);
  close(onto);
  close(tree);
}

static void write_new_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) {
    evm_fail_errno("write %.200s in the new root", path);
  }
  close(fd);
}

/* The names that the program may reach, as the portal listens for them. */
static void write_hosts(const struct evm_spec *spec) {
  char text[64 + EVM_REACH_MAX * 280];
  size_t length = evm_format(text, sizeof text, "127.0.0.1 localhost evm\n::1 localhost\n");
  for (size_t i = 0; i < spec->reach_count; i++) {
    length += evm_format(text + length, sizeof text - length, "127.0.1.%d %s\n", spec->reach[i].host,
                         spec->reach[i].name);
  }
  write_new_file("upper/etc/hosts", text);
}

/* The upper layer before it is mounted: mount points, and files that name the one account there is. */
static void fill_upper(const struct evm_spec *spec) {
  make_dir("upper");
  make_dir("upper/proc");
  make_dir("upper/dev");
  make_dir("upper/tmp");
  if (spec->work != NULL) make_dir("upper/work");
  make_dir("upper/etc");
  write_new_file("upper/etc/passwd",
                 "grid:x:1000:1000:grid:/work:/bin/sh\n"
                 "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
  write_new_file("upper/etc/group", "grid:x:1000:\nnogroup:x:65534:\n");
  write_hosts(spec);
  write_new_file("upper/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n");
}

static void mount_root(const struct evm_spec *spec, int bundle) {
  make_dir("root");
  fill_upper(spec);
  if (spec->bundle == NULL) {
    int tree = sys_open_tree(AT_FDCWD, "upper", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    int onto = open("root", O_PATH | O_CLOEXEC);
    if (tree < 0 || onto < 0 || sys_move_mount(tree, onto) != 0) evm_fail_errno("mount an empty root");
    close(tree);
    close(onto);
    return;
  }
  make_dir("lower");
  make_dir("merge");
  int onto = open("lower", O_PATH | O_CLOEXEC);
  set_attributes(bundle, ATTR_QUIET | MOUNT_ATTR_RDONLY, spec->bundle);
  if (onto < 0 || sys_move_mount(bundle, onto) != 0) evm_fail_errno("mount the bundle %.200s", spec->bundle);
  close(onto);
  if (mount("overlay", "root", "overlay", FLAGS_QUIET,
            "lowerdir=lower,upperdir=upper,workdir=merge,userxattr") != 0) {
    evm_fail_errno("mount the bundle %.200s as an overlay (want Linux 5.11 or newer)", spec->bundle);
  }
}

/* Binds the bundle's own folders of executables, read-only and executable, over the overlay. */
static void mount_exec_dirs(const struct evm_spec *spec, int bundle, int root) {
  for (size_t i = 0; i < spec->exec_dirs_count; i++) {
    const char *dir = spec->exec_dirs[i];
    int in_bundle = sys_openat2(bundle, dir, O_PATH | O_CLOEXEC, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    if (in_bundle < 0) evm_fail_errno("--exec-dir %.200s: open it in the bundle", dir);
    int tree = sys_open_tree(in_bundle, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
    if (tree < 0) evm_fail_errno("--exec-dir %.200s: mount it", dir);
    close(in_bundle);
    attach(tree, root, dir);
  }
}

static bool is_shown(const char *name) {
  for (size_t i = 0; i < sizeof proc_shown / sizeof proc_shown[0]; i++) {
    if (strcmp(name, proc_shown[i]) == 0) return true;
  }
  return name[0] >= '0' && name[0] <= '9';
}

/*
 * Mounts /proc of this pid namespace with other owners' processes (the portal) invisible, and covers
 * every entry about the machine that is not on the list, so that new kernels show nothing new.
 */
static void mount_proc(void) {
  if (mount("proc", "root/proc", "proc", FLAGS_QUIET, "hidepid=2") != 0) {
    evm_fail_errno("mount /proc (a container that hides parts of its own /proc forbids this)");
  }
  make_dir("empty");
  if (mount("empty", "empty", NULL, MS_BIND, NULL) != 0 ||
      mount(NULL, "empty", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | FLAGS_QUIET, NULL) != 0) {
    evm_fail_errno("prepare an empty folder");
  }
  DIR *proc = opendir("root/proc");
  if (proc == NULL) evm_fail_errno("list the new /proc");
  const struct dirent *entry;
  while ((entry = readdir(proc)) != NULL) {
    const char *name = entry->d_name;
    if (name[0] == '.' || is_shown(name) || entry->d_type == DT_LNK) continue;
    char path[300];
    evm_format(path, sizeof path, "root/proc/%s", name);
    const char *cover = entry->d_type == DT_DIR ? "empty" : "/dev/null";
    if (mount(cover, path, NULL, MS_BIND, NULL) != 0) evm_fail_errno("cover /proc/%s", name);
  }
  closedir(proc);
}

static void mount_dev(const int *device_trees, int root, int64_t shm_bytes) {
  mount_tmpfs("root/dev", 65536, "0755");
  for (size_t i = 0; i < DEVICES; i++) {
    char path[32];
    evm_format(path, sizeof path, "/dev/%s", devices[i]);
    attach(device_trees[i], root, path);
  }
  make_dir("root/dev/pts"); /* mounted when somebody opens a terminal beside the program */
  make_dir("root/dev/shm");
  mount_tmpfs("root/dev/shm", shm_bytes, "1777");
  if (symlink("/proc/self/fd", "root/dev/fd") != 0 || symlink("/proc/self/fd/0", "root/dev/stdin") != 0 ||
      symlink("/proc/self/fd/1", "root/dev/stdout") != 0 ||
      symlink("/proc/self/fd/2", "root/dev/stderr") != 0 || symlink("pts/ptmx", "root/dev/ptmx") != 0) {
    evm_fail_errno("make the links of /dev");
  }
}

void evm_root_enter(const struct evm_spec *spec, int socket) {
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) evm_fail_errno("make mounts private");
  umask(0022);

  int bundle = spec->bundle_tree;
  int work = spec->work_tree;
  int mounts[EVM_MOUNTS_MAX];
  if (spec->bundle != NULL && bundle < 0) bundle = open_source(spec->bundle);
  if (spec->work != NULL && !spec->sealed && work < 0) work = open_source(spec->work);
  for (size_t i = 0; i < spec->mounts_count; i++) {
    mounts[i] = spec->mounts[i].tree >= 0 ? spec->mounts[i].tree : open_source(spec->mounts[i].source);
  }
  int device_trees[DEVICES];
  for (size_t i = 0; i < DEVICES; i++) {
    char path[32];
    evm_format(path, sizeof path, "/dev/%s", devices[i]);
    device_trees[i] = open_source(path);
    set_attributes(device_trees[i], MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, path);
  }

  enter_staging(spec->limits.tmp_bytes);
  mount_root(spec, bundle);
  int root = open("root", O_PATH | O_CLOEXEC);
  if (root < 0) evm_fail_errno("open the new root");
  if (bundle >= 0) mount_exec_dirs(spec, bundle, root);
  mount_proc();
  mount_dev(device_trees, root, spec->limits.tmp_bytes);
  mount_tmpfs("root/tmp", spec->limits.tmp_bytes, "1777");
  if (work >= 0) {
    set_attributes(work, ATTR_QUIET | (spec->work_exec ? 0 : MOUNT_ATTR_NOEXEC), spec->work);
    attach(work, root, "/work");
  }
  if (spec->sealed) evm_sealed_mount(spec, "root/work", socket);
  /* after /work, so that inputs can be shown below it; their mount points stay there as empty files */
  for (size_t i = 0; i < spec->mounts_count; i++) {
    const struct evm_mount *entry = &spec->mounts[i];
    set_attributes(mounts[i], ATTR_QUIET | MOUNT_ATTR_RDONLY | (entry->exec ? 0 : MOUNT_ATTR_NOEXEC),
                   entry->source);
    attach(mounts[i], root, entry->target);
  }
  close(root);
  if (bundle >= 0) close(bundle);

  upper_fd = open("upper", O_PATH | O_CLOEXEC);
  if (chdir("root") != 0 || syscall(SYS_pivot_root, ".", ".") != 0) evm_fail_errno("pivot into the new root");
  if (umount2(".", MNT_DETACH) != 0 || chdir("/") != 0) evm_fail_errno("let go of the host's root");
}

int64_t evm_root_memory_bytes(void) {
  struct statfs fs;
  int64_t bytes = 0;
  if (upper_fd >= 0 && fstatfs(upper_fd, &fs) == 0) {
    bytes += (int64_t)(fs.f_blocks - fs.f_bfree) * fs.f_bsize;
  }
  static const char *const places[] = {"/tmp", "/dev/shm"};
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    if (statfs(places[i], &fs) == 0) bytes += (int64_t)(fs.f_blocks - fs.f_bfree) * fs.f_bsize;
  }
  return bytes;
}
