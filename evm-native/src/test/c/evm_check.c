/* Checks of the pure parts, run with sanitizers: the filter against the policy, options, JSON. */
#define _GNU_SOURCE
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "evm_calls.h"
#include "evm_message.h"
#include "evm_report.h"
#include "evm_spec.h"
#include "evm_swap.h"
#include "evm_util.h"

static int failures;

#define CHECK(condition, ...)                 \
  do {                                        \
    if (!(condition)) {                       \
      failures++;                             \
      fprintf(stderr, "%d: ", __LINE__);      \
      fprintf(stderr, __VA_ARGS__);           \
      fputc('\n', stderr);                    \
    }                                         \
  } while (0)

static struct sock_filter code[EVM_FILTER_MAX];
static size_t code_length;

/* The classic BPF machine, as far as the filter uses it (linux/filter.h); ends at the return. */
static uint32_t run_filter(const struct seccomp_data *data) {
  uint32_t a = 0;
  for (size_t pc = 0; pc < code_length; pc++) {
    const struct sock_filter *i = &code[pc];
    switch (i->code) {
      case BPF_LD | BPF_W | BPF_ABS:
        if (i->k + 4 > sizeof *data) abort();
        memcpy(&a, (const char *)data + i->k, 4);
        break;
      case BPF_ALU | BPF_AND | BPF_K: a &= i->k; break;
      case BPF_JMP | BPF_JEQ | BPF_K: pc += a == i->k ? i->jt : i->jf; break;
      case BPF_JMP | BPF_JGE | BPF_K: pc += a >= i->k ? i->jt : i->jf; break;
      case BPF_JMP | BPF_JGT | BPF_K: pc += a > i->k ? i->jt : i->jf; break;
      case BPF_JMP | BPF_JSET | BPF_K: pc += (a & i->k) != 0 ? i->jt : i->jf; break;
      case BPF_RET | BPF_K: return i->k;
      default: abort();
    }
  }
  abort(); /* fell off the end */
}

static uint32_t decide(const char *name, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3) {
  int number = -1;
  for (size_t i = 0; i < evm_calls_count; i++) {
    if (strcmp(evm_calls[i].name, name) == 0) number = evm_calls[i].number;
  }
  CHECK(number >= 0, "no row for %s", name);
  struct seccomp_data data = {number, AUDIT_ARCH_X86_64, 0, {a0, a1, a2, a3, 0, 0}};
  return run_filter(&data);
}

static void the_table_is_in_order(void) {
  for (size_t i = 1; i < evm_calls_count; i++) {
    CHECK(evm_calls[i - 1].number < evm_calls[i].number, "row %s", evm_calls[i].name);
  }
  for (size_t i = 0; i < evm_calls_count; i++) {
    const struct evm_call *call = &evm_calls[i];
    CHECK(evm_call_find(call->number) == call, "find %s", call->name);
    bool has_error = call->verdict == EVM_CHECK || call->verdict == EVM_REFUSE;
    CHECK((call->error != 0) == has_error && (call->words[0] != '\0') == has_error, "reason of %s", call->name);
  }
  CHECK(evm_call_find(100000) == NULL && evm_call_find(-1) == NULL, "rows that are not there");
}

static void the_filter_does_what_the_table_says(void) {
  for (int number = 0; number < 2000; number++) {
    struct seccomp_data data = {number, AUDIT_ARCH_X86_64, 0, {0}};
    const struct evm_call *call = evm_call_find(number);
    uint32_t action = run_filter(&data);
    if (call == NULL || call->verdict == EVM_REFUSE) {
      CHECK(action == SECCOMP_RET_USER_NOTIF, "call %d passes", number);
    } else if (call->verdict == EVM_ALLOW) {
      CHECK(action == SECCOMP_RET_ALLOW, "call %d (%s) does not pass", number, call->name);
    } else if (call->verdict == EVM_PRETEND) {
      CHECK(action == SECCOMP_RET_ERRNO, "call %d (%s) is not pretended", number, call->name);
    }
    data.arch = AUDIT_ARCH_I386;
    CHECK(run_filter(&data) == SECCOMP_RET_USER_NOTIF, "32-bit call %d passes", number);
    data.arch = AUDIT_ARCH_X86_64;
    data.nr = (int)(0x40000000U | (uint32_t)number);
    CHECK(run_filter(&data) == SECCOMP_RET_USER_NOTIF, "x32 call %d passes", number);
  }
  struct seccomp_data negative = {-1, AUDIT_ARCH_X86_64, 0, {0}};
  CHECK(run_filter(&negative) == SECCOMP_RET_USER_NOTIF, "call -1 passes");
}

