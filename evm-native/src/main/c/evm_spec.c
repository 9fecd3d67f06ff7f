#define _GNU_SOURCE
#include "evm_spec.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "evm_util.h"

struct arguments {
  char **next;
  int left;
};

static char *take(struct arguments *args, const char *option) {
  if (args->left == 0) evm_fail("%s: a value is missing", option);
  args->left--;
  return *args->next++;
}

static int64_t take_number(struct arguments *args, const char *option, int64_t low, int64_t high) {
  const char *text = take(args, option);
  char *end = NULL;
  errno = 0;
  long long value = strtoll(text, &end, 10);
  if (errno != 0 || end == text || *end != '\0' || value < low || value > high) {
    evm_fail("%s %.60s: want %lld..%lld", option, text, (long long)low, (long long)high);
  }
  return value;
}

/* An absolute path without "." or ".." parts: what it names is what it says. */
static const char *take_path(struct arguments *args, const char *option) {
  const char *path = take(args, option);
  if (path[0] != '/') evm_fail("%s %.200s: want an absolute path", option, path);
  for (const char *part = path; part != NULL; part = strchr(part, '/')) {
    part++;
    size_t length = strcspn(part, "/");
    if ((length == 1 && part[0] == '.') || (length == 2 && part[0] == '.' && part[1] == '.')) {
      evm_fail("%s %.200s: want a path without . and ..", option, path);
    }
  }
  return path;
}

static void add_reach(struct evm_spec *spec, const char *name, int port, const char *address) {
  if (spec->reach_count == EVM_REACH_MAX) evm_fail("--connect: more than %d", EVM_REACH_MAX);
  size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-");
  if (length == 0 || length > 253 || name[length] != '\0') {
    evm_fail("--connect %.60s: want a host's name in small letters", name); /* a line of /etc/hosts */
  }
  struct evm_reach *entry = &spec->reach[spec->reach_count];
  memset(entry, 0, sizeof *entry);
  entry->name = name;
  entry->port = port;
  entry->host = 1;
  for (size_t i = 0; i < spec->reach_count; i++) {
    if (strcmp(spec->reach[i].name, name) == 0) {
      if (spec->reach[i].port == port) evm_fail("--connect %.60s %d: named twice", name, port);
      entry->host = spec->reach[i].host;
      break;
    }
    if (spec->reach[i].host >= entry->host) entry->host = spec->reach[i].host + 1;
  }
  if (inet_pton(AF_INET, address, &entry->address.v4.sin_addr) == 1) {
    entry->address.v4.sin_family = AF_INET;
    entry->address.v4.sin_port = htons((uint16_t)port);
  } else if (inet_pton(AF_INET6, address, &entry->address.v6.sin6_addr) == 1) {
    entry->address.v6.sin6_family = AF_INET6;
    entry->address.v6.sin6_port = htons((uint16_t)port);
  } else {
    evm_fail("--connect %.60s %d %.60s: want an address in figures", name, port, address);
  }
  spec->reach_count++;
}

static void add_mount(struct evm_spec *spec, struct arguments *args, const char *option, bool exec) {
  if (spec->mounts_count == EVM_MOUNTS_MAX) evm_fail("%s: more than %d mounts", option, EVM_MOUNTS_MAX);
  struct evm_mount *mount = &spec->mounts[spec->mounts_count++];
  mount->source = take_path(args, option);
  mount->target = take_path(args, option);
  mount->exec = exec;
  mount->tree = -1;
  if (strcmp(mount->target, "/") == 0) evm_fail("%s: the root is given with --bundle", option);
}

static bool parse_limit(struct evm_limits *limits, struct arguments *args, const char *option) {
  const struct {
    const char *option;
    int64_t *value;
    int64_t low;
    int64_t high;
  } table[] = {
      {"--wall-ms", &limits->wall_ms, 0, INT64_MAX / 1000},
      {"--cpu-ms", &limits->cpu_ms, 0, INT64_MAX / 1000},
      {"--memory-bytes", &limits->memory_bytes, 0, INT64_MAX},
      {"--processes", &limits->processes, 1, 1000000},
      {"--open-files", &limits->open_files, 8, 1048576},
      {"--file-bytes", &limits->file_bytes, 0, INT64_MAX},
      {"--disk-bytes", &limits->disk_bytes, 0, INT64_MAX},
      {"--disk-files", &limits->disk_files, 1, 100000000},
      {"--disk-reserve-bytes", &limits->disk_reserve_bytes, 0, INT64_MAX},
      {"--tmp-bytes", &limits->tmp_bytes, 65536, INT64_MAX},
      {"--cpu-percent", &limits->cpu_percent, 0, 102400},
  };
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    if (strcmp(option, table[i].option) != 0) continue;
    *table[i].value = take_number(args, option, table[i].low, table[i].high);
    return true;
  }
  return false;
}

/* 64 hexadecimal digits, wiped once read: only for the control socket, since a command line is public. */
static void take_key(struct evm_spec *spec, char *text) {
  static const char digits[] = "0123456789abcdef";
  bool good = strlen(text) == 2 * EVM_SEAL_KEY;
  for (size_t i = 0; good && i < 2 * EVM_SEAL_KEY; i++) {
    const char *digit = strchr(digits, text[i]);
    good = digit != NULL;
    if (good) spec->seal_key[i / 2] = (unsigned char)(spec->seal_key[i / 2] << 4 | (digit - digits));
  }
  explicit_bzero(text, strlen(text));
  if (!good) evm_fail("--seal-key: want %d hexadecimal digits", 2 * EVM_SEAL_KEY);
  spec->sealed = true;
}

