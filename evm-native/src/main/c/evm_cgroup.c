/*
 * A launcher's group is called evm-PID-STARTTIME, so a later launcher sees whether its owner still lives.
 * Version 1: under the launcher's own group of each controller, so what limits the launcher limits
 * the program too. Version 2: beside the launcher's own group, since a group with processes cannot
 * give its controllers to children.
 */
#define _GNU_SOURCE
#include "evm_cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "evm_util.h"

#define V2_MOUNT "/sys/fs/cgroup"

static const char *const v1_controllers[] = {"memory", "pids", "cpu"}; /* in the order of group->dirs */
#define V1_CONTROLLERS 3

/* Field 22 of /proc/PID/stat: ticks from boot to the process's start; -1 if there is none. */
static long long start_time(long pid) {
  char path[64];
  char text[1024];
  evm_format(path, sizeof path, "/proc/%ld/stat", pid);
  if (evm_read_file(path, text, sizeof text) < 0) return -1;
  const char *after_name = strrchr(text, ')');
  long long start;
  if (after_name == NULL ||
      sscanf(after_name + 1,
             " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %*d %*d %lld",
             &start) != 1) {
    return -1;
  }
  return start;
}

/* The launcher's own group of a controller, as in cgroups(7); "" is version 2. */
static bool own_group(const char *controller, char *out, size_t size) {
  char text[8192];
  if (evm_read_file("/proc/self/cgroup", text, sizeof text) < 0) return false;
  char *rest = text;
  char *line;
  while ((line = strsep(&rest, "\n")) != NULL) {
    strsep(&line, ":");
    char *names = strsep(&line, ":");
    if (names == NULL || line == NULL) continue;
    if (controller[0] == '\0' && names[0] == '\0') {
      evm_format(out, size, "%s", line);
      return true;
    }
    char *name;
    while ((name = strsep(&names, ",")) != NULL) {
      if (controller[0] == '\0' || strcmp(name, controller) != 0) continue;
      evm_format(out, size, "%s", line);
      return true;
    }
  }
  return false;
}

/* Where a version 1 controller is mounted, found by its conventional place. */
static bool v1_parent(const char *controller, char *out, size_t size) {
  char own[384];
  if (!own_group(controller, own, sizeof own)) return false;
  struct stat st;
  evm_format(out, size, V2_MOUNT "/%s%s/cgroup.procs", controller, own);
  if (stat(out, &st) == 0) {
    evm_format(out, size, V2_MOUNT "/%s%s", controller, own);
    return true;
  }
  evm_format(out, size, V2_MOUNT "/%s/cgroup.procs", controller); /* in a container: own path is not seen */
  if (stat(out, &st) != 0) return false;
  evm_format(out, size, V2_MOUNT "/%s", controller);
  return true;
}

static bool has_v2_limits(void) {
  char text[512];
  return evm_read_file(V2_MOUNT "/cgroup.controllers", text, sizeof text) >= 0 &&
         strstr(text, "memory") != NULL && strstr(text, "pids") != NULL;
}

static bool v2_parent(char *out, size_t size) {
  char own[384];
  if (!has_v2_limits() || !own_group("", own, sizeof own)) return false;
  char *last = strrchr(own, '/');
  if (last != NULL) *last = '\0'; /* "/" and "/a" both become the root group */
  evm_format(out, size, V2_MOUNT "%s", own);
  return true;
}

static int set_knob(const char *dir, const char *knob, const char *format, long long value) {
  char path[640];
  char text[64];
  evm_format(path, sizeof path, "%s/%s", dir, knob);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  evm_format(text, sizeof text, format, value);
#pragma GCC diagnostic pop
  return evm_write_file(path, text);
}

static bool make_dir(struct evm_cgroup *group, const char *parent) {
  char *dir = group->dirs[group->count];
  evm_format(dir, sizeof group->dirs[0], "%s/evm-%d-%lld", parent, getpid(), start_time(getpid()));
  if (mkdir(dir, 0755) != 0) {
    evm_format(group->reason, sizeof group->reason, "make %.100s: %s", dir, strerror(errno));
    return false;
  }
  group->count++;
  return true;
}

