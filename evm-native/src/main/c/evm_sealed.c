#define _GNU_SOURCE
#include "evm_sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "evm_message.h"
#include "evm_start.h"
#include "evm_sys.h"

/* How long the last dirty pages and the index may take. */
#define SAVE_MS 300000

static const char gone[] = "the process that seals scratch is gone";

static void read_key(struct evm_spec *spec) {
  size_t have = 0;
  while (have < EVM_SEAL_KEY) {
    ssize_t got = read(spec->seal_key_fd, spec->seal_key + have, EVM_SEAL_KEY - have);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) evm_fail("--seal-key-fd %d: want %d bytes", spec->seal_key_fd, EVM_SEAL_KEY);
    have += (size_t)got;
  }
  close(spec->seal_key_fd);
}

/* evm-run-HASH and evm-seal-HASH lie in one folder. */
static int open_program(void) {
  char path[4096];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 8);
  if (length < 0) evm_fail_errno("find evm-run's own folder");
  path[length] = '\0';
  char *name = strrchr(path, '/') + 1;
  if (strncmp(name, "evm-run", 7) != 0) evm_fail("%.200s: want the name evm-run…, to find evm-seal… beside it", path);
  memmove(name + 8, name + 7, strlen(name + 7) + 1);
  memcpy(name, "evm-seal", 8);
  int program = open(path, O_PATH | O_CLOEXEC);
  if (program < 0) evm_fail_errno("open %.300s, which seals scratch", path);
  return program;
}

static int fail_socket = -1;

static void __attribute__((noreturn)) fail_to_launcher(const char *reason) {
  struct evm_message message;
  memset(&message, 0, sizeof message);
  message.kind = EVM_FAILED;
  evm_format(message.as.text, sizeof message.as.text, "%s", reason);
  evm_message_send(fail_socket, &message, -1);
  _exit(125);
}

static void __attribute__((noreturn)) become_seal(const struct evm_spec *spec, int program, int socket, pid_t launcher) {
  struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
  fail_socket = socket;
  evm_fail_set(fail_to_launcher);
  /* before the change of account, which may not reach it */
  int folder = open(spec->work, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) evm_fail_errno("open the sealed folder %.200s", spec->work);
  if (geteuid() == 0) {
    setrlimit(RLIMIT_MEMLOCK, &all); /* so that all of it can be locked */
    evm_start_become_account(spec);
  }
  /* after the change of account, which clears it */
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != launcher) _exit(125);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  int high[] = {fcntl(socket, F_DUPFD_CLOEXEC, 10), fcntl(folder, F_DUPFD_CLOEXEC, 10),
                fcntl(program, F_DUPFD_CLOEXEC, 10)};
  if (null < 0 || high[0] < 0 || high[1] < 0 || high[2] < 0) evm_fail_errno("keep descriptors for evm-seal");
  for (int fd = 0; fd <= 2; fd++) dup2(null, fd);
  if (dup2(high[0], 3) < 0 || dup2(high[1], 4) < 0 || dup2(high[2], 5) < 0) evm_fail_errno("keep descriptors for evm-seal");
  sys_close_range(6, ~0U, 0);
  sys_close_range(5, 5, CLOSE_RANGE_CLOEXEC);
  char *arguments[] = {(char[]){"evm-seal"}, NULL};
  char *environment[] = {NULL};
  syscall(SYS_execveat, 5, "", arguments, environment, AT_EMPTY_PATH);
  _exit(125);
}

void evm_sealed_start(struct evm_sealed *sealed, struct evm_spec *spec) {
  int pair[2];
  if (spec->seal_key_fd >= 0) read_key(spec);
  struct evm_message message;
  memset(&message, 0, sizeof message);
  message.kind = EVM_SEAL;
  memcpy(message.as.order.key, spec->seal_key, EVM_SEAL_KEY);
  explicit_bzero(spec->seal_key, EVM_SEAL_KEY);
  message.as.order.generation = (uint64_t)spec->seal_generation;
  message.as.order.files_max = spec->limits.disk_files;
  int program = open_program();
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) evm_fail_errno("make a socket pair");
  sealed->socket = pair[0];
  pid_t launcher = getpid();
  sealed->pid = fork();
  if (sealed->pid < 0) evm_fail_errno("start evm-seal");
  if (sealed->pid == 0) {
    explicit_bzero(&message, sizeof message);
    become_seal(spec, program, pair[1], launcher);
  }
  close(pair[1]);
  close(program);
  int sent = evm_message_send(sealed->socket, &message, -1);
  explicit_bzero(&message, sizeof message);
  if (sent != 0) evm_fail_errno("tell evm-seal what to do");
}

static void write_setting(const char *device, const char *name, const char *value) {
  char path[128];
  evm_format(path, sizeof path, "/sys/class/bdi/%s/%s", device, name);
  evm_write_file(path, value); /* an old kernel without it is slower, no more */
}

/*
 * The kernel lets a FUSE mount of an ordinary account hold 1 % of the dirty pages and slows writers to an
 * estimate that starts at 100 MB/s, in case its server is a hostile one. Ours is not: root says so.
 */
