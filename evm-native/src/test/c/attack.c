/*
 * One attack a run: `attack NAME [ARGUMENT]` tries to get out of the sandbox, or to stay, to disturb, to be more
 * than it may. Prints "contained" and exits 0 when everything it tried was refused; prints what got
 * through and exits 1 otherwise. Raw system calls, static: what no wrapped library would see.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <time.h>
#include <unistd.h>

static int got_through;

static void harm(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void harm(const char *format, ...) {
  va_list args;
  va_start(args, format);
  printf("GOT THROUGH: ");
  vprintf(format, args);
  printf("\n");
  va_end(args);
  got_through = 1;
}

/* The call must fail. */
static void refused(const char *what, long result) {
  if (result != -1) harm("%s returned %ld", what, result);
}

static void int80(const char *argument) {
  (void)argument;
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory", "r8", "r9", "r10", "r11"); /* getpid */
  if (result != -ENOSYS) harm("int 0x80 getpid returned %ld", result);
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(39L), "b"("/tmp/by-int80"), "c"(0755L) : "memory"); /* mkdir */
  if (access("/tmp/by-int80", F_OK) == 0) harm("int 0x80 mkdir");
}

static void x32(const char *argument) {
  (void)argument;
  refused("x32 getpid", syscall(0x40000000 | 39));
  refused("x32 ioctl", syscall(0x40000000 | 514, 0, TIOCSTI, "x"));
}

/* Every call that is refused whatever its arguments, also with all signals, SIGSYS too, masked. */
static void calls(const char *argument) {
  (void)argument;
  sigset_t all;
  sigfillset(&all);
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, 8);
  static const int numbers[] = {
      SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_pidfd_getfd, SYS_mount,
      SYS_umount2, SYS_pivot_root, SYS_open_tree, SYS_move_mount, SYS_fsopen, SYS_fsmount, SYS_fspick,
      SYS_mount_setattr, SYS_chroot, SYS_unshare, SYS_setns, SYS_clone3, SYS_openat2,
      SYS_open_by_handle_at, SYS_name_to_handle_at, SYS_settimeofday, SYS_clock_settime, SYS_adjtimex,
      SYS_clock_adjtime, SYS_sethostname, SYS_setdomainname, SYS_reboot, SYS_init_module,
      SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_kexec_file_load, SYS_bpf,
      SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_io_setup, SYS_userfaultfd,
      SYS_memfd_create, SYS_memfd_secret, SYS_perf_event_open, SYS_add_key, SYS_request_key, SYS_keyctl,
      SYS_syslog, SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_swapon, SYS_swapoff, SYS_quotactl, SYS_acct,
      SYS_fanotify_init, SYS_lookup_dcookie, SYS_vhangup, SYS_seccomp, SYS_landlock_create_ruleset,
      SYS_migrate_pages, SYS_move_pages, SYS_remap_file_pages, SYS_uselib, SYS_setgroups, SYS_capset,
      0x3e766d, 467, 999, 100000};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    errno = 0;
    long result = syscall(numbers[i], 0, 0, 0, 0, 0, 0);
    if (result != -1 || (errno != EPERM && errno != ENOSYS)) {
      harm("call %d returned %ld, errno %d", numbers[i], result, errno);
    }
  }
}

static void namespaces(const char *argument) {
  (void)argument;
  static const unsigned long flags[] = {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET,
                                        CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP};
  for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
    long pid = syscall(SYS_clone, flags[i] | SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid == 0) _exit(0);
    refused("clone with a namespace", pid);
  }
}

