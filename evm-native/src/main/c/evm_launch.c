/*
 * One thread, one poll loop over: the portal's messages, the filter's refused calls, the controller's
 * commands, and signals. Whatever ends first, everything inside ends with it, and the report is last.
 */
#define _GNU_SOURCE
#include "evm_launch.h"

#include <errno.h>
#include <linux/seccomp.h>
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
#include <unistd.h>

#include "evm_calls.h"
#include "evm_cgroup.h"
#include "evm_message.h"
#include "evm_program.h"
#include "evm_reach.h"
#include "evm_report.h"
#include "evm_sealed.h"
#include "evm_start.h"
#include "evm_swap.h"
#include "evm_util.h"

/* How long a killed sandbox may take to say DONE before its portal is killed. */
#define KILL_GRACE_MS 3000
/* Samples in a row at the limit on processes that mean a fork bomb rather than a busy moment. */
#define FORK_BOMB_SAMPLES 2
#define USAGE_EVENT_MS 1000
/* Paged out at each beat of a pause: a gigabyte in a quarter of a minute, and never long in one go. */
#define PAGE_OUT_BYTES (16LL << 20)
#define PAGE_OUT_AGAIN_MS 10000 /* after a try that freed nothing */

struct launch {
  const struct evm_spec *spec;
  struct evm_channels channels;
  struct evm_cgroup group;
  bool inside;   /* the portal was born in the group */
  bool vanished; /* the portal ended without DONE */
  pid_t portal;
  int socket;
  int listener; /* of the seccomp filter; -1 before and after */
  int signals;
  struct evm_sealed seal;
  struct evm_carrier carrier;
  bool stands, ready, born, ended, killing, decided;
  int64_t page_out_ms; /* not before */
  int64_t begin_us, kill_ms, heard_ms, commanded_ms, beat_ms, usage_event_ms;
  int64_t go_ms, pause_ms, paused_ms; /* pause_ms: since when, 0: runs */
  int full_samples;
  char command[128];
  size_t command_length;
  struct evm_result result;
};

/* The first cause wins: what follows from a kill is not another cause. */
static void decide(struct launch *l, enum evm_outcome outcome, const char *limit, const char *reason) {
  if (l->decided) return;
  l->decided = true;
  l->result.outcome = outcome;
  l->result.limit = limit;
  evm_format(l->result.reason, sizeof l->result.reason, "%s", reason);
}

static void kill_all(struct launch *l) {
  if (l->killing) return;
  l->killing = true;
  l->kill_ms = evm_awake_ms();
  if (!l->ready || evm_message_signal(l->socket, EVM_KILL) != 0) kill(l->portal, SIGKILL);
}

static void stop_at_limit(struct launch *l, const char *limit, const char *what, int64_t value, int64_t most) {
  char reason[EVM_REASON_MAX];
  evm_format(reason, sizeof reason, "%s %lld of %lld allowed by %s", what, (long long)value, (long long)most, limit);
  decide(l, EVM_LIMIT, limit, reason);
  kill_all(l);
}

/* Version 1 of control groups kills one process, not the group: the rest may go on, and even end well. */
static void stop_out_of_memory(struct launch *l) {
  if (evm_cgroup_oom_kills(&l->group) == 0) return;
  int64_t most = l->spec->limits.memory_bytes;
  stop_at_limit(l, "memory-bytes", "ran out of bytes of memory:", most, most);
}

static void keep_peak(struct evm_usage *peak, const struct evm_usage *now) {
  if (now->cpu_us > peak->cpu_us) peak->cpu_us = now->cpu_us;
  if (now->memory_bytes > peak->memory_bytes) peak->memory_bytes = now->memory_bytes;
  if (now->processes > peak->processes) peak->processes = now->processes;
  if (now->disk_bytes > peak->disk_bytes) peak->disk_bytes = now->disk_bytes;
  if (now->disk_files > peak->disk_files) peak->disk_files = now->disk_files;
}