static void arguments_decide(void) {
  static const struct {
    const char *name;
    uint64_t args[4];
    bool allowed;
  } rows[] = {
      {"mmap", {0, 4096, 3, 0x22}, true},             /* RW, private anonymous */
      {"mmap", {0, 4096, 5, 0x02}, true},             /* RX of a file */
      {"mmap", {0, 4096, 7, 0x02}, false},            /* RWX */
      {"mmap", {0, 4096, 6, 0x02}, false},            /* WX */
      {"mmap", {0, 4096, 5, 0x22}, false},            /* RX, anonymous */
      {"mmap", {0, 4096, 5, 0x01}, false},            /* RX, shared */
      {"mmap", {0, 4096, 0x100000007, 0x02}, false},  /* RWX and a high bit */
      {"mprotect", {0, 4096, 3, 0}, true},
      {"mprotect", {0, 4096, 5, 0}, false},
      {"pkey_mprotect", {0, 4096, 4, 0}, false},
      {"shmat", {0, 0, 0, 0}, true},
      {"shmat", {0, 0, 0100000, 0}, false},
      {"memfd_create", {0, 0, 0, 0}, false},
      {"openat", {0, 0, 0, 06755}, true},             /* no O_CREAT: the mode is not looked at */
      {"openat", {0, 0, 0101, 0644}, true},
      {"openat", {0, 0, 0101, 04755}, false},
      {"openat", {0, 0, 020200000 | 2, 02755}, false}, /* O_TMPFILE */
      {"open", {0, 0101, 04755, 0}, false},
      {"creat", {0, 04755, 0, 0}, false},
      {"chmod", {0, 0755, 0, 0}, true},
      {"chmod", {0, 02755, 0, 0}, false},
      {"fchmod", {0, 04755, 0, 0}, false},
      {"fchmodat", {0, 0, 04755, 0}, false},
      {"fchmodat2", {0, 0, 04755, 0}, false},
      {"mknod", {0, 0010644, 0, 0}, true},            /* a FIFO */
      {"mknod", {0, 0020644, 0, 0}, false},           /* a character device */
      {"mknodat", {0, 0, 0060644, 0}, false},         /* a block device */
      {"mknodat", {0, 0, 0104755, 0}, false},
      {"personality", {0xffffffff, 0, 0, 0}, true},
      {"personality", {0x0400000, 0, 0, 0}, false},   /* READ_IMPLIES_EXEC */
      {"clone", {0x003d0f00, 0, 0, 0}, true},         /* a thread */
      {"clone", {0x10000011, 0, 0, 0}, false},        /* CLONE_NEWUSER */
      {"clone", {0x00020011, 0, 0, 0}, false},        /* CLONE_NEWNS */
      {"socket", {AF_INET, SOCK_STREAM, 0, 0}, true},
      {"socket", {AF_INET6, SOCK_DGRAM, 17, 0}, true},
      {"socket", {AF_UNIX, SOCK_STREAM, 0, 0}, true},
      {"socket", {AF_INET, SOCK_STREAM, 262, 0}, false}, /* MPTCP */
      {"socket", {AF_NETLINK, SOCK_RAW, 0, 0}, false},
      {"socket", {AF_VSOCK, SOCK_STREAM, 0, 0}, false},
      {"socket", {AF_PACKET, SOCK_RAW, 0, 0}, false},
      {"socket", {AF_ALG, SOCK_SEQPACKET, 0, 0}, false},
      {"socketpair", {AF_UNIX, SOCK_STREAM, 0, 0}, true},
      {"socketpair", {40, SOCK_STREAM, 0, 0}, false},
      {"ioctl", {0, 0x5401, 0, 0}, true},
      {"ioctl", {0, 0x5412, 0, 0}, false},            /* TIOCSTI */
      {"ioctl", {0, 0x100005412, 0, 0}, false},       /* TIOCSTI and a high bit */
      {"ioctl", {0, 0x541c, 0, 0}, false},            /* TIOCLINUX */
      {"prctl", {15, 0, 0, 0}, true},
      {"prctl", {22, 2, 0, 0}, false},                /* PR_SET_SECCOMP */
      {"prctl", {35, 0, 0, 0}, false},                /* PR_SET_MM */
      {"prctl", {59, 1, 0, 0}, false},                /* PR_SET_SYSCALL_USER_DISPATCH */
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const uint64_t *a = rows[i].args;
    uint32_t wanted = rows[i].allowed ? SECCOMP_RET_ALLOW : SECCOMP_RET_USER_NOTIF;
    CHECK(decide(rows[i].name, a[0], a[1], a[2], a[3]) == wanted, "row %zu (%s)", i, rows[i].name);
  }
}

