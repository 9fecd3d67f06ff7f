#define _GNU_SOURCE
#include "evm_spare.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "evm_start.h"
#include "evm_util.h"

static void __attribute__((noreturn)) help(const struct evm_spare *spare, int door, int socket) {
  if (evm_cgroup_join(&spare->group, getpid()) != 0) evm_fail_errno("enter the control group beforehand");
  char first;
  if (recv(door, &first, 1, MSG_PEEK) <= 0) _exit(0); /* no program came */
  struct evm_arguments arguments;
  evm_arguments_read(door, &arguments);
  struct evm_spec *spec = calloc(1, sizeof *spec);
  if (spec == NULL) evm_fail("no memory");
  evm_spec_parse(spec, arguments.count, arguments.list);
  spec->grouped = true;
  evm_start_open_output(spec);
  evm_start_help(spec, socket, spare->portal);
}

void evm_spare_drop(struct evm_spare *spare) {
  if (spare->helper == 0) return; /* we are the helper */
  close(spare->door);
  while (waitpid(spare->helper, NULL, 0) < 0 && errno == EINTR) continue;
  evm_cgroup_remove(&spare->group);
}

bool evm_spare_make(struct evm_spare *spare) {
  memset(spare, 0, sizeof *spare);
  if (geteuid() != 0) return false;
  evm_cgroup_sweep();
  evm_cgroup_make(&spare->group, NULL);
  if (spare->group.version == 0) return false;
  int door[2];
  int pair[2];
  spare->portal = evm_start_share();
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, door) != 0 ||
      socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    evm_fail_errno("make a socket pair");
  }
  spare->helper = fork();
  if (spare->helper < 0) evm_fail_errno("start a helper");
  if (spare->helper == 0) { /* what fails here is reported, and cleaned up by the launcher */
    close(door[0]);
    close(pair[0]);
    help(spare, door[1], pair[1]);
  }
  close(door[1]);
  close(pair[1]);
  spare->door = door[0];
  spare->socket = pair[0];
  return true;
}

void evm_spare_wait(struct evm_spare *spare, int controller) {
  struct pollfd fds[] = {{controller, POLLIN, 0}, {spare->door, POLLIN, 0}};
  while (poll(fds, 2, -1) < 0 && errno == EINTR) continue;
  char first;
  if (fds[1].revents != 0 || recv(controller, &first, 1, MSG_PEEK) <= 0) { /* the helper or the controller is gone */
    evm_spare_drop(spare);
    _exit(0);
  }
  evm_arguments_read(controller, &spare->arguments);
}

pid_t evm_spare_start(struct evm_spare *spare) {
  if (evm_arguments_write(spare->door, spare->arguments.bytes, spare->arguments.length) != 0) {
    evm_fail_errno("hand the command line to the helper");
  }
  pid_t pid = evm_start_await(spare->helper, spare->portal);
  close(spare->door);
  return pid;
}
