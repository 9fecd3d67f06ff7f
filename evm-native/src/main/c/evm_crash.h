/*
 * Where a program crashed: the portal traces it and everything it starts, so that it sees a fatal fault before
 * the process and its memory map are gone. A traced process stops for a signal and a birth, never for a system
 * call, so those cost what they did. Stops have a budget: who uses it up is let go, and traced again in calmer times.
 */
#ifndef EVM_CRASH_H
#define EVM_CRASH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Called by the program's process before execve: lets the portal trace it, and waits until it does. */
void evm_crash_await(const int gate[2]);

/*
 * Traces the process at the other end of the gate, and opens it. Where tracing is refused (Yama's ptrace_scope 3) the
 * program runs all the same, and a crash is told without its place.
 */
void evm_crash_watch(pid_t program, const int gate[2]);

/* Refills the budget; called some times a second. */
void evm_crash_tick(void);

/* Makes every process and thread stop that can be traced, whatever it does; waitpid(2) then tells of each. */
void evm_crash_stop_all(void);

/*
 * Lets a traced process go on that waitpid(2) says has stopped. Returns whether it is about to die of a fault;
 * then the words say of which and where.
 */
bool evm_crash_pass(pid_t pid, int status, char *words, size_t size);

#endif