static void check_usage(struct launch *l, const struct evm_usage *usage) {
  const struct evm_limits *limits = &l->spec->limits;
  keep_peak(&l->result.peak, usage);
  if (limits->cpu_ms > 0 && usage->cpu_us / 1000 > limits->cpu_ms) {
    stop_at_limit(l, "cpu-ms", "used CPU milliseconds:", usage->cpu_us / 1000, limits->cpu_ms);
  }
  if (limits->memory_bytes > 0 && usage->memory_bytes > limits->memory_bytes) {
    stop_at_limit(l, "memory-bytes", "used bytes of memory:", usage->memory_bytes, limits->memory_bytes);
  }
  stop_out_of_memory(l);
  if (limits->disk_bytes > 0 && usage->disk_bytes > limits->disk_bytes) {
    stop_at_limit(l, "disk-bytes", "wrote bytes of files:", usage->disk_bytes, limits->disk_bytes);
  }
  if (usage->disk_files > limits->disk_files) {
    stop_at_limit(l, "disk-files", "made files:", usage->disk_files, limits->disk_files);
  }
  if (usage->disk_too_deep != 0) stop_at_limit(l, "disk-files", "nested folders deeper than", 128, 128);
  if (usage->disk_free_bytes >= 0 && usage->disk_free_bytes < limits->disk_reserve_bytes) {
    stop_at_limit(l, "disk-reserve-bytes", "left free on the disk, bytes:", usage->disk_free_bytes,
                  limits->disk_reserve_bytes);
  }
  l->full_samples = usage->processes >= limits->processes ? l->full_samples + 1 : 0;
  if (l->full_samples >= FORK_BOMB_SAMPLES) {
    stop_at_limit(l, "processes", "ran processes and threads:", usage->processes, limits->processes);
  }
  int64_t now = evm_awake_ms();
  if (now >= l->usage_event_ms) {
    l->usage_event_ms = now + USAGE_EVENT_MS;
    evm_report_usage(l->channels.report, usage);
  }
}

/* The program may go when the sandbox stands and, if scratch is sealed, its index was found good. */
static void go_when_ready(struct launch *l) {
  if (l->ready || !l->stands || (l->spec->sealed && !l->seal.loaded)) return;
  if (evm_carrier_start(&l->carrier, l->spec) != 0) {
    char reason[EVM_REASON_MAX];
    evm_format(reason, sizeof reason, "start the process that carries its connections: %s", strerror(errno));
    decide(l, EVM_REFUSED, "", reason);
    kill_all(l);
    return;
  }
  l->ready = true;
  evm_report_ready(l->channels.report, l->portal, evm_landlock_abi(), l->group.version, l->group.reason,
                   l->spec->jit);
  l->begin_us = evm_now_us();
  l->go_ms = evm_now_ms();
  evm_message_signal(l->socket, EVM_GO);
}

static void on_message(struct launch *l) {
  struct evm_message message;
  int descriptor;
  int got = evm_message_receive(l->socket, &message, &descriptor);
  if (got == 1 && message.kind == EVM_FUSE && descriptor >= 0) evm_sealed_hand_over(&l->seal, descriptor, l->portal);
  if (got == 1 && message.kind == EVM_PORT && descriptor >= 0) {
    evm_carrier_take(&l->carrier, l->spec, message.status, descriptor);
    descriptor = -1;
  }
  if (descriptor >= 0 && (got != 1 || message.kind != EVM_LISTENER || l->listener >= 0)) close(descriptor);
  if (got < 0 && errno == EPROTO) return;
  if (got <= 0) {
    l->ended = l->vanished = true; /* the portal is gone: without DONE, killed from outside */
    decide(l, EVM_KILLED, "", "the sandbox was ended from outside");
    return;
  }
  l->heard_ms = evm_awake_ms();
  switch (message.kind) {
    case EVM_READY:
      l->stands = true;
      go_when_ready(l);
      break;
    case EVM_LISTENER:
      if (l->listener < 0) l->listener = descriptor;
      break;
    case EVM_FAILED:
      message.as.text[sizeof message.as.text - 1] = '\0';
      decide(l, EVM_REFUSED, "", message.as.text);
      break;
    case EVM_CRASH:
      message.as.text[sizeof message.as.text - 1] = '\0';
      evm_format(l->result.crash, sizeof l->result.crash, "%s", message.as.text);
      break;
    case EVM_USAGE: check_usage(l, &message.as.usage); break;
    case EVM_DONE:
      l->ended = true;
      l->result.status = message.status;
      l->result.rusage = message.as.rusage;
      decide(l, WIFEXITED(message.status) ? EVM_EXITED : EVM_SIGNALED, "", "");
      break;
    default: break;
  }
}

