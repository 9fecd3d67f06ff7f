#define _GNU_SOURCE
#include "evm_report.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_MAX_BYTES 32768

struct line {
  char text[LINE_MAX_BYTES];
  size_t length;
};

size_t evm_json_string(char *out, size_t size, const char *text) {
  if (size < 3) return evm_format(out, size, "%s", "");
  size_t length = 0;
  out[length++] = '"';
  for (const char *c = text; *c != '\0'; c++) {
    if (length + 8 > size) break; /* room for the longest escape, the quote and the zero */
    unsigned char byte = (unsigned char)*c;
    if (byte == '"' || byte == '\\') {
      out[length++] = '\\';
      out[length++] = (char)byte;
    } else if (byte < 0x20) {
      length += evm_format(out + length, size - length, "\\u%04x", byte);
    } else {
      out[length++] = byte < 0x7f ? (char)byte : '?';
    }
  }
  out[length++] = '"';
  out[length] = '\0';
  return length;
}

static void add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct line *line, const char *format, ...) {
  va_list args;
  va_start(args, format);
  line->length += evm_vformat(line->text + line->length, sizeof line->text - line->length, format, args);
  va_end(args);
}

static void add_string(struct line *line, const char *name, const char *text) {
  add(line, ",\"%s\":", name);
  line->length += evm_json_string(line->text + line->length, sizeof line->text - line->length, text);
}

static void add_number(struct line *line, const char *name, int64_t value) {
  add(line, ",\"%s\":%lld", name, (long long)value);
}

/* Writes the whole line or, if the reader takes nothing for the given time, gives up. */
static void send_line(int fd, struct line *line, int wait_ms) {
  if (fd < 0) return;
  add(line, "}\n");
  int flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  for (size_t sent = 0; sent < line->length;) {
    ssize_t n = write(fd, line->text + sent, line->length - sent);
    if (n > 0) {
      sent += (size_t)n;
      wait_ms = wait_ms > 1000 ? wait_ms : 1000; /* once begun, a line is finished */
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    struct pollfd pollfd = {fd, POLLOUT, 0};
    if (n < 0 && errno == EAGAIN && wait_ms > 0 && poll(&pollfd, 1, wait_ms) == 1) continue;
    break;
  }
  fcntl(fd, F_SETFL, flags);
}

void evm_report_ready(int fd, int pid, int landlock_abi, int cgroup_version, const char *cgroup_reason,
                      bool jit) {
  struct line line = {.length = 0};
  add(&line, "{\"event\":\"ready\",\"pid\":%d,\"landlock\":%d,\"cgroup\":%d", pid, landlock_abi, cgroup_version);
  add_string(&line, "cgroupReason", cgroup_version == 0 ? cgroup_reason : "");
  add(&line, ",\"jit\":%s", jit ? "true" : "false");
  send_line(fd, &line, 5000);
}

static void add_usage(struct line *line, const struct evm_usage *usage) {
  add_number(line, "cpuMicros", usage->cpu_us);
  add_number(line, "memoryBytes", usage->memory_bytes);
  add_number(line, "processes", usage->processes);
  add_number(line, "diskBytes", usage->disk_bytes);
  add_number(line, "diskFiles", usage->disk_files);
}

void evm_report_usage(int fd, const struct evm_usage *usage) {
  struct line line = {.length = 0};
  add(&line, "{\"event\":\"usage\"");
  add_usage(&line, usage);
  send_line(fd, &line, 0);
}

static const char *outcome_name(enum evm_outcome outcome) {
  switch (outcome) {
    case EVM_EXITED: return "exited";
    case EVM_SIGNALED: return "signaled";
    case EVM_LIMIT: return "limit";
    case EVM_KILLED: return "killed";
    case EVM_LIFELINE: return "lifeline";
    case EVM_ALTERED: return "altered";
    case EVM_REFUSED: return "refused";
  }
  return "refused";
}

static int64_t micros(struct timeval time) { return (int64_t)time.tv_sec * 1000000 + time.tv_usec; }

static void add_reached(struct line *line, const struct evm_spec *spec, const struct evm_reached *reached) {
  add(line, ",\"reached\":[");
  for (size_t i = 0; reached != NULL && i < spec->reach_count; i++) {
    add(line, "%s{\"port\":%d", i == 0 ? "" : ",", spec->reach[i].port);
    add_string(line, "host", spec->reach[i].name);
    add_number(line, "connections", reached[i].connections);
    add_number(line, "failed", reached[i].failed);
    add_number(line, "sentBytes", reached[i].sent_bytes);
    add_number(line, "receivedBytes", reached[i].received_bytes);
    add(line, "}");
  }
  add(line, "]");
}

void evm_report_result(int fd, const struct evm_result *result, const struct evm_spec *spec,
                       const struct evm_reached *reached) {
  struct line line = {.length = 0};
  bool ran = result->outcome != EVM_REFUSED;
  add(&line, "{\"event\":\"result\"");
  add_string(&line, "outcome", outcome_name(result->outcome));
  add_number(&line, "exitCode", ran && WIFEXITED(result->status) ? WEXITSTATUS(result->status) : -1);
  add_number(&line, "signal", ran && WIFSIGNALED(result->status) ? WTERMSIG(result->status) : 0);
  add_string(&line, "limit", result->limit);
  add_string(&line, "reason", result->reason);
  add_number(&line, "wallMicros", result->wall_us);
  add_number(&line, "pausedMicros", result->paused_us);
  add_number(&line, "userMicros", micros(result->rusage.ru_utime));
  add_number(&line, "systemMicros", micros(result->rusage.ru_stime));
  add_number(&line, "maxRssBytes", (int64_t)result->rusage.ru_maxrss * 1024);
  add_number(&line, "readBlocks", result->rusage.ru_inblock);
  add_number(&line, "writtenBlocks", result->rusage.ru_oublock);
  add(&line, ",\"peak\":{\"event\":\"usage\"");
  add_usage(&line, &result->peak);
  add(&line, "}");
  add_string(&line, "crash", result->crash);
  add_number(&line, "refusedCalls", result->refusals.total);
  add_string(&line, "lastRefusal", result->refusals.last);
  add(&line, ",\"refusals\":[");
  for (int i = 0; i < result->refusals.count; i++) {
    add(&line, "%s{\"count\":%lld", i == 0 ? "" : ",", (long long)result->refusals.entries[i].count);
    add_string(&line, "words", result->refusals.entries[i].words);
    add(&line, "}");
  }
  add(&line, "]");
  add_reached(&line, spec, reached);
  send_line(fd, &line, 5000);
}

void evm_refusals_add(struct evm_refusals *refusals, const char *words, bool matters) {
  refusals->total++;
  if (matters) evm_format(refusals->last, sizeof refusals->last, "%s", words);
  for (int i = 0; i < refusals->count; i++) {
    if (strncmp(refusals->entries[i].words, words, EVM_WORDS_MAX) != 0) continue;
    refusals->entries[i].count++;
    return;
  }
  if (refusals->count == EVM_REFUSALS_MAX) return;
  struct evm_refusal *entry = &refusals->entries[refusals->count++];
  evm_format(entry->words, sizeof entry->words, "%s", words);
  entry->count = 1;
}