static void set_id(const char *argument) {
  (void)argument;
  if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) harm("no_new_privs is off");
  refused("setuid(0)", setuid(0));
  refused("setgid(0)", setgid(0));
  refused("open creating 04755", syscall(SYS_open, "/work/s1", O_CREAT | O_WRONLY, 04755));
  refused("openat creating 04755", syscall(SYS_openat, AT_FDCWD, "/work/s2", O_CREAT | O_WRONLY, 04755));
  refused("O_TMPFILE 04755", syscall(SYS_openat, AT_FDCWD, "/work", O_TMPFILE | O_WRONLY, 04755));
  refused("creat 02755", syscall(SYS_creat, "/work/s3", 02755));
  refused("mknod 04755", syscall(SYS_mknod, "/work/s4", S_IFREG | 04755, 0));
  refused("mknod device", syscall(SYS_mknod, "/work/s5", S_IFCHR | 0666, 0x103));
  int fd = open("/work/plain", O_CREAT | O_RDWR, 0755);
  refused("fchmod 04755", syscall(SYS_fchmod, fd, 04755));
  refused("chmod 04755", syscall(SYS_chmod, "/work/plain", 04755));
  refused("fchmodat 06755", syscall(SYS_fchmodat, AT_FDCWD, "/work/plain", 06755));
  refused("fchmodat2 04755", syscall(452, AT_FDCWD, "/work/plain", 04755, 0));
  refused("chown to root", chown("/work/plain", 0, 0));
  close(fd);
}

/* argument: the number of a descriptor the caller left open without close-on-exec */
static void descriptors(const char *argument) {
  (void)argument;
  for (int fd = 3; fd < 4096; fd++) {
    if (fcntl(fd, F_GETFD) != -1) harm("descriptor %d is open", fd);
  }
  for (int fd = 0; fd <= 2; fd++) refused("fchdir of a standard descriptor", fchdir(fd));
}

static void refused_open(const char *path, int flags) {
  int fd = open(path, flags);
  if (fd >= 0) harm("open %s with flags 0%o", path, flags);
}

static void paths(const char *argument) {
  static const char *const names[] = {
      "/etc/shadow", "/etc/ssh/sshd_config", "/root", "/home", "/boot", "/sys", "/sys/kernel", "/run", "/var/log",
      "/dev/mem", "/dev/kmsg", "/dev/vda", "/dev/sda", "/dev/tty", "/dev/ptmx", "/dev/fuse", "/dev/kvm",
      "/dev/vsock", "/dev/net/tun", "/proc/1/root", "/proc/1/cwd", "/proc/1/mem", "/proc/1/environ",
      "/proc/1/fd", "/proc/1/maps", "/proc/1/status", "/proc/self/root/../etc/shadow", "/../../etc/shadow",
      "/proc/self/cwd/../../../../etc/shadow"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) refused_open(names[i], O_RDONLY);
  static const char *const covered[] = {"/proc/kcore", "/proc/kallsyms", "/proc/cmdline", "/proc/modules",
                                        "/proc/timer_list", "/proc/keys", "/proc/config.gz", "/proc/sysrq-trigger"};
  char byte;
  for (size_t i = 0; i < sizeof covered / sizeof covered[0]; i++) {
    int fd = open(covered[i], O_RDONLY);
    if (fd >= 0 && read(fd, &byte, 1) > 0) harm("%s can be read", covered[i]);
    if (fd >= 0) close(fd);
    refused_open(covered[i], O_WRONLY);
  }
  refused_open("/proc/sys/kernel/hostname", O_RDONLY);
  refused_open("/proc/sys/vm/drop_caches", O_WRONLY);
  refused("remove the cover", rmdir("/proc/sys"));
  refused("write under /proc", mkdir("/proc/sys/x", 0755));
  if (argument != NULL) refused_open(argument, O_RDONLY); /* a file of the host */
  if (argument != NULL) refused_open(argument, O_WRONLY);
}

static void links(const char *argument) {
  if (symlink("/etc/shadow", "/work/shadow") == 0) refused_open("/work/shadow", O_RDONLY);
  if (argument != NULL && symlink(argument, "/work/victim") == 0) refused_open("/work/victim", O_RDWR);
  refused("hard link to the launcher's file system", link("/proc/self/exe", "/work/exe"));
  refused("hard link out of a read-only mount", link("/b/attack", "/work/attack"));
  /* a supervisor that follows names would walk or remove the host's root */
  for (int i = 0; i < 300; i++) {
    mkdir("/work/race", 0755);
    rmdir("/work/race");
    if (symlink("/", "/work/race") == 0) unlink("/work/race");
  }
  if (symlink("/", "/work/to-root") != 0) harm("symlink: %s", strerror(errno));
}

static void *map(size_t size, int prot, int flags, int fd) {
  return mmap(NULL, size, prot, flags, fd, 0);
}