/*
 * The program's process says it is about to execute, and waits: here it is moved into the groups, so
 * that its first child is in them too. The portal stays outside, unless a spare launcher had it born there.
 */
static void register_program(struct launch *l, pid_t pid) {
  l->born = true;
  if (l->inside || evm_cgroup_join(&l->group, pid) == 0) return;
  char reason[EVM_REASON_MAX];
  evm_format(reason, sizeof reason, "move the program into its control group: %s", strerror(errno));
  decide(l, EVM_REFUSED, "", reason);
  kill_all(l);
}

/* Answers one refused call: an errno, never "continue", so pointers are never looked at twice. */
static void on_refused_call(struct launch *l) {
  struct seccomp_notif call;
  memset(&call, 0, sizeof call);
  if (ioctl(l->listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) {
    if (errno == ENOENT || errno == EINTR || errno == EAGAIN) return; /* the caller was killed meanwhile */
    close(l->listener);
    l->listener = -1;
    return;
  }
  struct seccomp_notif_resp answer = {.id = call.id};
  if (call.data.nr == EVM_CALL_BORN && !l->born) {
    register_program(l, (pid_t)call.pid);
    ioctl(l->listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    return;
  }
  char words[EVM_WORDS_MAX];
  answer.error = -evm_call_explain(&call.data, words, sizeof words);
  evm_refusals_add(&l->result.refusals, words, !evm_call_falls_back(&call.data));
  ioctl(l->listener, SECCOMP_IOCTL_NOTIF_SEND, &answer); /* ENOENT: killed meanwhile */
}

static void pause_program(struct launch *l) {
  if (l->pause_ms != 0 || !l->ready) return;
  l->pause_ms = evm_now_ms();
  evm_message_signal(l->socket, EVM_PAUSE);
}

static void resume_program(struct launch *l) {
  if (l->pause_ms == 0) return;
  l->paused_ms += evm_now_ms() - l->pause_ms;
  l->pause_ms = 0;
  evm_message_signal(l->socket, EVM_RESUME);
}

static void obey(struct launch *l, const char *command) {
  if (strcmp(command, "beat") == 0) return;
  if (strcmp(command, "pause") == 0) {
    pause_program(l);
  } else if (strcmp(command, "resume") == 0) {
    resume_program(l);
  } else if (strcmp(command, "terminate") == 0) {
    resume_program(l); /* a stopped program cannot tidy up */
    evm_message_signal(l->socket, EVM_TERMINATE);
  } else {
    decide(l, EVM_KILLED, "", strcmp(command, "kill") == 0 ? "killed by the controller"
                                                          : "the controller sent an unknown command");
    kill_all(l);
  }
}

static void on_commands(struct launch *l) {
  ssize_t got = read(l->channels.commands, l->command + l->command_length,
                     sizeof l->command - 1 - l->command_length);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (got <= 0) {
    l->channels.commands = -1;
    decide(l, EVM_LIFELINE, "", "the controller is gone");
    kill_all(l);
    return;
  }
  l->commanded_ms = evm_awake_ms();
  l->command_length += (size_t)got;
  for (size_t i = 0; i < l->command_length; i++) {
    if (l->command[i] == '\0') l->command[i] = '?'; /* no line may hide behind a zero */
  }
  l->command[l->command_length] = '\0';
  char *rest = l->command;
  char *end;
  while ((end = strchr(rest, '\n')) != NULL) {
    *end = '\0';
    obey(l, rest);
    rest = end + 1;
  }
  l->command_length = strlen(rest);
  memmove(l->command, rest, l->command_length + 1);
  if (l->command_length + 1 == sizeof l->command) obey(l, "too long");
}

static void on_signal(struct launch *l) {
  struct signalfd_siginfo info;
  while (read(l->signals, &info, sizeof info) == (ssize_t)sizeof info) {
    if (info.ssi_signo == SIGCHLD) continue; /* the socket says it too */
    decide(l, EVM_KILLED, "", "the launcher was asked to end by a signal");
    kill_all(l);
  }
}

/* The owner is back and wants memory: a paused program's goes where nobody can read it, or stays. */
static void make_room(struct launch *l) {
  int64_t now = evm_awake_ms();
  if (l->pause_ms == 0 || l->killing || now < l->page_out_ms) return;
  if (!evm_memory_is_short("") || !evm_swap_is_private("")) return;
  if (!evm_cgroup_page_out(&l->group, PAGE_OUT_BYTES)) l->page_out_ms = now + PAGE_OUT_AGAIN_MS;
}

static void on_time(struct launch *l) {
  int64_t now = evm_awake_ms();
  if (now >= l->beat_ms) {
    l->beat_ms = now + EVM_BEAT_MS;
    if (l->ready) evm_message_signal(l->socket, EVM_BEAT);
    make_room(l);
  }
  int64_t paused = l->paused_ms + (l->pause_ms != 0 ? evm_now_ms() - l->pause_ms : 0);
  int64_t ran = l->ready ? evm_now_ms() - l->go_ms - paused : 0;
  if (l->spec->limits.wall_ms > 0 && ran > l->spec->limits.wall_ms) {
    stop_at_limit(l, "wall-ms", "ran milliseconds:", ran, l->spec->limits.wall_ms);
  }
  if (l->spec->heartbeat_ms > 0 && l->channels.commands >= 0 && now - l->commanded_ms > l->spec->heartbeat_ms) {
    decide(l, EVM_LIFELINE, "", "the controller was silent for longer than its heartbeat");
    kill_all(l);
  }
  if (now - l->heard_ms > EVM_SILENCE_MS) {
    decide(l, EVM_KILLED, "", "the portal was silent");
    kill(l->portal, SIGKILL);
  }
  if (l->killing && now - l->kill_ms > KILL_GRACE_MS) kill(l->portal, SIGKILL);
}

static int next_timeout(const struct launch *l) {
  int64_t wait = l->beat_ms - evm_awake_ms();
  if (l->spec->limits.wall_ms > 0 && l->ready) {
    int64_t left = l->go_ms + l->paused_ms + l->spec->limits.wall_ms + 1 - evm_now_ms();
    if (l->pause_ms == 0 && left < wait) wait = left;
  }
  return wait < 0 ? 0 : (int)wait;
}

/* What evm-seal says ends the run: the scratch was altered, the disk is full, or it is gone itself. */
static void on_seal(struct launch *l) {
  char reason[EVM_REASON_MAX];
  switch (evm_sealed_listen(&l->seal, reason)) {
    case EVM_SEALED_LOADED: go_when_ready(l); return;
    case EVM_SEALED_SAVED: return; /* the mount is gone, so the portal is, which its own socket says */
    case EVM_SEALED_ALTERED: decide(l, EVM_ALTERED, "", reason); break;
    case EVM_SEALED_FAILED: decide(l, l->ready ? EVM_KILLED : EVM_REFUSED, "", reason); break;
  }
  kill_all(l);
}

/* Results count only when their index is written. */
static void finish_seal(struct launch *l) {
  bool altered = l->decided && l->result.outcome == EVM_ALTERED;
  bool ran = l->result.outcome == EVM_EXITED || l->result.outcome == EVM_SIGNALED;
  char reason[EVM_REASON_MAX];
  enum evm_sealed_end end = evm_sealed_finish(&l->seal, altered, reason);
  if (altered || end == EVM_SEALED_SAVED) return;
  if (ran || end == EVM_SEALED_ALTERED) l->decided = false;
  decide(l, end == EVM_SEALED_ALTERED ? EVM_ALTERED : EVM_KILLED, "", reason);
}

/* Time that this process itself was stopped is nobody's silence, and not the program's, which was stopped with it. */
static void forgive(struct launch *l, int64_t late_ms) {
  if (late_ms <= EVM_STOPPED_MS) return;
  l->heard_ms += late_ms;
  l->commanded_ms += late_ms;
  if (l->killing) l->kill_ms += late_ms;
  if (l->ready && l->pause_ms == 0) l->paused_ms += late_ms;
}

static void watch(struct launch *l) {
  int64_t woken_ms = evm_awake_ms();
  l->heard_ms = l->commanded_ms = l->beat_ms = woken_ms;
  while (!l->ended) {
    struct pollfd fds[] = {{l->socket, POLLIN, 0},
                           {l->listener, POLLIN, 0},
                           {l->channels.commands, POLLIN, 0},
                           {l->signals, POLLIN, 0},
                           {l->seal.socket, POLLIN, 0}};
    int wait = next_timeout(l);
    if (poll(fds, 5, wait) < 0 && errno != EINTR) evm_fail_errno("wait for events");
    int64_t now = evm_awake_ms();
    forgive(l, now - woken_ms - wait); /* since it last woke: it may be stopped on its way to poll, too */
    woken_ms = now;
    if ((fds[1].revents & POLLIN) != 0) on_refused_call(l);
    if ((fds[1].revents & (POLLHUP | POLLERR)) != 0 && (fds[1].revents & POLLIN) == 0) {
      close(l->listener);
      l->listener = -1;
    }
    if (fds[2].revents != 0) on_commands(l);
    if (fds[3].revents != 0) on_signal(l);
    if (fds[0].revents != 0) on_message(l);
    if (fds[4].revents != 0 && !l->ended) on_seal(l);
    on_time(l);
  }
}

static void open_signals(struct launch *l) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_DFL);
  if (sigprocmask(SIG_SETMASK, &set, NULL) != 0) evm_fail_errno("block signals");
  l->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (l->signals < 0) evm_fail_errno("watch for signals");
}