static bool limit_v2(const struct evm_cgroup *group, const struct evm_limits *limits, int besides) {
  const char *dir = group->dirs[0];
  if (set_knob(dir, "pids.max", "%lld", limits->processes + besides) != 0) return false;
  if (limits->memory_bytes > 0) {
    if (set_knob(dir, "memory.max", "%lld", limits->memory_bytes) != 0) return false;
    set_knob(dir, "memory.oom.group", "%lld", besides == 0); /* else the portal dies too, and cannot tell */
  }
  set_knob(dir, "memory.swap.max", "%lld", 0);
  set_knob(dir, "cpu.weight", "%lld", 1);
  return limits->cpu_percent == 0 ||
         set_knob(dir, "cpu.max", "%lld 100000", limits->cpu_percent * 1000) == 0;
}

static bool limit_v1(const struct evm_cgroup *group, const struct evm_limits *limits, int besides) {
  if (limits->memory_bytes > 0 &&
      set_knob(group->dirs[0], "memory.limit_in_bytes", "%lld", limits->memory_bytes) != 0) {
    return false;
  }
  set_knob(group->dirs[0], "memory.swappiness", "%lld", 0);
  if (set_knob(group->dirs[1], "pids.max", "%lld", limits->processes + besides) != 0) return false;
  if (limits->cpu_percent == 0) return true;
  if (group->count < V1_CONTROLLERS) {
    errno = ENODEV; /* made before it was known that processor time is limited */
    return false;
  }
  return set_knob(group->dirs[2], "cpu.cfs_period_us", "%lld", 100000) == 0 &&
         set_knob(group->dirs[2], "cpu.cfs_quota_us", "%lld", limits->cpu_percent * 1000) == 0;
}

static bool make_v2(struct evm_cgroup *group) {
  char parent[448];
  if (!v2_parent(parent, sizeof parent)) return false;
  set_knob(parent, "cgroup.subtree_control", "+memory +pids +cpu", 0);
  if (!make_dir(group, parent)) return false;
  group->version = 2;
  return true;
}

static bool make_v1(struct evm_cgroup *group, int controllers) {
  for (int i = 0; i < controllers; i++) {
    char parent[448];
    if (!v1_parent(v1_controllers[i], parent, sizeof parent)) {
      evm_format(group->reason, sizeof group->reason, "no controller %s is mounted", v1_controllers[i]);
      return false;
    }
    if (!make_dir(group, parent)) return false;
  }
  group->version = 1;
  return true;
}

int evm_cgroup_limit(const struct evm_cgroup *group, const struct evm_limits *limits, int besides) {
  bool set = group->version == 2 ? limit_v2(group, limits, besides) : limit_v1(group, limits, besides);
  return set ? 0 : -1;
}

void evm_cgroup_make(struct evm_cgroup *group, const struct evm_limits *limits) {
  memset(group, 0, sizeof *group);
  evm_format(group->reason, sizeof group->reason, "no controllers for memory and processes are mounted");
  errno = 0;
  /* Entering a group waits for an RCU grace period: only those that limit something are made. */
  int controllers = limits != NULL && limits->cpu_percent > 0 ? V1_CONTROLLERS : V1_CONTROLLERS - 1;
  if ((make_v2(group) || (group->count == 0 && make_v1(group, controllers))) &&
      (limits == NULL || evm_cgroup_limit(group, limits, 0) == 0)) {
    return;
  }
  if (group->count > 0 && group->reason[0] == '\0') {
    evm_format(group->reason, sizeof group->reason, "set limits in %.100s: %s", group->dirs[0], strerror(errno));
  }
  evm_cgroup_remove(group);
  group->count = 0;
  group->version = 0;
}

int evm_cgroup_join(const struct evm_cgroup *group, pid_t pid) {
  for (int i = 0; i < group->count; i++) {
    if (set_knob(group->dirs[i], "cgroup.procs", "%lld", pid) != 0) return -1;
  }
  return 0;
}

/* A number behind a word in a file such as memory.events. */
static int64_t counter(const char *dir, const char *file, const char *word) {
  char path[640];
  char text[1024];
  evm_format(path, sizeof path, "%s/%s", dir, file);
  if (evm_read_file(path, text, sizeof text) < 0) return 0;
  const char *at = strstr(text, word);
  return at == NULL ? 0 : strtoll(at + strlen(word), NULL, 10);
}

