#define _GNU_SOURCE
#include "evm_util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static evm_fail_fn fail_fn;

void evm_fail_set(evm_fail_fn fn) { fail_fn = fn; }

static void __attribute__((noreturn)) fail_with(const char *reason) {
  if (fail_fn != NULL) fail_fn(reason);
  dprintf(2, "evm-run: %s\n", reason);
  _exit(125);
}

size_t evm_vformat(char *out, size_t size, const char *format, va_list args) {
  int wanted = vsnprintf(out, size, format, args);
  if (wanted < 0) {
    out[0] = '\0';
    return 0;
  }
  return (size_t)wanted < size ? (size_t)wanted : size - 1;
}

size_t evm_format(char *out, size_t size, const char *format, ...) {
  va_list args;
  va_start(args, format);
  size_t length = evm_vformat(out, size, format, args);
  va_end(args);
  return length;
}

void evm_fail(const char *format, ...) {
  char reason[EVM_REASON_MAX];
  va_list args;
  va_start(args, format);
  evm_vformat(reason, sizeof reason, format, args);
  va_end(args);
  fail_with(reason);
}

void evm_fail_errno(const char *format, ...) {
  int saved = errno;
  char reason[EVM_REASON_MAX];
  va_list args;
  va_start(args, format);
  size_t length = evm_vformat(reason, sizeof reason, format, args);
  va_end(args);
  evm_format(reason + length, sizeof reason - length, ": %s", strerror(saved));
  fail_with(reason);
}

int evm_write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  size_t length = strlen(text);
  ssize_t written = write(fd, text, length);
  int saved = written < 0 ? errno : EIO;
  close(fd);
  if (written == (ssize_t)length) return 0;
  errno = saved;
  return -1;
}

long evm_read_file(const char *path, char *out, size_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  size_t length = 0;
  while (length + 1 < size) {
    ssize_t got = read(fd, out + length, size - 1 - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      int saved = errno;
      close(fd);
      errno = saved;
      return -1;
    }
    if (got == 0) break;
    length += (size_t)got;
  }
  close(fd);
  out[length] = '\0';
  return (long)length;
}

static int64_t clock_us(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t evm_now_ms(void) { return clock_us(CLOCK_BOOTTIME) / 1000; }
int64_t evm_awake_ms(void) { return clock_us(CLOCK_MONOTONIC) / 1000; }
int64_t evm_now_us(void) { return clock_us(CLOCK_MONOTONIC); }