/* What the last look missed: an out-of-memory kill is what happened, also if the program ended by itself since. */
static void blame_group(struct launch *l) {
  bool ran = l->result.outcome == EVM_EXITED || l->result.outcome == EVM_SIGNALED;
  if (!ran && !(l->vanished && l->result.outcome == EVM_KILLED)) return;
  if (!ran && evm_cgroup_oom_kills(&l->group) == 0) return;
  l->decided = false;
  l->killing = true; /* nothing is left to kill */
  stop_out_of_memory(l);
}

static void start_portal(struct launch *l, struct evm_spec *spec, struct evm_spare *spare) {
  if (spare != NULL) {
    l->socket = spare->socket;
    l->portal = evm_spare_start(spare);
    return;
  }
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) evm_fail_errno("make a socket pair");
  l->socket = pair[0];
  l->portal = evm_start_portal(spec, pair[1]);
  close(pair[1]);
}

static int exit_code(const struct evm_result *result) {
  switch (result->outcome) {
    case EVM_EXITED: return WEXITSTATUS(result->status);
    case EVM_SIGNALED: return 128 + WTERMSIG(result->status);
    case EVM_LIMIT: return 124;
    case EVM_KILLED:
    case EVM_LIFELINE: return 137;
    case EVM_ALTERED: return 123;
    case EVM_REFUSED: return 125;
  }
  return 125;
}