/* A limit of 1 keeps cores from the machine's collector, so changing it is pretended; all else of limits is allowed. */
static void the_limit_on_cores_stays(void) {
  for (uint64_t pointer = 1; pointer != 0; pointer <<= 1) {
    CHECK(decide("prlimit64", 0, 4, pointer, 0) == SECCOMP_RET_ERRNO, "prlimit64 of cores at %lx", pointer);
  }
  CHECK(decide("prlimit64", 0, 4, 0, 1) == SECCOMP_RET_ALLOW, "asking for the limit on cores");
  CHECK(decide("prlimit64", 0, 7, 1, 0) == SECCOMP_RET_ALLOW, "prlimit64 of descriptors");
  CHECK(decide("setrlimit", 4, 1, 0, 0) == SECCOMP_RET_ERRNO, "setrlimit of cores");
  CHECK(decide("setrlimit", 0x100000004, 1, 0, 0) == SECCOMP_RET_ERRNO, "setrlimit of cores and a high bit");
  CHECK(decide("setrlimit", 7, 1, 0, 0) == SECCOMP_RET_ALLOW, "setrlimit of descriptors");
}

static void jit_allows_only_memory(void) {
  code_length = evm_filter_build(code, true);
  CHECK(decide("mmap", 0, 4096, 7, 0x22) == SECCOMP_RET_ALLOW, "RWX with jit");
  CHECK(decide("mprotect", 0, 4096, 5, 0) == SECCOMP_RET_ALLOW, "mprotect with jit");
  CHECK(decide("memfd_create", 0, 0, 0, 0) == SECCOMP_RET_ALLOW, "memfd with jit");
  CHECK(decide("ioctl", 0, 0x5412, 0, 0) == SECCOMP_RET_USER_NOTIF, "TIOCSTI with jit");
  CHECK(decide("chmod", 0, 04755, 0, 0) == SECCOMP_RET_USER_NOTIF, "set-user-id with jit");
  code_length = evm_filter_build(code, false);
}

static void words_name_what_was_tried(void) {
  char words[EVM_WORDS_MAX];
  struct seccomp_data vsock = {41, AUDIT_ARCH_X86_64, 0, {40, 1, 0}};
  CHECK(evm_call_explain(&vsock, words, sizeof words) == 97, "errno of a vsock"); /* EAFNOSUPPORT */
  CHECK(strstr(words, "family 40") != NULL, "%s", words);
  struct seccomp_data old = {20, AUDIT_ARCH_I386, 0, {0}};
  CHECK(evm_call_explain(&old, words, sizeof words) == 38 && strstr(words, "int 0x80") != NULL, "%s", words);
  struct seccomp_data unknown = {1999, AUDIT_ARCH_X86_64, 0, {0}};
  struct seccomp_data clone3 = {435, AUDIT_ARCH_X86_64, 0, {0}};
  CHECK(evm_call_falls_back(&clone3) && !evm_call_falls_back(&unknown) && !evm_call_falls_back(&old), "clone3");
  CHECK(evm_call_explain(&unknown, words, sizeof words) == 38 && strstr(words, "1999") != NULL, "%s", words);
}