static void parse_option(struct evm_spec *spec, struct arguments *args, const char *option) {
  if (parse_limit(&spec->limits, args, option)) return;
  if (strcmp(option, "--bundle") == 0) {
    spec->bundle = take_path(args, option);
    if (spec->bundle[strspn(spec->bundle, "/")] == '\0') {
      evm_fail("--bundle /: the machine's own root is not a bundle; name a bundle's folder");
    }
  } else if (strcmp(option, "--exec-dir") == 0) {
    if (spec->exec_dirs_count == EVM_EXEC_DIRS_MAX) {
      evm_fail("--exec-dir: more than %d folders", EVM_EXEC_DIRS_MAX);
    }
    spec->exec_dirs[spec->exec_dirs_count++] = take_path(args, option);
  } else if (strcmp(option, "--ro") == 0) {
    add_mount(spec, args, option, false);
  } else if (strcmp(option, "--ro-exec") == 0) {
    add_mount(spec, args, option, true);
  } else if (strcmp(option, "--work") == 0) {
    spec->work = take_path(args, option);
  } else if (strcmp(option, "--seal-key-fd") == 0) {
    spec->sealed = true;
    spec->seal_key_fd = (int)take_number(args, option, 3, 1000000);
  } else if (strcmp(option, "--seal-key") == 0) {
    take_key(spec, take(args, option));
  } else if (strcmp(option, "--seal-generation") == 0) {
    spec->seal_generation = take_number(args, option, 0, INT64_MAX - 1);
  } else if (strcmp(option, "--stdout") == 0) {
    spec->stdout_path = take_path(args, option);
  } else if (strcmp(option, "--stderr") == 0) {
    spec->stderr_path = take_path(args, option);
  } else if (strcmp(option, "--cwd") == 0) {
    spec->cwd = take_path(args, option);
  } else if (strcmp(option, "--env") == 0) {
    char *pair = take(args, option);
    if (strchr(pair, '=') == NULL || pair[0] == '=') evm_fail("--env %.60s: want NAME=value", pair);
    if (spec->env_count == EVM_ENV_MAX) evm_fail("--env: more than %d variables", EVM_ENV_MAX);
    spec->env[spec->env_count++] = pair;
  } else if (strcmp(option, "--connect") == 0) {
    const char *name = take(args, option);
    int port = (int)take_number(args, option, 1, 65535);
    add_reach(spec, name, port, take(args, option));
  } else if (strcmp(option, "--jit") == 0) {
    spec->jit = true;
  } else if (strcmp(option, "--work-exec") == 0) {
    spec->work_exec = true;
  } else if (strcmp(option, "--no-cgroup") == 0) {
    spec->cgroup = false;
  } else if (strcmp(option, "--uid") == 0) {
    spec->uid = (uid_t)take_number(args, option, 1, 4294967294);
  } else if (strcmp(option, "--gid") == 0) {
    spec->gid = (gid_t)take_number(args, option, 1, 4294967294);
  } else if (strcmp(option, "--heartbeat-ms") == 0) {
    spec->heartbeat_ms = take_number(args, option, 100, 3600000);
  } else {
    evm_fail("%.60s: no such option; see docs/evm.md", option);
  }
}

void evm_spec_parse(struct evm_spec *spec, int count, char **args) {
  *spec = (struct evm_spec){
      .cgroup = true,
      .seal_key_fd = -1,
      .bundle_tree = -1,
      .work_tree = -1,
      .limits = {.processes = 512,
                 .open_files = 1024,
                 .disk_files = 1000000,
                 .tmp_bytes = 256LL * 1024 * 1024},
  };
  struct arguments rest = {args, count};
  while (rest.left > 0) {
    const char *option = take(&rest, "");
    if (strcmp(option, "--") == 0) break;
    parse_option(spec, &rest, option);
  }
  if (rest.left == 0) evm_fail("no command: want evm-run OPTIONS -- /PROGRAM ARGUMENTS");
  spec->command = rest.next;
  if (spec->command[0][0] != '/') {
    evm_fail("command %.200s: want an absolute path inside the sandbox", spec->command[0]);
  }
  if (spec->cwd == NULL) spec->cwd = spec->work != NULL ? "/work" : "/";
  if (spec->exec_dirs_count > 0 && spec->bundle == NULL) evm_fail("--exec-dir: want a --bundle");
  if (spec->sealed && spec->work == NULL) evm_fail("--seal-key-fd: want the folder to seal with --work");
  /* the largest sealed file: refused when it is written, not when the cache is written back */
  if (spec->sealed && (spec->limits.file_bytes == 0 || spec->limits.file_bytes > EVM_SEALED_FILE_MAX)) {
    spec->limits.file_bytes = EVM_SEALED_FILE_MAX;
  }
  if ((spec->uid == 0) != (spec->gid == 0)) evm_fail("--uid and --gid: want both or none");
}