static void refused_map(const char *what, const void *memory) {
  if (memory != MAP_FAILED) harm("%s", what);
}

static const unsigned char ret_instruction[] = {0xc3};

static void code(const char *argument) {
  (void)argument;
  int anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
  refused_map("mmap RWX", map(4096, 7, anonymous, -1));
  refused_map("mmap WX", map(4096, 6, anonymous, -1));
  refused_map("mmap RX anonymous", map(4096, 5, anonymous, -1));
  refused_map("mmap RX shared anonymous", map(4096, 5, MAP_SHARED | MAP_ANONYMOUS, -1));
  void *data = map(4096, 3, anonymous, -1);
  refused("mprotect RW to RX", mprotect(data, 4096, 5));
  refused("mprotect RW to RWX", mprotect(data, 4096, 7));
  refused("pkey_mprotect to RX", syscall(SYS_pkey_mprotect, data, 4096, 5, -1));
  refused("personality READ_IMPLIES_EXEC", syscall(SYS_personality, 0x0400000));
  int shm = shmget(IPC_PRIVATE, 4096, 0777);
  if (shm >= 0) refused("shmat executable", (long)shmat(shm, NULL, SHM_EXEC));
  static const char *const files[] = {"/work/code", "/tmp/code", "/dev/shm/code", "/etc/code"};
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    int fd = open(files[i], O_CREAT | O_RDWR | O_TRUNC, 0755);
    if (fd < 0) continue;
    if (write(fd, ret_instruction, 1) != 1) harm("write %s: %s", files[i], strerror(errno));
    refused_map(files[i], map(1, 5, MAP_PRIVATE, fd));
    refused_map(files[i], map(1, 4, MAP_PRIVATE, fd));
    close(fd);
  }
  static const char *const memories[] = {"/proc/self/mem", "/proc/thread-self/mem", "/proc/self/task/../mem"};
  for (size_t i = 0; i < sizeof memories / sizeof memories[0]; i++) refused_open(memories[i], O_RDWR);
}

/* Executes a copy of itself from every place it can write to. */
static void unwrapped(const char *argument) {
  (void)argument;
  static const char *const places[] = {"/work/copy", "/tmp/copy", "/dev/shm/copy", "/etc/copy"};
  char buffer[65536];
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    int in = open("/proc/self/exe", O_RDONLY);
    int out = open(places[i], O_CREAT | O_WRONLY | O_TRUNC, 0755);
    if (in < 0 || out < 0) {
      harm("copy itself to %s: %s", places[i], strerror(errno));
      continue;
    }
    ssize_t n;
    while ((n = read(in, buffer, sizeof buffer)) > 0) {
      if (write(out, buffer, (size_t)n) != n) break;
    }
    close(in);
    close(out);
    char *const args[] = {(char *)(uintptr_t)places[i], (char *)(uintptr_t)"nothing", NULL};
    refused(places[i], execve(places[i], args, NULL));
    int fd = open(places[i], O_RDONLY);
    refused("execveat", syscall(SYS_execveat, fd, "", args, NULL, AT_EMPTY_PATH));
    close(fd);
  }
}

static void terminal(const char *argument) {
  (void)argument;
  char c = 'x';
  for (int fd = 0; fd <= 2; fd++) {
    refused("TIOCSTI", syscall(SYS_ioctl, fd, 0x5412UL, &c));
    refused("TIOCSTI with a high bit", syscall(SYS_ioctl, fd, 0x100005412UL, &c));
    refused("TIOCLINUX", syscall(SYS_ioctl, fd, 0x541cUL, &c));
    refused("TIOCSCTTY", syscall(SYS_ioctl, fd, 0x540eUL, 0));
  }
  refused_open("/dev/tty", O_RDWR);
}