static void strings_become_json(void) {
  char out[64];
  evm_json_string(out, sizeof out, "a\"b\\c\n\x01\xff");
  CHECK(strcmp(out, "\"a\\\"b\\\\c\\u000a\\u0001?\"") == 0, "%s", out);
  char small[12];
  CHECK(evm_json_string(small, sizeof small, "0123456789") < sizeof small, "cut");
  CHECK(small[0] == '"' && small[strlen(small) - 1] == '"', "cut string keeps its quotes: %s", small);
}

static void refusals_are_counted_by_words(void) {
  static struct evm_refusals refusals;
  for (int i = 0; i < 100; i++) {
    char words[32];
    evm_format(words, sizeof words, "kind %d", i % 20);
    evm_refusals_add(&refusals, words, i < 99);
  }
  CHECK(refusals.total == 100 && refusals.count == EVM_REFUSALS_MAX, "count %d", refusals.count);
  CHECK(refusals.entries[0].count == 5 && strcmp(refusals.last, "kind 18") == 0, "last %s", refusals.last);
}

/* Runs the parser in a child; returns its exit code: 0 accepted, 125 refused. */
static int parse(int count, char **args) {
  fflush(NULL);
  pid_t pid = fork();
  if (pid == 0) {
    if (freopen("/dev/null", "w", stderr) == NULL) _exit(1);
    static struct evm_spec spec;
    evm_spec_parse(&spec, count, args);
    _exit(0);
  }
  int status;
  waitpid(pid, &status, 0);
  return WEXITSTATUS(status);
}

static void bad_options_are_refused(void) {
  static char *rows[][6] = {
      {"--"},
      {"--", "true"},                           /* not absolute */
      {"--nonsense", "--", "/true"},
      {"--wall-ms", "-1", "--", "/true"},
      {"--wall-ms", "1x", "--", "/true"},
      {"--wall-ms"},
      {"--bundle", "/", "--", "/true"},
      {"--bundle", "///", "--", "/true"},
      {"--work", "relative", "--", "/true"},
      {"--work", "/a/../b", "--", "/true"},
      {"--ro", "/a", "/", "--", "/true"},
      {"--ro", "/a"},
      {"--env", "NOEQUALS", "--", "/true"},
      {"--uid", "0", "--", "/true"},
      {"--uid", "5", "--", "/true"},            /* without --gid */
      {"--exec-dir", "/usr/bin", "--", "/true"}, /* without --bundle */
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    int count = 0;
    while (count < 6 && rows[i][count] != NULL) count++;
    CHECK(parse(count, rows[i]) == 125, "row %zu is accepted", i);
  }
  static char *good[] = {"--wall-ms", "10", "--env", "A=b", "--", "/true", "x"};
  CHECK(parse(7, good) == 0, "a good command line is refused");
}

/* A socket closed with something unread says ECONNRESET to its peer, before what it had said itself. */
static void last_words_come_through(void) {
  int pair[2];
  struct evm_message message;
  int descriptor;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) abort();
  CHECK(evm_message_signal(pair[0], EVM_BEAT) == 0, "no beat");
  CHECK(evm_message_signal(pair[1], EVM_DONE) == 0, "no last words");
  close(pair[1]);
  CHECK(evm_message_receive(pair[0], &message, &descriptor) == 1 && message.kind == EVM_DONE, "last words are lost");
  CHECK(evm_message_receive(pair[0], &message, &descriptor) == 0, "the end is not seen");
  close(pair[0]);
}

