/*
 * Supervision where there is no cgroup: sums over /proc, and a walk over the working folder. Memory
 * is first bounded from above with resident pages; only when that is over the limit are shared pages
 * divided among their users (smaps_rollup), which is exact and slow.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "evm_portal.h"
#include "evm_root.h"
#include "evm_util.h"

/* Folders nested deeper than this are not walked but refused: nothing may hide below. */
#define DEPTH_MAX 128

/* What of a file is asked; STATX_MNT_ID is of Linux 5.8. */
#define EVM_STATX (STATX_BASIC_STATS | 0x1000U)

static int64_t field_kib(const char *text, const char *name) {
  const char *at = strstr(text, name);
  return at == NULL ? 0 : strtoll(at + strlen(name), NULL, 10);
}

struct memory_sum {
  int64_t anonymous;
  int64_t shared;
};

static void add_memory(const char *pid, const char *file, const char *anonymous, const char *shared,
                       struct memory_sum *sum) {
  char path[64];
  char text[4096];
  evm_format(path, sizeof path, "/proc/%s/%s", pid, file);
  if (evm_read_file(path, text, sizeof text) < 0) return; /* it ended meanwhile */
  sum->anonymous += field_kib(text, anonymous) * 1024;
  sum->shared += field_kib(text, shared) * 1024;
}

/* CPU time of a process and its reaped children, and its threads, from /proc/PID/stat (proc(5)). */
static void add_times(const char *pid, struct evm_usage *usage) {
  char path[64];
  char text[1024];
  evm_format(path, sizeof path, "/proc/%s/stat", pid);
  if (evm_read_file(path, text, sizeof text) < 0) return;
  const char *after_name = strrchr(text, ')'); /* the name may hold anything */
  if (after_name == NULL) return;
  long long user, system, child_user, child_system, threads;
  if (sscanf(after_name + 1,
             " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lld %lld %lld %lld %*d %*d %lld", &user,
             &system, &child_user, &child_system, &threads) != 5) {
    return;
  }
  usage->cpu_us += (user + system + child_user + child_system) * (1000000 / sysconf(_SC_CLK_TCK));
  usage->processes += threads;
}

static void measure_processes(const struct evm_spec *spec, struct evm_usage *usage) {
  DIR *proc = opendir("/proc");
  if (proc == NULL) return;
  struct memory_sum rough = {0, 0};
  const struct dirent *entry;
  while ((entry = readdir(proc)) != NULL) {
    const char *pid = entry->d_name;
    if (pid[0] < '0' || pid[0] > '9' || strcmp(pid, "1") == 0) continue;
    add_times(pid, usage);
    add_memory(pid, "status", "RssAnon:", "RssShmem:", &rough);
  }
  struct shm_info shm;
  memset(&shm, 0, sizeof shm);
  int64_t in_files = evm_root_memory_bytes();
  if (shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&shm) >= 0) {
    in_files += (int64_t)shm.shm_rss * sysconf(_SC_PAGESIZE);
  }
  usage->memory_bytes = rough.anonymous + rough.shared + in_files;
  if (spec->limits.memory_bytes > 0 && usage->memory_bytes > spec->limits.memory_bytes) {
    struct memory_sum exact = {0, 0};
    rewinddir(proc);
    while ((entry = readdir(proc)) != NULL) {
      const char *pid = entry->d_name;
      if (pid[0] < '0' || pid[0] > '9' || strcmp(pid, "1") == 0) continue;
      add_memory(pid, "smaps_rollup", "Pss_Anon:", "Pss_Shmem:", &exact);
    }
    /* mapped files of /dev/shm are in both; see docs/evm.md, "Limits" */
    usage->memory_bytes = exact.anonymous + (exact.shared > in_files ? exact.shared : in_files);
  }
  closedir(proc);
}

/*
 * Walks a folder it owns (and closes) until more entries than the limit were seen. Inputs mounted below
 * it, on whatever file system, are not the program's doing and are passed over.
 */
static void walk(int folder, int depth, uint64_t mount, int64_t entries_max, struct evm_usage *usage) {
  DIR *dir = fdopendir(folder);
  if (dir == NULL) {
    close(folder);
    return;
  }
  const struct dirent *entry;
  while (usage->disk_files <= entries_max && (entry = readdir(dir)) != NULL) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    struct statx st;
    if (statx(dirfd(dir), entry->d_name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, EVM_STATX, &st) != 0) continue;
    if (st.stx_mnt_id != mount) continue;
    usage->disk_files++;
    usage->disk_bytes += (int64_t)st.stx_blocks * 512;
    if (!S_ISDIR(st.stx_mode)) continue;
    if (depth == DEPTH_MAX) {
      usage->disk_too_deep = 1;
      break;
    }
    int next = openat(dirfd(dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (next >= 0) walk(next, depth + 1, mount, entries_max, usage);
  }
  closedir(dir);
}

/* Files that were removed but are still open: their blocks have no name to be found by. */
static void add_removed_files(struct evm_usage *usage) {
  DIR *proc = opendir("/proc");
  if (proc == NULL) return;
  struct stat work;
  if (stat("/work", &work) != 0) work.st_dev = 0;
  const struct dirent *entry;
  while ((entry = readdir(proc)) != NULL) {
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9' || strcmp(entry->d_name, "1") == 0) continue;
    char path[300];
    evm_format(path, sizeof path, "/proc/%s/fd", entry->d_name);
    DIR *fds = opendir(path);
    if (fds == NULL) continue;
    const struct dirent *fd;
    while ((fd = readdir(fds)) != NULL) {
      struct stat st;
      if (fd->d_name[0] == '.' || fstatat(dirfd(fds), fd->d_name, &st, 0) != 0) continue;
      if (S_ISREG(st.st_mode) && st.st_nlink == 0 && st.st_dev == work.st_dev) {
        usage->disk_bytes += (int64_t)st.st_blocks * 512;
      }
    }
    closedir(fds);
  }
  closedir(proc);
}

void evm_usage_measure(const struct evm_spec *spec, bool walk_disk, struct evm_usage *usage) {
  struct evm_usage before = *usage;
  memset(usage, 0, sizeof *usage);
  usage->disk_free_bytes = -1;
  struct rusage reaped;
  if (getrusage(RUSAGE_CHILDREN, &reaped) == 0) {
    usage->cpu_us = ((int64_t)reaped.ru_utime.tv_sec + reaped.ru_stime.tv_sec) * 1000000 +
                    reaped.ru_utime.tv_usec + reaped.ru_stime.tv_usec;
  }
  measure_processes(spec, usage);
  usage->disk_bytes = before.disk_bytes;
  usage->disk_files = before.disk_files;
  usage->disk_too_deep = before.disk_too_deep;
  if (spec->work == NULL) return;
  struct statvfs fs;
  if (statvfs("/work", &fs) == 0) usage->disk_free_bytes = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
  if (!walk_disk) return;
  usage->disk_bytes = usage->disk_files = usage->disk_too_deep = 0;
  int work = open("/work", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct statx st;
  if (work >= 0 && statx(work, "", AT_EMPTY_PATH, EVM_STATX, &st) == 0) {
    walk(work, 1, st.stx_mnt_id, spec->limits.disk_files, usage);
  }
  add_removed_files(usage);
}
