/*
 * evm-run: runs one program contained, and reports. The path of a run, in order of execution:
 * evm_spec_parse → evm_launch → evm_start_portal → evm_root_enter → evm_program_run → execve.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "evm_cgroup.h"
#include "evm_launch.h"
#include "evm_report.h"
#include "evm_spec.h"
#include "evm_sys.h"
#include "evm_util.h"

static int report_fd = -1;
static bool quiet;

static void __attribute__((noreturn)) fail_and_report(const char *reason) {
  struct evm_result result;
  memset(&result, 0, sizeof result);
  result.outcome = EVM_REFUSED;
  result.limit = "";
  evm_format(result.reason, sizeof result.reason, "%s", reason);
  evm_report_result(report_fd, &result);
  if (!quiet) dprintf(2, "evm-run: %s\n", reason);
  _exit(125);
}

static int connect_control(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) evm_fail("--control %.120s: want less than 108 bytes", path);
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    evm_fail_errno("connect to the controller's socket %s", path);
  }
  return fd;
}

static void read_fully(int fd, char *out, size_t size) {
  for (size_t have = 0; have < size;) {
    ssize_t got = read(fd, out + have, size - have);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) evm_fail("the controller hung up before it said what to run");
    have += (size_t)got;
  }
}

/* The command line from the socket: its length (4 bytes, little-endian), then strings, each ended by a zero. */
static int read_arguments(int fd, char ***arguments) {
  unsigned char header[4];
  read_fully(fd, (char *)header, sizeof header);
  size_t length = header[0] | (size_t)header[1] << 8 | (size_t)header[2] << 16 | (size_t)header[3] << 24;
  if (length == 0 || length > EVM_ARGS_BYTES_MAX) {
    evm_fail("a command line of %zu bytes: want 1..%d", length, EVM_ARGS_BYTES_MAX);
  }
  char *bytes = malloc(length);
  char **list = calloc(EVM_ARGS_MAX + 1, sizeof *list);
  if (bytes == NULL || list == NULL) evm_fail("no memory for the command line");
  read_fully(fd, bytes, length);
  if (bytes[length - 1] != '\0') evm_fail("the command line does not end with a zero");
  int count = 0;
  for (size_t at = 0; at < length; at += strlen(bytes + at) + 1) {
    if (count == EVM_ARGS_MAX) evm_fail("a command line of more than %d strings", EVM_ARGS_MAX);
    list[count++] = bytes + at;
  }
  *arguments = list;
  return count;
}

static int descriptor_number(const char *option, const char *text) {
  char *end = NULL;
  long value = text == NULL ? -1 : strtol(text, &end, 10);
  if (text == NULL || end == text || *end != '\0' || value < 3 || value > 1000000) {
    evm_fail("%s: want the number of an open descriptor, 3..", option);
  }
  return (int)value;
}

int main(int argc, char **argv) {
  struct evm_channels channels = {-1, -1, false};
  char **arguments = argv + 1;
  int count = argc - 1;
  evm_fail_set(fail_and_report);
  if (count == 1 && strcmp(arguments[0], "--sweep") == 0) {
    printf("%d\n", evm_cgroup_sweep());
    return 0;
  }
  if (count == 2 && strcmp(arguments[0], "--control") == 0) {
    channels.report = channels.commands = report_fd = connect_control(arguments[1]);
    count = read_arguments(channels.commands, &arguments);
  }
  if (count == 2 && strcmp(arguments[0], "--control-fd") == 0) {
    channels.report = channels.commands = report_fd = descriptor_number("--control-fd", arguments[1]);
    channels.quiet = quiet = true;
    count = read_arguments(channels.commands, &arguments);
  }
  bool public_line = arguments == argv + 1;
  for (; count >= 2; count -= 2, arguments += 2) {
    if (strcmp(arguments[0], "--report-fd") == 0) {
      channels.report = report_fd = descriptor_number("--report-fd", arguments[1]);
    } else if (strcmp(arguments[0], "--lifeline-fd") == 0) {
      channels.commands = descriptor_number("--lifeline-fd", arguments[1]);
    } else {
      break;
    }
  }
  for (int i = 0; public_line && i < count && strcmp(arguments[i], "--") != 0; i++) {
    if (strcmp(arguments[i], "--seal-key") == 0) {
      evm_fail("--seal-key: a command line is public; give the key with --seal-key-fd, or all with --control");
    }
  }
  struct evm_spec *spec = calloc(1, sizeof *spec);
  if (spec == NULL) evm_fail("no memory");
  evm_spec_parse(spec, count, arguments);
  return evm_launch(spec, channels);
}