int evm_launch(struct evm_spec *spec, struct evm_channels channels, struct evm_spare *spare) {
  evm_start_choose_account(spec);
  if (spare == NULL) evm_start_open_output(spec);
  struct launch l = {.spec = spec, .channels = channels, .listener = -1};
  l.result.limit = "";
  open_signals(&l);
  if (spare != NULL) {
    l.group = spare->group;
    l.inside = spec->grouped = true;
    if (evm_cgroup_limit(&l.group, &spec->limits, 1) != 0) evm_fail_errno("set limits in %.100s", l.group.dirs[0]);
  } else if (geteuid() == 0 && spec->cgroup) {
    evm_cgroup_sweep();
    evm_cgroup_make(&l.group, &spec->limits);
    spec->grouped = l.group.version > 0;
  } else {
    evm_format(l.group.reason, sizeof l.group.reason, "%s",
               spec->cgroup ? "only root makes control groups" : "--no-cgroup");
  }
  l.seal.socket = -1;
  if (spec->sealed) evm_sealed_start(&l.seal, spec);
  start_portal(&l, spec, spare);
  if (l.portal < 0) {
    evm_cgroup_remove(&l.group);
    return 125;
  }
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);

  watch(&l);
  while (waitpid(l.portal, NULL, 0) < 0 && errno == EINTR) continue;
  evm_carrier_end(&l.carrier, l.result.outcome != EVM_EXITED && l.result.outcome != EVM_SIGNALED);
  if (spec->sealed) finish_seal(&l);
  if (l.begin_us != 0) l.result.wall_us = evm_now_us() - l.begin_us;
  if (l.pause_ms != 0) l.paused_ms += evm_now_ms() - l.pause_ms;
  l.result.paused_us = l.paused_ms * 1000;
  blame_group(&l);
  evm_cgroup_remove(&l.group);
  evm_report_result(channels.report, &l.result, spec, l.carrier.reached);
  if (l.result.reason[0] != '\0' && !channels.quiet) dprintf(2, "evm-run: %s\n", l.result.reason);
  return exit_code(&l.result);
}
