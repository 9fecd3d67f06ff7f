/*
 * One connection: the program connects to 127.0.1.HOST → accept on the passed listener → connect to the
 * address outside → two pipes of bytes, each with one buffer that must be empty before more is read.
 * One thread, one poll loop, nothing here reads what the bytes say.
 */
#define _GNU_SOURCE
#include "evm_reach.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "evm_message.h"
#include "evm_spec.h"
#include "evm_start.h"
#include "evm_sys.h"
#include "evm_util.h"

#define BUFFER (64 * 1024)
#define DRAIN_LOOK_MS 5

void evm_reach_listen(const struct evm_spec *spec, int socket_out) {
  for (size_t i = 0; i < spec->reach_count; i++) {
    const struct evm_reach *entry = &spec->reach[i];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_in here;
    memset(&here, 0, sizeof here);
    here.sin_family = AF_INET;
    here.sin_port = htons((uint16_t)entry->port);
    here.sin_addr.s_addr = htonl(0x7f000100U + (uint32_t)entry->host);
    if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof here) != 0 || listen(fd, EVM_REACH_CONNECTIONS) != 0) {
      evm_fail_errno("listen for %.200s:%d inside", entry->name, entry->port);
    }
    struct evm_message message;
    memset(&message, 0, sizeof message);
    message.kind = EVM_PORT;
    message.status = (int32_t)i;
    if (evm_message_send(socket_out, &message, fd) != 0) _exit(125);
    close(fd);
  }
}

/* One way of a connection: what was read from one end and not yet written to the other. */
struct way {
  unsigned char *bytes; /* BUFFER of them */
  size_t begin, end;
  bool closed; /* the end it is read from has no more */
  bool shut;   /* and the other was told */
  bool lost;   /* nobody takes it at the other end: it is read and thrown away */
};

struct connection {
  int inside, outside; /* inside: -1 when the place is free */
  bool connected;
  struct evm_reached *reached;
  struct way out, in; /* out: from the program */
};

static struct connection connections[EVM_REACH_CONNECTIONS];

