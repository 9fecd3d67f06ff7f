#define _GNU_SOURCE
#include "evm_start.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "evm_portal.h"
#include "evm_root.h"
#include "evm_sys.h"

#define NAMESPACES \
  (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

void evm_start_choose_account(struct evm_spec *spec) {
  if (geteuid() == 0) {
    if (spec->uid == 0) evm_fail("started as root: name the account to run as with --uid and --gid");
    return;
  }
  if (spec->uid != 0 && (spec->uid != geteuid() || spec->gid != getegid())) {
    evm_fail("--uid %u --gid %u: only root may run as another account; this is %u, %u", spec->uid,
             spec->gid, geteuid(), getegid());
  }
  spec->uid = geteuid();
  spec->gid = getegid();
}

/* Like fork(2), with namespaces: clone(2) without a new stack. */
static pid_t clone_portal(const struct evm_spec *spec, int socket, int trees_end, unsigned long more_flags) {
  pid_t pid = (pid_t)syscall(SYS_clone, NAMESPACES | SIGCHLD | more_flags, NULL, NULL, NULL, NULL);
  if (pid != 0) return pid;
  if (dup2(socket, 3) < 0 || sys_close_range(4, EVM_TREES_FIRST - 1, 0) != 0 ||
      sys_close_range((unsigned)trees_end, ~0U, 0) != 0) {
    _exit(125);
  }
  /* dup2 onto itself leaves the flag as it was: the socket must not reach the program */
  if (sys_close_range(3, 3, CLOSE_RANGE_CLOEXEC) != 0) _exit(125);
  evm_portal_run(spec, 3);
}

void evm_start_become_account(const struct evm_spec *spec) {
  if (setgroups(0, NULL) != 0 || setresgid(spec->gid, spec->gid, spec->gid) != 0 ||
      setresuid(spec->uid, spec->uid, spec->uid) != 0) {
    evm_fail_errno("become account %u:%u", spec->uid, spec->gid);
  }
  /* changing accounts takes the right to write one's own uid_map, see PR_SET_DUMPABLE in prctl(2) */
  if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) evm_fail_errno("keep /proc/self");
}

static void __attribute__((noreturn)) fail_namespaces(void) {
  evm_fail_errno("make the sandbox's namespaces (want Linux 5.11 or newer with unprivileged user "
                 "namespaces: kernel.unprivileged_userns_clone=1, user.max_user_namespaces > 0, "
                 "kernel.apparmor_restrict_unprivileged_userns=0)");
}

pid_t *evm_start_share(void) {
  pid_t *page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) evm_fail_errno("share a page with the helper");
  *page = -1;
  return page;
}

void evm_start_help(struct evm_spec *spec, int socket, pid_t *portal) {
  int trees_end = evm_root_open(spec);
  evm_start_become_account(spec);
  pid_t pid = clone_portal(spec, socket, trees_end, CLONE_PARENT);
  if (pid < 0) fail_namespaces();
  *portal = pid;
  _exit(0);
}

pid_t evm_start_await(pid_t helper, pid_t *portal) {
  int status;
  while (waitpid(helper, &status, 0) < 0 && errno == EINTR) continue;
  pid_t pid = *portal;
  munmap(portal, sizeof *portal);
  return pid; /* negative: the helper has said why */
}

/* As root a helper changes account, makes the portal the caller's child (CLONE_PARENT) and ends. */
static pid_t start_as_account(struct evm_spec *spec, int socket) {
  pid_t *portal = evm_start_share();
  pid_t helper = fork();
  if (helper < 0) evm_fail_errno("start a helper");
  if (helper == 0) evm_start_help(spec, socket, portal);
  return evm_start_await(helper, portal);
}

static void open_output_as(const char *path, int number) {
  if (path == NULL) return;
  int fd = open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  struct stat st;
  if (fd < 0 || fstat(fd, &st) != 0) evm_fail_errno("open %.200s for the program's output", path);
  if (!S_ISREG(st.st_mode)) evm_fail("%.200s for the program's output: want a regular file", path);
  if (fcntl(fd, F_SETFL, O_APPEND) != 0 || dup2(fd, number) < 0) evm_fail_errno("open %.200s as %d", path, number);
  close(fd);
}

void evm_start_open_output(const struct evm_spec *spec) {
  open_output_as(spec->stdout_path, 1);
  open_output_as(spec->stderr_path, 2);
  for (int fd = 0; fd <= 2; fd++) { /* a descriptor of a folder would be a way out of the private root */
    struct stat st;
    if (fstat(fd, &st) != 0) evm_fail("descriptor %d is closed: give the program /dev/null", fd);
    if (S_ISDIR(st.st_mode)) evm_fail("descriptor %d is a folder of the host", fd);
    if (S_ISBLK(st.st_mode)) evm_fail("descriptor %d is a disk of the host", fd);
  }
}

pid_t evm_start_portal(struct evm_spec *spec, int socket) {
  if (geteuid() == 0) return start_as_account(spec, socket);
  pid_t pid = clone_portal(spec, socket, EVM_TREES_FIRST, 0);
  if (pid < 0) fail_namespaces();
  return pid;
}
