/*
 * Keeps one terminal: a pty with a shell in it, and the last SCROLLBACK bytes it wrote, for as long
 * as the shell lives, whoever looks. Viewers connect to the listening Unix socket on descriptor 3.
 *
 *   viewer → keeper   frames: kind (1 byte), length (2 bytes, big-endian), body
 *                     'i' input, any bytes · 'r' columns and rows, 2 bytes each, big-endian
 *   keeper → viewer   first the kept bytes, then what the terminal writes, as it is
 *
 * Runs inside the envelope as the terminal's owner; one thread, poll(2). Bounded: MAX_VIEWERS, each
 * with BACKLOG bytes waiting; who falls further behind is cut and gets the kept bytes when it comes
 * again. While the shell does not read, input is not taken from the sockets. Ends with the shell.
 *
 *   term-keeper COLUMNS ROWS PROGRAM [ARGUMENT…]
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  LISTENER = 3,
  MAX_VIEWERS = 16,
  SCROLLBACK = 256 << 10,
  BACKLOG = 1 << 20,
  INPUT = 64 << 10,
  HEADER = 3,
};

struct viewer {
  int fd; /* -1: free */
  uint8_t in[HEADER + 65535];
  size_t in_len;
  uint8_t *out; /* BACKLOG bytes while something waits, else NULL */
  size_t out_len;
};

static struct viewer viewers[MAX_VIEWERS];
static uint8_t kept[SCROLLBACK];
static size_t kept_end;  /* where the next byte goes */
static bool kept_full;   /* the buffer has gone round */
static uint8_t input[INPUT];
static size_t input_len;
static int master = -1;

static void cut(struct viewer *v) {
  close(v->fd);
  free(v->out);
  v->fd = -1;
  v->out = NULL;
  v->out_len = 0;
  v->in_len = 0;
}

/* Sends what it can at once and keeps the rest; cuts a viewer that is too far behind or gone. */
static void send_to(struct viewer *v, const uint8_t *bytes, size_t len) {
  if (v->out_len == 0) {
    ssize_t n = send(v->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
      cut(v);
      return;
    }
    size_t sent = n > 0 ? (size_t)n : 0;
    bytes += sent;
    len -= sent;
  }
  if (len == 0) return;
  if (v->out == NULL) v->out = malloc(BACKLOG);
  if (v->out == NULL || v->out_len + len > BACKLOG) {
    cut(v);
    return;
  }
  memcpy(v->out + v->out_len, bytes, len);
  v->out_len += len;
}

static void flush(struct viewer *v) {
  ssize_t n = send(v->fd, v->out, v->out_len, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n < 0) {
    if (errno != EAGAIN && errno != EINTR) cut(v);
    return;
  }
  v->out_len -= (size_t)n;
  memmove(v->out, v->out + n, v->out_len);
  if (v->out_len == 0) {
    free(v->out);
    v->out = NULL;
  }
}

static void keep(const uint8_t *bytes, size_t len) {
  for (size_t i = 0; i < len; i++) {
    kept[kept_end++] = bytes[i];
    if (kept_end == SCROLLBACK) {
      kept_end = 0;
      kept_full = true;
    }
  }
}

/* Kept bytes begin after a line end once the buffer has gone round, so that no half of an escape
 * sequence or of a letter is shown. */
static void greet(struct viewer *v) {
  size_t start = 0, first = 0;
  if (kept_full) {
    start = kept_end;
    while (first < SCROLLBACK / 2 && kept[(start + first) % SCROLLBACK] != '\n') first++;
    start = (start + first + 1) % SCROLLBACK;
  }
  if (kept_full && start > kept_end) {
    send_to(v, kept + start, SCROLLBACK - start);
    start = 0;
  }
  if (v->fd >= 0 && kept_end > start) send_to(v, kept + start, kept_end - start);
}