static void drop(struct connection *c, bool reset) {
  struct linger at_once = {1, 0};
  if (reset) setsockopt(c->inside, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(c->inside);
  if (c->outside >= 0) close(c->outside);
  free(c->out.bytes);
  free(c->in.bytes);
  memset(c, 0, sizeof *c);
  c->inside = -1;
}

static struct connection *free_place(void) {
  for (size_t i = 0; i < EVM_REACH_CONNECTIONS; i++) {
    if (connections[i].inside < 0) return &connections[i];
  }
  return NULL;
}

/* Returns false when nobody waits there, or no place is free. */
static bool take_connection(int listener, const struct evm_reach *entry, struct evm_reached *reached) {
  struct connection *c = free_place();
  if (c == NULL) return false;
  int inside = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (inside < 0) return false;
  reached->connections++;
  memset(c, 0, sizeof *c);
  c->inside = inside;
  c->reached = reached;
  c->out.bytes = malloc(BUFFER);
  c->in.bytes = malloc(BUFFER);
  c->outside = socket(entry->address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  socklen_t length = entry->address.any.sa_family == AF_INET ? sizeof entry->address.v4 : sizeof entry->address.v6;
  if (c->out.bytes == NULL || c->in.bytes == NULL || c->outside < 0 ||
      (connect(c->outside, &entry->address.any, length) != 0 && errno != EINPROGRESS)) {
    reached->failed++;
    drop(c, true);
  }
  return true;
}

/* The program is gone: a connection has done its work when the other side has all of its words. */
static void drop_delivered(void) {
  for (size_t i = 0; i < EVM_REACH_CONNECTIONS; i++) {
    struct connection *c = &connections[i];
    int queued;
    if (c->inside >= 0 && c->out.shut && ioctl(c->outside, SIOCOUTQ, &queued) == 0 && queued == 0) drop(c, false);
  }
}

/* Returns false when the connection is broken. */
static bool fill(struct way *way, int from) {
  if (way->closed || way->begin < way->end) return true;
  ssize_t got = read(from, way->bytes, BUFFER);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  way->closed = got == 0;
  way->begin = 0;
  way->end = (size_t)got;
  return true;
}

static bool empty(struct way *way, int to, int64_t *count) {
  if (way->lost) {
    way->begin = way->end;
    way->shut = way->closed;
    return true;
  }
  while (way->begin < way->end) {
    ssize_t put = send(to, way->bytes + way->begin, way->end - way->begin, MSG_NOSIGNAL);
    if (put < 0) return errno == EAGAIN || errno == EINTR;
    way->begin += (size_t)put;
    *count += put;
  }
  if (way->closed && !way->shut) {
    way->shut = true;
    if (shutdown(to, SHUT_WR) != 0) return errno == ENOTCONN;
  }
  return true;
}

static void carry(struct connection *c, short outside) {
  if (!c->connected) {
    if (outside == 0) return;
    int error = 0;
    socklen_t length = sizeof error;
    if (getsockopt(c->outside, SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error != 0) {
      c->reached->failed++;
      drop(c, true);
      return;
    }
    c->connected = true;
  }
  /* the program may end without reading what it is told: what it said before goes out all the same */
  if (!fill(&c->out, c->inside)) c->out.closed = true;
  if (!empty(&c->out, c->outside, &c->reached->sent_bytes) || !fill(&c->in, c->outside)) {
    drop(c, true);
    return;
  }
  if (!empty(&c->in, c->inside, &c->reached->received_bytes)) {
    c->in.lost = true;
    c->in.begin = c->in.end;
  }
  if (c->out.shut && c->in.shut) drop(c, false);
}

static short wanted(const struct way *read_here, const struct way *written_here) {
  short events = 0;
  if (!read_here->closed && read_here->begin == read_here->end) events |= POLLIN;
  if (written_here->begin < written_here->end) events |= POLLOUT;
  return events;
}

/* Places in the list that poll gets: the lifeline, the listeners, then two an open connection. */
static void watch(const struct evm_spec *spec, const struct evm_carrier *carrier, int lifeline) {
  struct pollfd fds[1 + EVM_REACH_MAX + 2 * EVM_REACH_CONNECTIONS];
  int64_t end_ms = 0; /* when draining */
  for (;;) {
    if (end_ms != 0) drop_delivered();
    bool room = end_ms == 0 && free_place() != NULL;
    size_t busy = 0;
    fds[0] = (struct pollfd){end_ms == 0 ? lifeline : -1, POLLIN, 0};
    for (size_t i = 0; i < spec->reach_count; i++) {
      fds[1 + i] = (struct pollfd){room ? carrier->listeners[i] : -1, POLLIN, 0};
    }
    struct pollfd *pairs = fds + 1 + spec->reach_count;
    for (size_t i = 0; i < EVM_REACH_CONNECTIONS; i++) {
      struct connection *c = &connections[i];
      bool open = c->inside >= 0;
      short inside = open && c->connected ? wanted(&c->out, &c->in) : 0;
      short outside = open && c->connected ? wanted(&c->in, &c->out) : POLLOUT;
      /* without anything wanted of an end poll would still tell its hangup, again and again */
      pairs[2 * i] = (struct pollfd){open && inside != 0 ? c->inside : -1, inside, 0};
      pairs[2 * i + 1] = (struct pollfd){open && outside != 0 ? c->outside : -1, outside, 0};
      busy += open;
    }
    int64_t now = evm_awake_ms();
    if (end_ms != 0 && (busy == 0 || now >= end_ms)) return;
    int wait = end_ms == 0 ? -1 : DRAIN_LOOK_MS;
    if (poll(fds, 1 + spec->reach_count + 2 * EVM_REACH_CONNECTIONS, wait) < 0 && errno != EINTR) return;
    for (size_t i = 0; i < EVM_REACH_CONNECTIONS; i++) {
      if (connections[i].inside >= 0 && (pairs[2 * i].revents != 0 || pairs[2 * i + 1].revents != 0)) {
        carry(&connections[i], pairs[2 * i + 1].revents);
      }
    }
    for (size_t i = 0; i < spec->reach_count; i++) {
      if (fds[1 + i].revents != 0) take_connection(carrier->listeners[i], &spec->reach[i], &carrier->reached[i]);
    }
    if (fds[0].revents != 0) {
      /* the program has ended: what waits in the queues is its last words too */
      for (size_t i = 0; i < spec->reach_count; i++) {
        while (take_connection(carrier->listeners[i], &spec->reach[i], &carrier->reached[i])) continue;
      }
      end_ms = evm_awake_ms() + EVM_REACH_DRAIN_MS;
    }
  }
}

static void __attribute__((noreturn)) end_quietly(const char *reason) {
  (void)reason;
  _exit(125);
}

/* Keeps the listeners and the lifeline, at low numbers, and nothing else of the launcher's. */
static void __attribute__((noreturn)) run(struct evm_carrier *carrier, const struct evm_spec *spec, int lifeline,
                                          pid_t launcher) {
  evm_fail_set(end_quietly);
  if (geteuid() == 0) evm_start_become_account(spec);
  /* after the change of account, which clears it */
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != launcher) _exit(125);
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) _exit(125);
  int kept = 1 + (int)spec->reach_count;
  int all[1 + EVM_REACH_MAX];
  for (int i = 0; i < kept; i++) {
    all[i] = fcntl(i == 0 ? lifeline : carrier->listeners[i - 1], F_DUPFD_CLOEXEC, 128);
    if (all[i] < 0) _exit(125);
  }
  for (int i = 0; i < kept; i++) {
    if (dup3(all[i], i, O_CLOEXEC) < 0) _exit(125);
    if (i > 0) carrier->listeners[i - 1] = i;
  }
  if (sys_close_range((unsigned)kept, ~0U, 0) != 0) _exit(125);
  signal(SIGPIPE, SIG_IGN);
  for (size_t i = 0; i < EVM_REACH_CONNECTIONS; i++) connections[i].inside = -1;
  watch(spec, carrier, 0);
  _exit(0);
}

void evm_carrier_take(struct evm_carrier *carrier, const struct evm_spec *spec, int number, int listener) {
  if (number < 0 || (size_t)number >= spec->reach_count || carrier->listeners[number] > 0) {
    close(listener);
  } else {
    carrier->listeners[number] = listener;
  }
}

int evm_carrier_start(struct evm_carrier *carrier, const struct evm_spec *spec) {
  if (spec->reach_count == 0) return 0;
  int pair[2];
  for (size_t i = 0; i < spec->reach_count; i++) {
    if (carrier->listeners[i] <= 0) {
      errno = EBADF;
      return -1;
    }
  }
  size_t size = EVM_REACH_MAX * sizeof *carrier->reached;
  void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED || pipe2(pair, O_CLOEXEC) != 0) return -1;
  carrier->reached = page;
  pid_t launcher = getpid();
  carrier->pid = fork();
  if (carrier->pid == 0) run(carrier, spec, pair[0], launcher);
  int error = errno;
  close(pair[0]);
  carrier->lifeline = pair[1];
  for (size_t i = 0; i < spec->reach_count; i++) close(carrier->listeners[i]);
  errno = error;
  return carrier->pid < 0 ? -1 : 0;
}

void evm_carrier_end(struct evm_carrier *carrier, int at_once) {
  if (carrier->pid <= 0) return;
  if (at_once) kill(carrier->pid, SIGKILL);
  close(carrier->lifeline);
  while (waitpid(carrier->pid, NULL, 0) < 0 && errno == EINTR) continue;
  carrier->pid = 0;
}