static void lift_throttle(pid_t portal) {
  char path[64], line[1024];
  evm_format(path, sizeof path, "/proc/%d/mountinfo", (int)portal);
  FILE *mounts = fopen(path, "re");
  if (mounts == NULL) return;
  while (fgets(line, sizeof line, mounts) != NULL) {
    char device[32];
    if (strstr(line, " - fuse evm-seal ") == NULL) continue;
    if (sscanf(line, "%*d %*d %31[0-9:]", device) != 1) continue;
    write_setting(device, "max_ratio", "100");
    write_setting(device, "strict_limit", "0");
    write_setting(device, "read_ahead_kb", "256");
  }
  fclose(mounts);
}

void evm_sealed_hand_over(struct evm_sealed *sealed, int device, pid_t portal) {
  if (geteuid() == 0) lift_throttle(portal);
  struct evm_message message;
  memset(&message, 0, sizeof message);
  message.kind = EVM_FUSE;
  if (sealed->socket < 0 || sealed->served) return;
  sealed->served = evm_message_send(sealed->socket, &message, device) == 0;
}

enum evm_sealed_end evm_sealed_listen(struct evm_sealed *sealed, char reason[EVM_REASON_MAX]) {
  struct evm_message message;
  int descriptor;
  if (!sealed->ended) {
    int got = evm_message_receive(sealed->socket, &message, &descriptor);
    if (descriptor >= 0) close(descriptor);
    if (got == 1 && message.kind == EVM_READY) {
      sealed->loaded = true;
      return EVM_SEALED_LOADED;
    }
    sealed->ended = true;
    sealed->end = EVM_SEALED_FAILED;
    evm_format(sealed->reason, sizeof sealed->reason, "%s", gone);
    if (got == 1 && message.kind == EVM_DONE) sealed->end = EVM_SEALED_SAVED;
    if (got == 1 && (message.kind == EVM_ALTERED_DATA || message.kind == EVM_FAILED)) {
      if (message.kind == EVM_ALTERED_DATA) sealed->end = EVM_SEALED_ALTERED;
      message.as.text[sizeof message.as.text - 1] = '\0';
      evm_format(sealed->reason, sizeof sealed->reason, "%s", message.as.text);
    }
    close(sealed->socket);
    sealed->socket = -1;
  }
  evm_format(reason, EVM_REASON_MAX, "%s", sealed->end == EVM_SEALED_SAVED ? "" : sealed->reason);
  return (enum evm_sealed_end)sealed->end;
}

enum evm_sealed_end evm_sealed_finish(struct evm_sealed *sealed, bool discard, char reason[EVM_REASON_MAX]) {
  enum evm_sealed_end end = EVM_SEALED_FAILED;
  evm_format(reason, EVM_REASON_MAX, "sealed scratch was not written back within %d s", SAVE_MS / 1000);
  if (sealed->ended) {
    end = evm_sealed_listen(sealed, reason);
  } else if (!sealed->served) {
    discard = true; /* nothing was mounted: it waits in vain */
    evm_format(reason, EVM_REASON_MAX, "the sandbox was not built");
    struct pollfd pollfd = {sealed->socket, POLLIN, 0};
    if (poll(&pollfd, 1, 0) == 1 && (end = evm_sealed_listen(sealed, reason)) == EVM_SEALED_LOADED) {
      end = EVM_SEALED_FAILED;
    }
  } else if (!discard) {
    struct pollfd pollfd = {sealed->socket, POLLIN, 0};
    int64_t deadline = evm_awake_ms() + SAVE_MS;
    int ready;
    do {
      ready = poll(&pollfd, 1, (int)(deadline - evm_awake_ms()));
    } while (ready < 0 && errno == EINTR && evm_awake_ms() < deadline);
    if (ready == 1) end = evm_sealed_listen(sealed, reason);
    if (end == EVM_SEALED_LOADED) return evm_sealed_finish(sealed, discard, reason); /* said before the mount was gone */
  }
  if (discard || !sealed->ended) kill(sealed->pid, SIGKILL);
  while (waitpid(sealed->pid, NULL, 0) < 0 && errno == EINTR) continue;
  if (sealed->socket >= 0) close(sealed->socket);
  sealed->socket = -1;
  return end;
}

void evm_sealed_mount(const struct evm_spec *spec, const char *folder, int socket) {
  int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (device < 0) evm_fail_errno("open /dev/fuse, which sealed scratch needs (want the kernel module fuse)");
  char options[160];
  evm_format(options, sizeof options,
             "fd=%d,rootmode=40700,user_id=%d,group_id=%d,default_permissions,max_read=1048576", device,
             EVM_INSIDE_UID, EVM_INSIDE_GID);
  unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOATIME | (spec->work_exec ? 0 : MS_NOEXEC);
  if (mount("evm-seal", folder, "fuse", flags, options) != 0) {
    evm_fail_errno("mount sealed scratch (want Linux 4.18 or newer with FUSE in user namespaces)");
  }
  struct evm_message message;
  memset(&message, 0, sizeof message);
  message.kind = EVM_FUSE;
  if (evm_message_send(socket, &message, device) != 0) evm_fail_errno("hand over the device of sealed scratch");
  close(device);
}

void evm_sealed_flush(void) {
  int work = open("/work", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (work < 0) return; /* evm-seal is gone, which the launcher knows */
  syncfs(work);
  close(work);
}
