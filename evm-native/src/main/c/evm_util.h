/* Small shared pieces of evm-run: failing with a reason, writing files, time. */
#ifndef EVM_UTIL_H
#define EVM_UTIL_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* Longest reason that crosses a process boundary, with its terminating zero. */
#define EVM_REASON_MAX 480

/*
 * Where a reason goes when a step fails: set once per process. The launcher prints it and reports it,
 * processes inside the sandbox send it to the launcher. Never returns.
 */
typedef void (*evm_fail_fn)(const char *reason) __attribute__((noreturn));
void evm_fail_set(evm_fail_fn fn);

/* Ends this process with a formatted reason: what failed, with which value, what would help. */
void evm_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* As evm_fail, with ": " and the text of errno appended. */
void evm_fail_errno(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Like snprintf, but cutting is intended: returns the length written, always below size. */
size_t evm_format(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
size_t evm_vformat(char *out, size_t size, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

/* Writes text to an existing file in one write(2). Returns 0, or -1 with errno. */
int evm_write_file(const char *path, const char *text);

/* Reads a small file, zero-terminated. Returns its length (cut at size - 1), or -1 with errno. */
long evm_read_file(const char *path, char *out, size_t size);

/* CLOCK_BOOTTIME in milliseconds, so that a machine's sleep counts towards the wall clock limit. */
int64_t evm_now_ms(void);

/* CLOCK_MONOTONIC in milliseconds, so that a machine's sleep is not taken for a lost heartbeat. */
int64_t evm_awake_ms(void);

/* CLOCK_MONOTONIC in microseconds, for durations in reports. */
int64_t evm_now_us(void);

#endif
