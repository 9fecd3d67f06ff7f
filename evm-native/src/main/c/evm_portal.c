#define _GNU_SOURCE
#include "evm_portal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "evm_crash.h"
#include "evm_program.h"
#include "evm_root.h"
#include "evm_sealed.h"
#include "evm_sys.h"

/* How often the working folder is walked at most, and the share of time usage may cost. */
#define WALK_MS 1000
#define COST_DIVISOR 50

struct portal {
  const struct evm_spec *spec;
  int socket;
  int signals;
  pid_t program; /* 0 before GO */
  bool paused;
  struct held {
    pid_t pid;
    int status;
  } *held; /* while paused: traced processes and threads that stopped, and stay so */
  size_t held_count, held_room;
  int64_t heard_ms;
  int64_t next_usage_ms;
  int64_t next_walk_ms;
  struct evm_usage usage;
};

static int fail_socket = -1;

static void __attribute__((noreturn)) fail_to_launcher(const char *reason) {
  struct evm_message message;
  memset(&message, 0, sizeof message);
  message.kind = EVM_FAILED;
  evm_format(message.as.text, sizeof message.as.text, "%s", reason);
  evm_message_send(fail_socket, &message, -1);
  _exit(125);
}

static void write_proc(const char *path, const char *text) {
  if (evm_write_file(path, text) != 0) evm_fail_errno("write %s", path);
}

/* One account inside, 1000, is the caller's outside; it maps nobody else (user_namespaces(7)). */
static void map_identity(uid_t uid, gid_t gid) {
  char text[64];
  write_proc("/proc/self/setgroups", "deny");
  evm_format(text, sizeof text, "%d %u 1\n", EVM_INSIDE_UID, uid);
  write_proc("/proc/self/uid_map", text);
  evm_format(text, sizeof text, "%d %u 1\n", EVM_INSIDE_GID, gid);
  write_proc("/proc/self/gid_map", text);
}

/* The program's clocks start at zero: the machine's time since boot tells machines apart. */
static void new_time_namespace(void) {
  if (unshare(CLONE_NEWTIME) != 0) evm_fail_errno("make a time namespace (want Linux 5.6 or newer)");
  struct timespec monotonic;
  struct timespec boot;
  clock_gettime(CLOCK_MONOTONIC, &monotonic);
  clock_gettime(CLOCK_BOOTTIME, &boot);
  char text[96];
  evm_format(text, sizeof text, "monotonic %lld 0\nboottime %lld 0\n", -(long long)monotonic.tv_sec,
             -(long long)boot.tv_sec);
  write_proc("/proc/self/timens_offsets", text);
}

static void raise_loopback(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request;
  memset(&request, 0, sizeof request);
  strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) != 0) evm_fail_errno("raise the loopback interface");
  close(fd);
}

/* Out of memory: the program first, all of it; the portal lives to tell. */
static int victim_fd = -1;
static char victim_before[16];

static void open_victim(void) {
  const char *path = "/proc/self/oom_score_adj";
  victim_fd = open(path, O_WRONLY | O_CLOEXEC);
  if (victim_fd < 0 || evm_read_file(path, victim_before, sizeof victim_before) < 0) evm_fail_errno("open %s", path);
}

static void choose_victim(const char *score) {
  if (write(victim_fd, score, strlen(score)) < 0) evm_fail_errno("write oom_score_adj");
}

static void build(const struct evm_spec *spec, uid_t uid, gid_t gid) {
  map_identity(uid, gid);
  open_victim();
  if (sethostname("evm", 3) != 0 || setdomainname("", 0) != 0) evm_fail_errno("name the sandbox");
  raise_loopback();
  evm_reach_listen(spec, fail_socket);
  new_time_namespace();
  evm_root_enter(spec, fail_socket);
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) evm_fail_errno("protect the portal");
}

static void wait_for_go(struct portal *portal) {
  struct evm_message message;
  int descriptor;
  if (evm_message_receive(portal->socket, &message, &descriptor) != 1 || message.kind != EVM_GO) {
    _exit(125);
  }
}

/*
 * What the portal needs once the program runs: reading folders the program made unreadable, signalling, and
 * other processes' memory sums. The rest, CAP_SYS_ADMIN first, is given up while it reads what a program wrote.
 */
static void keep_few_capabilities(void) {
  uint32_t few = 1U << CAP_DAC_READ_SEARCH | 1U << CAP_KILL | 1U << CAP_SYS_PTRACE;
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{.effective = few, .permitted = few}, {.effective = 0}};
  if (syscall(SYS_capset, &header, data) != 0) evm_fail_errno("give up the portal's capabilities");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) evm_fail_errno("set no_new_privs for the portal");
}

static void start_program(struct portal *portal) {
  choose_victim("1000");
  int gate[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gate) != 0) evm_fail_errno("make a socket pair");
  portal->program = fork();
  if (portal->program < 0) evm_fail_errno("start the program's process");
  if (portal->program == 0) evm_program_run(portal->spec, portal->socket, gate);
  evm_crash_watch(portal->program, gate);
  choose_victim(victim_before);
  keep_few_capabilities();
  /* The program alone holds its input and output, so their ends are seen when it closes them. */
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd <= 2; fd++) {
    if (null < 0 || dup2(null, fd) < 0) evm_fail_errno("let go of the program's descriptors");
  }
  close(null);
}

static void hold(struct portal *portal, pid_t pid, int status) {
  if (portal->held_count == portal->held_room) { /* at most one entry for each that lives */
    size_t room = portal->held_room == 0 ? 64 : 2 * portal->held_room;
    struct held *more = realloc(portal->held, room * sizeof *more);
    if (more == NULL) _exit(125);
    portal->held = more;
    portal->held_room = room;
  }
  portal->held[portal->held_count++] = (struct held){pid, status};
}