/* argument: NAME of the host's abstract socket and its TCP port, as NAME:PORT */
static void network(const char *argument) {
  static const int families[] = {AF_NETLINK, AF_PACKET, AF_VSOCK, AF_ALG, AF_KEY, AF_BLUETOOTH, AF_XDP, AF_TIPC, AF_CAN};
  for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
    refused("socket of a refused family", socket(families[i], SOCK_RAW, 0));
    refused("socket of a refused family", socket(families[i], SOCK_STREAM, 0));
    refused("socket of a refused family", socket(families[i], SOCK_DGRAM, 0));
  }
  refused("raw socket", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
  refused("SCTP socket", socket(AF_INET, SOCK_STREAM, 132));
  char name[64] = "";
  int port = 0;
  if (argument == NULL || sscanf(argument, "%63[^:]:%d", name, &port) != 2) {
    harm("want NAME:PORT");
    return;
  }
  struct sockaddr_un abstract = {.sun_family = AF_UNIX};
  memcpy(abstract.sun_path + 1, name, strlen(name));
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  refused("connect to the host's abstract socket",
          connect(fd, (struct sockaddr *)&abstract,
                  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name))));
  static const uint32_t addresses[] = {0x7f000001, 0x0a000001, 0x08080808, 0xa9fea9fe};
  for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(addresses[i])}};
    int tcp = socket(AF_INET, SOCK_STREAM, 0);
    refused("connect by TCP", connect(tcp, (struct sockaddr *)&in, sizeof in));
    int udp = socket(AF_INET, SOCK_DGRAM, 0);
    if (i > 0) refused("send by UDP", sendto(udp, "x", 1, 0, (struct sockaddr *)&in, sizeof in));
    close(tcp);
    close(udp);
  }
}

static void clocks(const char *argument) {
  (void)argument;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  now.tv_sec += 3600;
  refused("clock_settime", clock_settime(CLOCK_REALTIME, &now));
  struct timeval time = {now.tv_sec, 0};
  refused("settimeofday", syscall(SYS_settimeofday, &time, NULL));
  struct timex tuning = {.modes = ADJ_OFFSET, .offset = 100000};
  refused("adjtimex", adjtimex(&tuning));
  refused("sethostname", sethostname("owned", 5));
  struct timespec boot;
  clock_gettime(CLOCK_BOOTTIME, &boot);
  if (boot.tv_sec > 600) harm("the machine's time since boot is seen: %ld s", (long)boot.tv_sec);
}

static void signals(const char *argument) {
  static const int kinds[] = {SIGKILL, SIGSTOP, SIGTERM, SIGSEGV};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) kill(1, kinds[i]);
  if (argument != NULL && kill(atoi(argument), SIGKILL) == 0) harm("a host process took a signal");
  pid_t child = fork();
  if (child == 0) {
    kill(-1, SIGKILL);
    _exit(1);
  }
  /* kill(-1) spares the portal: it must report the end of this process, which dies here too */
  for (;;) pause();
}

static void priority(const char *argument) {
  (void)argument;
  setpriority(PRIO_PROCESS, 0, -20);
  struct sched_param param = {.sched_priority = 50};
  sched_setscheduler(0, SCHED_FIFO, &param);
  param.sched_priority = 0;
  sched_setscheduler(0, SCHED_OTHER, &param);
  syscall(SYS_ioprio_set, 1, 0, 1 << 13);
  if (getpriority(PRIO_PROCESS, 0) != 19) harm("nice is %d", getpriority(PRIO_PROCESS, 0));
  if (sched_getscheduler(0) != SCHED_IDLE) harm("scheduler is %d", sched_getscheduler(0));
  long io = syscall(SYS_ioprio_get, 1, 0);
  if (io >> 13 != 3) harm("I/O priority is %ld", io);
  struct rlimit more = {4096, 4096};
  getrlimit(RLIMIT_NPROC, &more);
  more.rlim_cur = more.rlim_max = more.rlim_max + 1000;
  refused("raise the limit on processes", setrlimit(RLIMIT_NPROC, &more));
  struct rlimit cores = {0, 0};
  getrlimit(RLIMIT_CORE, &cores);
  unsigned long before = cores.rlim_cur; /* 0 where whoever started it has 0 */
  cores.rlim_cur = cores.rlim_max = 0;
  syscall(SYS_setrlimit, RLIMIT_CORE, &cores);
  syscall(SYS_prlimit64, 0, RLIMIT_CORE, &cores, NULL);
  getrlimit(RLIMIT_CORE, &cores);
  if (before > 1 || cores.rlim_cur != before) harm("limit on cores: %lu", (unsigned long)cores.rlim_cur);
}

