#define _GNU_SOURCE
#include "evm_program.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "evm_calls.h"
#include "evm_crash.h"
#include "evm_message.h"
#include "evm_sys.h"
#include "evm_util.h"

#define WAIT_KILLABLE_RECV (1U << 5) /* SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV */

static void limit(int resource, int64_t value, const char *name) {
  struct rlimit rlimit = {(rlim_t)value, (rlim_t)value};
  struct rlimit now;
  if (getrlimit((__rlimit_resource_t)resource, &now) == 0 && now.rlim_max < rlimit.rlim_max) {
    rlimit.rlim_cur = rlimit.rlim_max = now.rlim_max; /* the caller's own limit is tighter */
  }
  if (setrlimit((__rlimit_resource_t)resource, &rlimit) != 0) {
    evm_fail_errno("set the limit %s to %lld", name, (long long)value);
  }
}

/* What a single process may map for itself: runtimes map more than they touch, a group counts what is touched. */
static int64_t data_bytes(const struct evm_spec *spec) {
  int64_t memory = spec->limits.memory_bytes;
  return spec->grouped && memory < INT64_MAX / 4 ? 2 * memory + 256LL * 1024 * 1024 : memory;
}

static void set_limits(const struct evm_spec *spec) {
  const struct evm_limits *limits = &spec->limits;
  /*
   * 0 would keep core files away, but where core_pattern is a pipe the machine's own collector gets a core at any
   * limit but 1 (fs/coredump.c). So the program may not change it either: the filter pretends.
   */
  limit(RLIMIT_CORE, 1, "core");
  limit(RLIMIT_NICE, 0, "nice");     /* no way back from the lowest priority */
  limit(RLIMIT_RTPRIO, 0, "rtprio");
  limit(RLIMIT_MEMLOCK, 8LL * 1024 * 1024, "memlock");
  limit(RLIMIT_MSGQUEUE, 819200, "msgqueue");
  limit(RLIMIT_SIGPENDING, 4096, "sigpending");
  limit(RLIMIT_NOFILE, limits->open_files, "open-files");
  /* Counted per user namespace since Linux 5.14, so other sandboxes do not count; the portal does. */
  limit(RLIMIT_NPROC, limits->processes + 1, "processes");
  if (limits->file_bytes > 0) limit(RLIMIT_FSIZE, limits->file_bytes, "file-bytes");
  if (limits->memory_bytes > 0) limit(RLIMIT_DATA, data_bytes(spec), "memory-bytes");
  if (limits->cpu_ms > 0) limit(RLIMIT_CPU, limits->cpu_ms / 1000 + 1, "cpu-ms");
}

/* SCHED_IDLE, nice 19 and idle I/O: the program runs where nobody else wants to. */
static void set_lowest_priority(void) {
  struct sched_param none = {0};
  if (setpriority(PRIO_PROCESS, 0, 19) != 0) evm_fail_errno("set nice 19");
  if (sched_setscheduler(0, SCHED_IDLE, &none) != 0) evm_fail_errno("set SCHED_IDLE");
  int idle_class = 3 << 13;
  if (syscall(SYS_ioprio_set, 1, 0, idle_class) != 0) evm_fail_errno("set idle I/O priority");
}

static void drop_capabilities(void) {
  for (int capability = 0; capability < 64; capability++) {
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno != EINVAL) {
      evm_fail_errno("drop capability %d", capability);
    }
  }
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct none[2];
  memset(none, 0, sizeof none);
  if (syscall(SYS_capset, &header, none) != 0) evm_fail_errno("drop all capabilities");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) evm_fail_errno("set no_new_privs");
}

static void default_signals(void) {
  for (int sig = 1; sig <= SIGRTMAX; sig++) signal(sig, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static int install_filter(bool jit) {
  static struct sock_filter code[EVM_FILTER_MAX];
  struct sock_fprog program = {.len = (unsigned short)evm_filter_build(code, jit), .filter = code};
  /* WAIT_KILLABLE_RECV (Linux 5.19): a pause while the launcher answers must not make the call twice. */
  unsigned flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
  int listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags | WAIT_KILLABLE_RECV, &program);
  if (listener < 0 && errno == EINVAL) {
    listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
  }
  if (listener < 0) evm_fail_errno("install the filter of system calls (want Linux 5.5 or newer)");
  return listener;
}

void evm_program_run(const struct evm_spec *spec, int socket, const int gate[2]) {
  evm_crash_await(gate);
  setsid(); /* no controlling terminal */
  set_limits(spec);
  set_lowest_priority();
  default_signals();
  drop_capabilities();
  evm_landlock_restrict(spec);
  if (chdir(spec->cwd) != 0) evm_fail_errno("enter %.200s inside the sandbox", spec->cwd);
  if (sys_close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) evm_fail_errno("close descriptors");
  umask(0022);

  int listener = install_filter(spec->jit);
  struct evm_message message;
  memset(&message, 0, sizeof message);
  message.kind = EVM_LISTENER;
  if (evm_message_send(socket, &message, listener) != 0) evm_fail_errno("hand over the filter's listener");
  close(listener);
  if (syscall(EVM_CALL_BORN) != 0) evm_fail_errno("register with the launcher");
  execve(spec->command[0], spec->command, spec->env);
  evm_fail_errno("execute %.200s inside the sandbox", spec->command[0]);
}