/* A traced process has stopped: it goes on, unless all are paused. */
static void pass(struct portal *portal, pid_t pid, int status) {
  if (portal->paused) {
    hold(portal, pid, status);
    return;
  }
  struct evm_message message;
  memset(&message, 0, sizeof message);
  message.kind = EVM_CRASH;
  if (!evm_crash_pass(pid, status, message.as.text, sizeof message.as.text)) return;
  if (evm_message_send(portal->socket, &message, -1) != 0) _exit(125);
}

/* Reaps what has ended, and lets go on what has stopped to be looked at. Once the program has, ends the rest, says DONE and leaves. */
static void reap(struct portal *portal) {
  struct signalfd_siginfo info;
  while (read(portal->signals, &info, sizeof info) > 0) continue;
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
    if (WIFSTOPPED(status)) pass(portal, pid, status);
    if (WIFSTOPPED(status) || pid != portal->program) continue;
    struct evm_message message;
    memset(&message, 0, sizeof message);
    message.kind = EVM_DONE;
    message.status = status;
    kill(-1, SIGKILL);
    while (waitpid(-1, NULL, __WALL) > 0 || errno == EINTR) continue;
    getrusage(RUSAGE_CHILDREN, &message.as.rusage);
    if (portal->spec->sealed) evm_sealed_flush();
    evm_message_send(portal->socket, &message, -1);
    _exit(0);
  }
}

/*
 * They stop for their tracer, which no SIGCONT undoes: each that runs now, and each that one of them starts, at its
 * birth. The signal is for those that the kernel lets nobody trace.
 */
static void pause_all(struct portal *portal) {
  portal->paused = true;
  kill(-1, SIGSTOP);
  evm_crash_stop_all();
}

static void resume_all(struct portal *portal) {
  portal->paused = false;
  kill(-1, SIGCONT);
  for (size_t i = 0; i < portal->held_count; i++) pass(portal, portal->held[i].pid, portal->held[i].status);
  portal->held_count = 0;
}

static void obey(struct portal *portal) {
  struct evm_message message;
  int descriptor;
  int got = evm_message_receive(portal->socket, &message, &descriptor);
  if (got <= 0) _exit(125); /* the lifeline is lost: leaving ends everything inside */
  if (descriptor >= 0) close(descriptor);
  portal->heard_ms = evm_awake_ms();
  switch (message.kind) {
    case EVM_PAUSE: pause_all(portal); break;
    case EVM_RESUME: resume_all(portal); break;
    case EVM_TERMINATE: kill(portal->program, SIGTERM); break;
    case EVM_KILL: kill(-1, SIGKILL); break;
    default: break; /* EVM_BEAT */
  }
}

/* Stopped in the middle of its work, it has not yet read what came meanwhile: only silence now counts. */
static void last_look(struct portal *portal) {
  struct pollfd last = {portal->socket, POLLIN, 0};
  if (poll(&last, 1, EVM_STOPPED_MS) <= 0) _exit(125);
  obey(portal);
}

static void report_usage(struct portal *portal) {
  int64_t begin = evm_awake_ms();
  bool walk = begin >= portal->next_walk_ms;
  evm_usage_measure(portal->spec, walk, &portal->usage);
  if (!portal->paused) evm_crash_tick();
  struct evm_message message;
  memset(&message, 0, sizeof message);
  message.kind = EVM_USAGE;
  message.as.usage = portal->usage;
  if (evm_message_send(portal->socket, &message, -1) != 0) _exit(125);
  int64_t end = evm_awake_ms();
  int64_t pause = (end - begin) * COST_DIVISOR;
  portal->next_usage_ms = end + (pause > EVM_BEAT_MS ? pause : EVM_BEAT_MS);
  if (portal->next_usage_ms > end + EVM_SILENCE_MS / 3) portal->next_usage_ms = end + EVM_SILENCE_MS / 3;
  if (walk) portal->next_walk_ms = end + (pause > WALK_MS ? pause : WALK_MS);
}

void evm_portal_run(const struct evm_spec *spec, int socket) {
  fail_socket = socket;
  evm_fail_set(fail_to_launcher);
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) evm_fail_errno("tie the portal to the launcher");
  uid_t uid = spec->uid;
  gid_t gid = spec->gid;
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  struct portal portal = {.spec = spec, .socket = socket};
  build(spec, uid, gid);
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  portal.signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  if (portal.signals < 0) evm_fail_errno("watch for ended processes");
  if (evm_message_signal(socket, EVM_READY) != 0) _exit(125);
  wait_for_go(&portal);
  start_program(&portal);

  int64_t woken = evm_awake_ms();
  portal.heard_ms = woken;
  portal.next_usage_ms = woken + EVM_BEAT_MS;
  for (;;) {
    struct pollfd fds[] = {{portal.signals, POLLIN, 0}, {socket, POLLIN, 0}};
    int64_t wait = portal.next_usage_ms - evm_awake_ms();
    if (wait < 0) wait = 0;
    if (poll(fds, 2, (int)wait) < 0 && errno != EINTR) _exit(125);
    int64_t now = evm_awake_ms();
    if (now - woken - wait > EVM_STOPPED_MS) portal.heard_ms += now - woken - wait;
    woken = now;
    if (fds[0].revents != 0) reap(&portal);
    if (fds[1].revents != 0) obey(&portal);
    if (!portal.paused && evm_awake_ms() - portal.heard_ms > EVM_SILENCE_MS) last_look(&portal);
    if (evm_awake_ms() >= portal.next_usage_ms) report_usage(&portal);
  }
}
