#define _GNU_SOURCE
#include "evm_crash.h"

#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "evm_util.h"

#define FOLLOW (PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE)

/* Crashes of one run that are described: each reads a memory map, on the machine's time. */
#define CRASHES_MAX 100

/*
 * A stop hands the processor to whoever else wants it, and a program of lowest priority may wait a millisecond to get
 * it back: at this rate that is one per cent of its time.
 */
#define STOPS_AT_ONCE 200
#define STOPS_A_SECOND 10

/* Looks for processes that were not traced when a pause begins. */
#define PASSES_MAX 100

static struct {
  int stops;
  bool exceeded; /* somebody was let go */
  int64_t refilled_ms;
} budget = {.stops = STOPS_AT_ONCE};

struct place {
  char file[192]; /* "": no file is mapped there */
  uint64_t offset;
};

/* What a handler saw before it let the signal's default action end the process, as crash reporters do. */
static struct {
  pid_t pid;
  siginfo_t info;
  uint64_t instruction;
} handled;

void evm_crash_await(const int gate[2]) {
  close(gate[1]);
  /* the portal's own memory is not to be traced; this copy may be until execve makes another */
  if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) evm_fail_errno("let the portal watch the program");
  char byte = 0;
  if (write(gate[0], &byte, 1) != 1 || read(gate[0], &byte, 1) != 1) evm_fail("the portal is gone");
  close(gate[0]);
}

void evm_crash_watch(pid_t program, const int gate[2]) {
  close(gate[0]);
  char byte;
  if (read(gate[1], &byte, 1) == 1) {
    ptrace(PTRACE_SEIZE, program, 0, FOLLOW);
    if (write(gate[1], &byte, 1) != 1) evm_fail_errno("start the program");
  }
  close(gate[1]);
}

/* Whether the process has a handler for the signal and so goes on: bit N-1 of SigCgt in /proc/PID/status. */
static bool is_caught(pid_t pid, int sig) {
  char path[64];
  char text[4096];
  evm_format(path, sizeof path, "/proc/%d/status", pid);
  if (evm_read_file(path, text, sizeof text) < 0) return false;
  const char *caught = strstr(text, "\nSigCgt:");
  return caught != NULL && (strtoull(caught + 8, NULL, 16) >> (sig - 1) & 1) != 0;
}

/* Finds the mapped file an address lies in, and how far behind the beginning of that file's first mapping. */
static struct place find_place(pid_t pid, uint64_t address) {
  struct place place = {"", 0};
  char line[512];
  evm_format(line, sizeof line, "/proc/%d/maps", pid);
  FILE *maps = fopen(line, "re");
  if (maps == NULL) return place;
  uint64_t first = 0;
  char file[sizeof place.file] = "";
  while (fgets(line, sizeof line, maps) != NULL) {
    unsigned long long begin, end;
    int name = 0;
    size_t length = strcspn(line, "\n");
    bool whole = line[length] == '\n';
    line[length] = '\0';
    for (int c = whole ? '\n' : 0; c != '\n' && c != EOF;) c = fgetc(maps);
    if (sscanf(line, "%llx-%llx %*s %*s %*s %*s %n", &begin, &end, &name) != 2 || name == 0) continue;
    if (line[name] == '\0') continue; /* anonymous: what a library keeps between its own mappings */
    if (strncmp(line + name, file, sizeof file - 1) != 0) {
      evm_format(file, sizeof file, "%s", line + name);
      first = begin;
    }
    if (address < begin || address >= end) continue;
    evm_format(place.file, sizeof place.file, "%s", file);
    place.offset = address - first;
    break;
  }
  fclose(maps);
  return place;
}

/* What a fault means, from its code; see sigaction(2). */
static const char *meaning(const siginfo_t *info) {
  switch (info->si_signo) {
    case SIGSEGV:
      return info->si_code == SEGV_MAPERR   ? "touched memory that is not there, at"
             : info->si_code == SEGV_ACCERR ? "touched memory in a way it may not, at"
                                            : "touched an address that cannot be, near";
    case SIGBUS: return "touched a mapped file beyond its end, or a broken one, at";
    case SIGFPE:
      return info->si_code == FPE_INTDIV ? "divided by zero at" : "made an arithmetic error at";
    case SIGILL: return "ran an instruction this processor does not know at";
    default: return "trapped at";
  }
}