static void welcome(void) {
  int fd = accept4(LISTENER, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  for (int i = 0; i < MAX_VIEWERS; i++) {
    if (viewers[i].fd < 0) {
      viewers[i].fd = fd;
      greet(&viewers[i]);
      return;
    }
  }
  static const char full[] = "\r\n[16 windows show this terminal already; close one]\r\n";
  (void)!send(fd, full, sizeof full - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  close(fd);
}

static unsigned be16(const uint8_t *p) { return (unsigned)p[0] << 8 | p[1]; }

static void resize(const uint8_t *body) {
  unsigned columns = be16(body), rows = be16(body + 2);
  if (columns < 2 || columns > 1000 || rows < 1 || rows > 1000) return;
  struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
  ioctl(master, TIOCSWINSZ, &size);
}

/* Takes whole frames off a viewer's bytes, while there is room for their input. */
static void take_frames(struct viewer *v) {
  size_t at = 0;
  while (v->in_len - at >= HEADER) {
    const uint8_t *frame = v->in + at;
    size_t body = be16(frame + 1);
    if (v->in_len - at < HEADER + body) break;
    if (frame[0] == 'i') {
      if (body > INPUT - input_len) break; /* the shell does not read: wait */
      memcpy(input + input_len, frame + HEADER, body);
      input_len += body;
    } else if (frame[0] == 'r' && body == 4) {
      resize(frame + HEADER);
    } else {
      cut(v);
      return;
    }
    at += HEADER + body;
  }
  v->in_len -= at;
  memmove(v->in, v->in + at, v->in_len);
}

static void listen_to(struct viewer *v) {
  ssize_t n = recv(v->fd, v->in + v->in_len, sizeof v->in - v->in_len, MSG_DONTWAIT);
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
    cut(v);
    return;
  }
  if (n > 0) v->in_len += (size_t)n;
  take_frames(v);
}

static void feed_shell(void) {
  ssize_t n = write(master, input, input_len);
  if (n <= 0) return;
  input_len -= (size_t)n;
  memmove(input, input + n, input_len);
  for (int i = 0; i < MAX_VIEWERS; i++)
    if (viewers[i].fd >= 0) take_frames(&viewers[i]);
}

/* Returns false once the shell is gone. */
static bool hear_shell(void) {
  uint8_t bytes[16384];
  ssize_t n = read(master, bytes, sizeof bytes);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (n <= 0) return false; /* EIO: every process has closed the terminal */
  keep(bytes, (size_t)n);
  for (int i = 0; i < MAX_VIEWERS; i++)
    if (viewers[i].fd >= 0) send_to(&viewers[i], bytes, (size_t)n);
  return true;
}

static void serve(void) {
  for (;;) {
    struct pollfd p[2 + MAX_VIEWERS];
    p[0] = (struct pollfd){.fd = LISTENER, .events = POLLIN};
    p[1] = (struct pollfd){.fd = master, .events = (short)(POLLIN | (input_len > 0 ? POLLOUT : 0))};
    for (int i = 0; i < MAX_VIEWERS; i++) {
      struct viewer *v = &viewers[i];
      bool room = v->in_len < sizeof v->in && input_len < INPUT;
      p[2 + i] = (struct pollfd){
          .fd = v->fd,
          .events = (short)((room ? POLLIN : 0) | (v->out_len > 0 ? POLLOUT : 0))};
    }
    if (poll(p, 2 + MAX_VIEWERS, -1) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    if (p[1].revents & POLLOUT) feed_shell();
    if ((p[1].revents & (POLLIN | POLLHUP | POLLERR)) && !hear_shell()) return;
    for (int i = 0; i < MAX_VIEWERS; i++) {
      struct viewer *v = &viewers[i];
      if (v->fd >= 0 && v->fd == p[2 + i].fd && (p[2 + i].revents & POLLOUT)) flush(v);
      if (v->fd >= 0 && v->fd == p[2 + i].fd && (p[2 + i].revents & (POLLIN | POLLHUP | POLLERR)))
        listen_to(v);
    }
    if (p[0].revents & POLLIN) welcome();
  }
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: term-keeper COLUMNS ROWS PROGRAM [ARGUMENT...]\n");
    return 2;
  }
  struct winsize size = {.ws_col = (unsigned short)atoi(argv[1]),
                         .ws_row = (unsigned short)atoi(argv[2])};
  for (int i = 0; i < MAX_VIEWERS; i++) viewers[i].fd = -1;
  fcntl(LISTENER, F_SETFD, FD_CLOEXEC);
  pid_t shell = forkpty(&master, NULL, NULL, &size);
  if (shell < 0) {
    perror("term-keeper: no terminal");
    return 1;
  }
  if (shell == 0) {
    execvp(argv[3], argv + 3);
    fprintf(stderr, "%s: %s\n", argv[3], strerror(errno));
    _exit(127);
  }
  fcntl(master, F_SETFD, FD_CLOEXEC);
  fcntl(master, F_SETFL, O_NONBLOCK);
  serve();
  int status = 0;
  waitpid(shell, &status, WNOHANG);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