static void names(const char *argument) {
  (void)argument;
  signal(SIGXFSZ, SIG_IGN);
  char name[4200];
  memset(name, 'n', sizeof name);
  name[sizeof name - 1] = '\0';
  refused("a name of 4199 bytes", mkdir(name, 0755));
  name[255] = '\0';
  if (mkdir(name, 0755) != 0) harm("a name of 255 bytes: %s", strerror(errno));
  if (mkdir("\"; rm -rf $HOME; \n\x1b[2J", 0755) != 0) harm("an odd name: %s", strerror(errno));
  static char value[65536];
  for (int i = 0; i < 64; i++) {
    char attribute[32];
    snprintf(attribute, sizeof attribute, "user.%d", i);
    syscall(SYS_setxattr, "/work", attribute, value, sizeof value, 0);
  }
  int fd = open("/work/sparse", O_CREAT | O_RDWR, 0644);
  if (ftruncate(fd, 1LL << 50) == 0) harm("a sparse file past the limit on files");
  close(fd);
}

static void fork_bomb(const char *argument) {
  (void)argument;
  signal(SIGCHLD, SIG_IGN);
  for (;;) {
    if (fork() < 0) sched_yield();
  }
}

static void *idle_thread(void *argument) {
  for (;;) pause();
  return argument;
}

static void thread_bomb(const char *argument) {
  (void)argument;
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 16384);
  for (;;) {
    pthread_t thread;
    if (pthread_create(&thread, &small, idle_thread, NULL) != 0) sched_yield();
  }
}

/* argument: "shared" mappings, a "tmpfs" file, "forked" processes with 16 MiB each, a "child" alone, or private memory */
static void hog_memory(const char *argument) {
  const char *kind = argument == NULL ? "" : argument;
  size_t block = 16 * 1024 * 1024;
  static char bytes[65536];
  memset(bytes, 1, sizeof bytes);
  signal(SIGXFSZ, SIG_IGN);
  if (strcmp(kind, "child") == 0 && fork() > 0) {
    wait(NULL);
    exit(0); /* as if all were well */
  }
  for (int i = 0; i < 256; i++) {
    if (strcmp(kind, "forked") == 0 && fork() > 0) continue;
    if (strcmp(kind, "tmpfs") == 0) {
      char name[32];
      snprintf(name, sizeof name, "/dev/shm/hog%d", i);
      int file = open(name, O_CREAT | O_RDWR, 0644);
      for (size_t at = 0; at < block; at += sizeof bytes) {
        while (write(file, bytes, sizeof bytes) < 0) pause(); /* full: what it took, it keeps */
      }
      close(file);
      continue;
    }
    int sharing = strcmp(kind, "shared") == 0 ? MAP_SHARED : MAP_PRIVATE;
    char *memory = map(block, 3, MAP_ANONYMOUS | sharing, -1);
    if (memory == MAP_FAILED) return;
    memset(memory, 1, block);
    while (strcmp(kind, "forked") == 0) pause();
  }
  if (strcmp(kind, "forked") == 0) pause();
  harm("4 GiB of memory");
}

static void hog_disk(const char *argument) {
  static char bytes[65536];
  memset(bytes, 7, sizeof bytes);
  bool removed = argument != NULL && strcmp(argument, "removed") == 0;
  bool deep = argument != NULL && strcmp(argument, "deep") == 0;
  bool many = argument != NULL && strcmp(argument, "many") == 0;
  bool hidden = argument != NULL && strcmp(argument, "hidden") == 0;
  if (hidden && (mkdir("closed", 0700) != 0 || chdir("closed") != 0 || chmod(".", 0300) != 0)) return;
  signal(SIGXFSZ, SIG_IGN);
  for (int i = 0; i < 1000000; i++) {
    char name[64];
    snprintf(name, sizeof name, "d%d", i);
    if (deep) {
      if (i < 300 && (mkdir(name, 0755) != 0 || chdir(name) != 0)) break;
      if (i >= 300) break;
      continue;
    }
    int fd = open(name, O_CREAT | O_WRONLY, 0644);
    if (fd < 0) break;
    if (removed) unlink(name);
    while (!many && write(fd, bytes, sizeof bytes) > 0) continue;
    if (many || !removed) close(fd);
  }
  for (;;) pause();
}