int64_t evm_cgroup_oom_kills(const struct evm_cgroup *group) {
  if (group->version == 2) return counter(group->dirs[0], "memory.events", "oom_kill ");
  if (group->version == 1) return counter(group->dirs[0], "memory.oom_control", "oom_kill ");
  return 0;
}

int64_t evm_cgroup_refused_forks(const struct evm_cgroup *group) {
  if (group->version == 2) return counter(group->dirs[0], "pids.events", "max ");
  if (group->version == 1) return counter(group->dirs[1], "pids.events", "max ");
  return 0;
}

static int64_t number(const char *dir, const char *file) {
  char path[640];
  char text[64];
  evm_format(path, sizeof path, "%s/%s", dir, file);
  return evm_read_file(path, text, sizeof text) < 0 ? -1 : strtoll(text, NULL, 10);
}

/* Version 1 reclaims when a limit is set below what is used; nobody inside runs to meet that limit. */
static bool page_out_v1(const char *dir, int64_t bytes) {
  int64_t used = number(dir, "memory.usage_in_bytes");
  int64_t limit = number(dir, "memory.limit_in_bytes");
  if (used <= bytes || limit < 0) return false;
  bool done = set_knob(dir, "memory.swappiness", "%lld", 60) == 0 &&
              set_knob(dir, "memory.limit_in_bytes", "%lld", used - bytes) == 0;
  set_knob(dir, "memory.limit_in_bytes", "%lld", limit);
  set_knob(dir, "memory.swappiness", "%lld", 0);
  return done;
}

static bool page_out_v2(const char *dir, int64_t bytes) {
  if (number(dir, "memory.current") <= bytes) return false;
  bool done = set_knob(dir, "memory.swap.max", "max", 0) == 0 &&
              set_knob(dir, "memory.reclaim", "%lld", bytes) == 0;
  set_knob(dir, "memory.swap.max", "%lld", 0); /* what is out stays out */
  return done;
}

bool evm_cgroup_page_out(const struct evm_cgroup *group, int64_t bytes) {
  if (group->version == 2) return page_out_v2(group->dirs[0], bytes);
  return group->version == 1 && page_out_v1(group->dirs[0], bytes);
}

static void kill_members(const char *dir) {
  char path[640];
  evm_format(path, sizeof path, "%s/cgroup.procs", dir);
  FILE *procs = fopen(path, "re");
  if (procs == NULL) return;
  int pid;
  while (fscanf(procs, "%d", &pid) == 1) kill(pid, SIGKILL);
  fclose(procs);
}

/* A group with ending processes is busy for a moment: up to 2 s. */
static bool remove_dir(const char *dir) {
  for (int attempt = 0; attempt < 200; attempt++) {
    if (rmdir(dir) == 0 || errno == ENOENT) return true;
    kill_members(dir);
    struct timespec moment = {0, 10 * 1000 * 1000};
    nanosleep(&moment, NULL);
  }
  return false;
}

void evm_cgroup_remove(const struct evm_cgroup *group) {
  for (int i = 0; i < group->count; i++) remove_dir(group->dirs[i]);
}

static int sweep_parent(const char *parent) {
  DIR *dir = opendir(parent);
  if (dir == NULL) return 0;
  int removed = 0;
  const struct dirent *entry;
  while ((entry = readdir(dir)) != NULL) {
    long pid;
    long long start;
    if (sscanf(entry->d_name, "evm-%ld-%lld", &pid, &start) != 2 || start_time(pid) == start) continue;
    char path[768];
    evm_format(path, sizeof path, "%s/%s", parent, entry->d_name);
    if (remove_dir(path)) removed++;
  }
  closedir(dir);
  return removed;
}

int evm_cgroup_sweep(void) {
  char parent[448];
  int removed = 0;
  if (v2_parent(parent, sizeof parent)) removed += sweep_parent(parent);
  for (int i = 0; i < V1_CONTROLLERS; i++) {
    if (v1_parent(v1_controllers[i], parent, sizeof parent)) removed += sweep_parent(parent);
  }
  return removed;
}
