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

#include "evm_arguments.h"
#include "evm_cgroup.h"
#include "evm_launch.h"
#include "evm_report.h"
#include "evm_spare.h"
#include "evm_spec.h"
#include "evm_sys.h"
#include "evm_util.h"

static int report_fd = -1;
static struct evm_spare *spare; /* NULL: this launcher was not made beforehand */
static bool quiet;

static void __attribute__((noreturn)) fail_and_report(const char *reason) {
  struct evm_result result;
  memset(&result, 0, sizeof result);
  result.outcome = EVM_REFUSED;
  result.limit = "";
  evm_format(result.reason, sizeof result.reason, "%s", reason);
  if (spare != NULL) evm_spare_drop(spare);
  evm_report_result(report_fd, &result, NULL, NULL);
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

static int descriptor_number(const char *option, const char *text) {
  char *end = NULL;
  long value = text == NULL ? -1 : strtol(text, &end, 10);
  if (text == NULL || end == text || *end != '\0' || value < 3 || value > 1000000) {
    evm_fail("%s: want the number of an open descriptor, 3..", option);
  }
  return (int)value;
}

static bool is_channel(const char *option) {
  static const char *const channels[] = {"--control", "--control-fd", "--spare", "--spare-fd"};
  for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++) {
    if (strcmp(option, channels[i]) == 0) return true;
  }
  return false;
}

int main(int argc, char **argv) {
  struct evm_channels channels = {-1, -1, false};
  struct evm_arguments from_socket = {NULL, 0, NULL, 0};
  static struct evm_spare made;
  char **arguments = argv + 1;
  int count = argc - 1;
  evm_fail_set(fail_and_report);
  if (count == 1 && strcmp(arguments[0], "--sweep") == 0) {
    printf("%d\n", evm_cgroup_sweep());
    return 0;
  }
  if (count == 2 && is_channel(arguments[0])) {
    bool passed = strstr(arguments[0], "-fd") != NULL;
    report_fd = passed ? descriptor_number(arguments[0], arguments[1]) : connect_control(arguments[1]);
    channels = (struct evm_channels){report_fd, report_fd, passed};
    quiet = passed;
    if (strncmp(arguments[0], "--spare", 7) == 0 && evm_spare_make(&made)) {
      spare = &made;
      evm_spare_wait(spare, report_fd);
      from_socket = spare->arguments;
    } else {
      evm_arguments_read(report_fd, &from_socket);
    }
  }
  bool public_line = from_socket.list == NULL;
  if (!public_line) {
    arguments = from_socket.list;
    count = from_socket.count;
  }
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
  if (spare != NULL && spec->sealed) evm_fail("--spare: it does not seal; want --control");
  return evm_launch(spec, channels, spare);
}