/* Leaves behind whatever may stay: a daemon, shared memory, a message queue, files, a lock. */
static void stay(const char *argument) {
  (void)argument;
  shmget(0x45564d, 4096, IPC_CREAT | 0777);
  if (fork() == 0) {
    setsid();
    if (fork() > 0) _exit(0);
    for (int sig = 1; sig < 65; sig++) signal(sig, SIG_IGN);
    for (;;) pause();
  }
}

static void nothing(const char *argument) { (void)argument; }

static void spin(const char *argument) {
  (void)argument;
  for (volatile unsigned long i = 0;; i++) continue;
}

/* Counts in a file and in output until told to stop: what a pause must not lose. */
static void count(const char *argument) {
  long most = argument == NULL ? 0 : atol(argument);
  for (long i = 0; i < most; i++) {
    printf("%ld\n", i);
    if (i % 100 == 0) fflush(stdout);
  }
}

extern char __executable_start[], crash_here[]; /* of the linker; of the faulting instruction */

static __attribute__((noinline)) void fault(void) {
  __asm__ volatile(".globl crash_here\ncrash_here: movb $0, 8(%0)" : : "r"(0L) : "memory");
}

static void tell_and_die(int sig) {
  signal(sig, SIG_DFL);
  raise(sig);
}

static void *fault_in_thread(void *unused) {
  fault();
  return unused;
}

/* Prints where it will crash, as an offset in its file, then does: by a signal of its own when no way is named. */
static void crash(const char *how) {
  printf("%lx\n", (unsigned long)(crash_here - __executable_start));
  fflush(stdout);
  if (how == NULL) raise(SIGSEGV);
  if (strcmp(how, "fault") == 0) fault();
  if (strcmp(how, "nowhere") == 0) ((void (*)(void))(uintptr_t)16)();
  if (strcmp(how, "illegal") == 0) __builtin_trap();
  if (strcmp(how, "handled") == 0) {
    signal(SIGSEGV, tell_and_die);
    fault();
  }
  if (strcmp(how, "thread") == 0) {
    pthread_t thread;
    pthread_create(&thread, NULL, fault_in_thread, NULL);
    pthread_join(thread, NULL);
  }
  if (strcmp(how, "child") == 0) {
    pid_t child = fork();
    if (child == 0) fault();
    int status = 0;
    waitpid(child, &status, 0);
    exit(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV ? 3 : 4);
  }
}

static void *urge(void *unused) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  for (;;) {
    kill(getpid(), SIGCONT);
    kill(-1, SIGCONT);
  }
  return unused;
}

/* Two processes of two threads that undo every stop of theirs and of each other. */
static void defy(const char *argument) {
  (void)argument;
  fork();
  pthread_t thread;
  pthread_create(&thread, NULL, urge, NULL);
  urge(NULL);
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*run)(const char *argument);
  } attacks[] = {
      {"int80", int80},         {"x32", x32},           {"calls", calls},     {"namespaces", namespaces},
      {"set-id", set_id},       {"descriptors", descriptors}, {"paths", paths}, {"links", links},
      {"code", code},           {"unwrapped", unwrapped}, {"terminal", terminal}, {"network", network},
      {"clocks", clocks},       {"signals", signals},   {"priority", priority}, {"names", names},
      {"fork-bomb", fork_bomb}, {"thread-bomb", thread_bomb}, {"hog-memory", hog_memory},
      {"hog-disk", hog_disk},   {"stay", stay},         {"nothing", nothing}, {"spin", spin},
      {"count", count},         {"crash", crash},       {"defy", defy},
  };
  for (size_t i = 0; argc >= 2 && i < sizeof attacks / sizeof attacks[0]; i++) {
    if (strcmp(argv[1], attacks[i].name) != 0) continue;
    attacks[i].run(argc >= 3 ? argv[2] : NULL);
    if (!got_through && strcmp(argv[1], "count") != 0) printf("contained\n");
    return got_through;
  }
  fprintf(stderr, "no such attack\n");
  return 2;
}
