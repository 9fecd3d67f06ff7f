/*
 * become UID [NAME=value ...] -- PROGRAM [ARGUMENT ...]
 *
 * The last step into the envelope where the agent is root: gives up root for good, sets the
 * program's variables, becomes the program. Static, so that its start costs a third of that of
 * setpriv(1) and env(1), and reads nothing a job could have placed. The variables come last: one
 * such as LD_PRELOAD must not reach what still is root.
 *
 * Exit codes as of env(1): 125 root could not be given up, 126 not executable, 127 not there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fail(int code, const char *what, const char *about)
{
	fprintf(stderr, "become: %s%s: %s\n", what, about, strerror(errno));
	return code;
}

static int give_up_root(uid_t id)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct none[2];

	memset(none, 0, sizeof none);
	if (setgroups(0, NULL) != 0 || setresgid(id, id, id) != 0 || setresuid(id, id, id) != 0)
		return -1;
	/* setresuid left the inheritable set as it was */
	if (syscall(SYS_capset, &head, none) != 0)
		return -1;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int main(int argc, char **argv)
{
	char *end = NULL;
	unsigned long id = argc > 1 ? strtoul(argv[1], &end, 10) : 0;
	int at = 2;

	if (id == 0 || id >= (uid_t)-1 || *end != '\0') {
		fprintf(stderr, "become: want a user number above 0\n");
		return 125;
	}
	if (give_up_root((uid_t)id) != 0)
		return fail(125, "cannot give up root for user ", argv[1]);
	for (; at < argc && strcmp(argv[at], "--") != 0; at++)
		if (putenv(argv[at]) != 0)
			return fail(125, "cannot set ", argv[at]);
	if (at + 1 >= argc) {
		fprintf(stderr, "become: want -- and a program\n");
		return 125;
	}
	execvp(argv[at + 1], argv + at + 1);
	return fail(errno == ENOENT ? 127 : 126, "cannot start ", argv[at + 1]);
}