static bool describe(pid_t pid, const siginfo_t *info, uint64_t instruction, char *words, size_t size) {
  static int crashes;
  if (++crashes > CRASHES_MAX) return false;
  char path[64];
  char name[64];
  evm_format(path, sizeof path, "/proc/%d/comm", pid);
  if (evm_read_file(path, name, sizeof name) < 0) return false;
  name[strcspn(name, "\n")] = '\0';
  struct place place = find_place(pid, instruction);
  size_t length = evm_format(words, size, "%s crashed (SIG%s) in ", name, sigabbrev_np(info->si_signo));
  length += place.file[0] == '\0'
                ? evm_format(words + length, size - length, "no file, at 0x%llx", (unsigned long long)instruction)
                : evm_format(words + length, size - length, "%s+0x%llx", place.file, (unsigned long long)place.offset);
  evm_format(words + length, size - length, ": it %s 0x%llx", meaning(info),
             (unsigned long long)(uintptr_t)info->si_addr);
  return true;
}

static bool is_fault(int sig) {
  return sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE || sig == SIGILL || sig == SIGTRAP;
}

/* A signal before it is delivered. One of the kernel's own making that nobody handles is a crash. */
static bool is_crash(pid_t pid, int sig, char *words, size_t size) {
  siginfo_t info;
  struct user_regs_struct registers;
  if (!is_fault(sig) || ptrace(PTRACE_GETSIGINFO, pid, 0, &info) != 0) return false;
  bool by_kernel = info.si_code > 0;
  if (is_caught(pid, sig)) {
    if (by_kernel && ptrace(PTRACE_GETREGS, pid, 0, &registers) == 0) {
      handled.pid = pid;
      handled.info = info;
      handled.instruction = registers.rip;
    }
    return false;
  }
  if (!by_kernel) { /* raised: again, after a handler told of it, or by the program for reasons of its own */
    bool again = handled.pid == pid && handled.info.si_signo == sig;
    return again && describe(pid, &handled.info, handled.instruction, words, size);
  }
  return ptrace(PTRACE_GETREGS, pid, 0, &registers) == 0 && describe(pid, &info, registers.rip, words, size);
}

/* Names of a folder of /proc that are numbers, one a call; 0 at the end. */
static pid_t next_number(DIR *dir) {
  const struct dirent *entry;
  while ((entry = readdir(dir)) != NULL) {
    if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9') return (pid_t)atoi(entry->d_name);
  }
  return 0;
}

/* Traces all that is not traced, and stops each if asked to. Returns how many were not. */
static int seize_all(bool stop) {
  DIR *processes = opendir("/proc");
  if (processes == NULL) evm_fail_errno("list processes");
  int seized = 0;
  for (pid_t pid; (pid = next_number(processes)) != 0;) {
    char path[64];
    evm_format(path, sizeof path, "/proc/%d/task", pid);
    DIR *threads = pid == 1 ? NULL : opendir(path);
    if (threads == NULL) continue; /* it ended meanwhile */
    for (pid_t tid; (tid = next_number(threads)) != 0;) {
      bool fresh = ptrace(PTRACE_SEIZE, tid, 0, FOLLOW) == 0; /* EPERM: traced already, or not to be */
      if (fresh) seized++;
      if (stop) ptrace(PTRACE_INTERRUPT, tid, 0, 0);
    }
    closedir(threads);
  }
  closedir(processes);
  return seized;
}

void evm_crash_tick(void) {
  int64_t now = evm_awake_ms();
  if (budget.refilled_ms == 0) budget.refilled_ms = now;
  int64_t more = (now - budget.refilled_ms) * STOPS_A_SECOND / 1000;
  if (more == 0) return;
  budget.refilled_ms = now;
  budget.stops = budget.stops + more < STOPS_AT_ONCE ? (int)(budget.stops + more) : STOPS_AT_ONCE;
  if (!budget.exceeded || budget.stops < STOPS_AT_ONCE) return;
  budget.exceeded = false;
  seize_all(false);
}

void evm_crash_stop_all(void) {
  /* what an untraced process started behind the back of a pass is seen by the next; a traced one's is stopped at birth */
  for (int pass = 0; pass < PASSES_MAX && seize_all(true) > 0; pass++) continue;
}

/* Whether this stop is within the budget. */
static bool spend(void) {
  if (budget.stops > 0) {
    budget.stops--;
    return true;
  }
  budget.exceeded = true;
  return false;
}

bool evm_crash_pass(pid_t pid, int status, char *words, size_t size) {
  int sig = WSTOPSIG(status);
  int event = status >> 16;
  bool crash = event == 0 && is_crash(pid, sig, words, size);
  long deliver = event == 0 ? sig : 0;
  /* ESRCH from any of these: killed meanwhile */
  if (!spend()) {
    ptrace(PTRACE_DETACH, pid, 0, deliver); /* one that is stopped by SIGSTOP stays so */
  } else if (event == PTRACE_EVENT_STOP && sig != SIGTRAP) {
    ptrace(PTRACE_LISTEN, pid, 0, 0); /* stopped as any process is: it waits for SIGCONT */
  } else {
    ptrace(PTRACE_CONT, pid, 0, deliver);
  }
  return crash;
}