static char machine[] = "/tmp/evm-check-XXXXXX"; /* /proc, /dev and /sys of another machine */

static void put(const char *path, const char *text) {
  char full[256];
  snprintf(full, sizeof full, "%s%s", machine, path);
  for (char *slash = strchr(full + sizeof machine, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(full, 0700);
    *slash = '/';
  }
  FILE *file = fopen(full, "w");
  if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) abort();
}

static bool private_swap(const char *areas) {
  char text[512];
  snprintf(text, sizeof text, "Filename\t\t\tType\t\tSize\t\tUsed\t\tPriority\n%s", areas);
  put("/proc/swaps", text);
  return evm_swap_is_private(machine);
}

static void only_encrypted_swap_is_private(void) {
  if (mkdtemp(machine) == NULL) abort();
  char link[256];
  put("/dev/sda2", "");
  put("/dev/dm-0", "");
  put("/dev/dm-1", "");
  put("/dev/dm-2", "");
  put("/dev/zram0", "");
  put("/dev/zram1", "");
  put("/swapfile", "");
  put("/dev/mapper/control", "");
  snprintf(link, sizeof link, "%s/dev/mapper/swap", machine);
  if (symlink("../dm-0", link) != 0) abort();
  put("/sys/block/dm-0/dm/uuid", "CRYPT-PLAIN-swap\n");
  put("/sys/block/dm-1/dm/uuid", "LVM-abc\n");
  put("/sys/block/dm-1/slaves/dm-0", "");
  put("/sys/block/dm-2/dm/uuid", "LVM-abd\n");
  put("/sys/block/dm-2/slaves/dm-0", "");
  put("/sys/block/dm-2/slaves/sda2", "");
  put("/sys/block/zram0/backing_dev", "none\n");
  put("/sys/block/zram1/backing_dev", "/dev/sda2\n");
  CHECK(!evm_swap_is_private(machine), "no table of swap is private");
  CHECK(!private_swap(""), "no swap is private");
  CHECK(private_swap("/dev/mapper/swap partition 1 0 -2\n"), "dm-crypt by its name is not private");
  CHECK(private_swap("/dev/dm-1 partition 1 0 -2\n/dev/zram0 partition 1 0 5\n"), "LVM on dm-crypt, or zram, is not");
  CHECK(!private_swap("/dev/dm-0 partition 1 0 -2\n/dev/sda2 partition 1 0 5\n"), "one plain area is overlooked");
  CHECK(!private_swap("/dev/dm-2 partition 1 0 -2\n"), "half of a volume is plain");
  CHECK(!private_swap("/dev/zram1 partition 1 0 5\n"), "zram writes to a plain disk");
  CHECK(!private_swap("/swapfile file 1 0 -2\n"), "a file is private");
  CHECK(!private_swap("/dev/gone partition 1 0 -2\n"), "what is not there is private");
  put("/proc/meminfo", "MemTotal:  1000 kB\nMemFree: 1 kB\nMemAvailable:  250 kB\n");
  CHECK(!evm_memory_is_short(machine), "a quarter is short");
  put("/proc/meminfo", "MemTotal:  1000 kB\nMemFree: 1 kB\nMemAvailable:  249 kB\n");
  CHECK(evm_memory_is_short(machine), "less than a quarter is not short");
  char remove[300];
  snprintf(remove, sizeof remove, "rm -r %s", machine);
  if (system(remove) != 0) abort();
}

int main(void) {
  code_length = evm_filter_build(code, false);
  printf("filter: %zu instructions\n", code_length);
  the_table_is_in_order();
  the_filter_does_what_the_table_says();
  arguments_decide();
  the_limit_on_cores_stays();
  jit_allows_only_memory();
  words_name_what_was_tried();
  strings_become_json();
  refusals_are_counted_by_words();
  bad_options_are_refused();
  last_words_come_through();
  only_encrypted_swap_is_private();
  if (failures != 0) fprintf(stderr, "%d checks failed\n", failures);
  return failures == 0 ? 0 : 1;
}
