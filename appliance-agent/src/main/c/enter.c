/*
 * enter UID PROGRAM [ARGUMENT ...]
 *
 * Starts a program beside those of an envelope that runs already: in its namespaces, as its user,
 * with its limits and its system call filter. UID is "-" where the envelope has a user namespace.
 *
 *   descriptor 3   handed on to the program     5   a byte comes once the control group is ours
 *   descriptor 4   the filter, as bwrap reads it  6   pidfd of the envelope's first process
 *
 * The program becomes a child of that first process, so that whatever ends, pauses or counts the
 * envelope's processes reaches it too. Returns 0 once it is on its way. Nothing that a job wrote is
 * read or run before root is given up.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FILTER = 4, GO = 5, FIRST = 6, MOST_INSTRUCTIONS = 4096, LAST_CAPABILITY = 63 };

static struct sock_filter filter[MOST_INSTRUCTIONS];
static struct sock_fprog filter_program = {0, filter};

static char *const environment[] = {
	"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/work", "TMPDIR=/tmp", "LANG=C.UTF-8",
	"TERM=xterm-256color", "COLORTERM=truecolor", "PS1=\\h:\\w\\$ ", NULL,
};

static void die(const char *what)
{
	fprintf(stderr, "enter: %s: %s\n", what, strerror(errno));
	_exit(125);
}

/* The number of the process that a pidfd names, from /proc. */
static pid_t pid_of(int pidfd)
{
	char path[64], line[128];
	int pid = -1;
	FILE *info;

	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
	info = fopen(path, "re");
	if (info == NULL)
		die(path);
	while (fgets(line, sizeof line, info) != NULL)
		if (sscanf(line, "Pid: %d", &pid) == 1)
			break;
	fclose(info);
	if (pid <= 0) {
		errno = ESRCH;
		die("the envelope has ended");
	}
	return pid;
}

static void take_limits(pid_t first)
{
	struct rlimit limit;
	struct pollfd alive = {FIRST, POLLIN, 0};

	for (int resource = 0; resource < RLIM_NLIMITS; resource++)
		if (prlimit(first, (enum __rlimit_resource)resource, NULL, &limit) != 0 ||
		    setrlimit((enum __rlimit_resource)resource, &limit) != 0)
			die("its limits cannot be taken over");
	if (setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, (id_t)first)) != 0)
		die("its priority cannot be taken over");
	if (poll(&alive, 1, 0) != 0) { /* ended meanwhile: the number may be another's */
		errno = ESRCH;
		die("the envelope has ended");
	}
}

static void read_filter(void)
{
	ssize_t got = read(FILTER, filter, sizeof filter);

	if (got <= 0 || got == (ssize_t)sizeof filter || got % (ssize_t)sizeof filter[0] != 0)
		die("the filter cannot be read");
	filter_program.len = (unsigned short)((size_t)got / sizeof filter[0]);
}

static void join_namespaces(void)
{
	int all = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
		  CLONE_NEWCGROUP;

	if (geteuid() == 0 && setgroups(0, NULL) != 0) /* a user namespace may forbid it later */
		die("the groups cannot be given up");
	/* EINVAL: the envelope has no user namespace of its own */
	if (setns(FIRST, all | CLONE_NEWUSER) != 0 && (errno != EINVAL || setns(FIRST, all) != 0))
		die("its namespaces cannot be entered");
	if (access("/dev/pts/ptmx", F_OK) != 0 &&
	    mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
		  "newinstance,ptmxmode=0666,mode=0620") != 0)
		die("/dev/pts cannot be made");
}

static void give_up_everything(const char *user)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct none[2];

	memset(none, 0, sizeof none);
	for (int capability = 0; capability <= LAST_CAPABILITY; capability++)
		if (prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1 &&
		    prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
			die("a capability cannot be dropped");
	if (strcmp(user, "-") != 0) {
		char *end = NULL;
		unsigned long id = strtoul(user, &end, 10);

		if (id == 0 || id >= (uid_t)-1 || *end != '\0') {
			errno = EINVAL;
			die("want a user number above 0");
		}
		if ((setgroups(0, NULL) != 0 && getgroups(0, NULL) != 0) || setresgid((gid_t)id, (gid_t)id, (gid_t)id) != 0 ||
		    setresuid((uid_t)id, (uid_t)id, (uid_t)id) != 0)
			die("root cannot be given up");
	}
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 ||
	    syscall(SYS_capset, &head, none) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		die("rights cannot be given up");
}

int main(int argc, char **argv)
{
	char byte;
	int status = 0;
	pid_t child, first;

	if (argc < 3) {
		fprintf(stderr, "usage: enter UID PROGRAM [ARGUMENT...]\n");
		return 2;
	}
	if (read(GO, &byte, 1) != 1)
		return 1; /* the agent thought better of it */
	read_filter();
	first = pid_of(FIRST);
	join_namespaces(); /* first: there we may ask another account's process for its limits */
	take_limits(first);
	child = fork(); /* from here on in its process namespace */
	if (child < 0)
		die("no process");
	if (child > 0) {
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
		return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	}
	child = fork(); /* once more: an orphan goes to the first process */
	if (child < 0)
		die("no process");
	if (child > 0)
		_exit(0);
	close(FILTER);
	close(GO);
	close(FIRST);
	umask(077);
	give_up_everything(argv[1]);
	if (chdir("/work") != 0) /* sealed scratch opens for its account alone, not for root */
		die("/work");
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter_program, 0, 0) != 0)
		die("the filter cannot be set");
	execve(argv[2], argv + 2, environment);
	die(argv[2]);
}
