/* The birth of the portal: the account, the groups, the namespaces. */
#ifndef EVM_START_H
#define EVM_START_H

#include <sys/types.h>

#include "evm_spec.h"

/*
 * Starts the portal in new namespaces as a child of the caller, talking over the socket. As root it
 * first becomes the spec's account, so that outside the sandbox's namespaces it holds no privilege
 * either. Returns its pid; ends with a reason on failure, or returns -1 after a reason was reported.
 */
pid_t evm_start_portal(struct evm_spec *spec, int socket);

/* As root, in a helper: starts the portal as the caller's sibling, notes its pid in the shared page, and ends. */
void __attribute__((noreturn)) evm_start_help(struct evm_spec *spec, int socket, pid_t *portal);

/* A page for evm_start_help's answer, shared with children to come. */
pid_t *evm_start_share(void);

/* Waits for the helper's end and lets go of the page. Returns what the helper noted, else -1. */
pid_t evm_start_await(pid_t helper, pid_t *portal);

/* Opens the spec's files for output as 1 and 2, and checks that none of 0, 1, 2 leads out of the sandbox. */
void evm_start_open_output(const struct evm_spec *spec);

/* As root: becomes the spec's account for good. Ends with a reason on failure. */
void evm_start_become_account(const struct evm_spec *spec);

/* Fills in the account the program runs as: the caller's own, or as root the one it was told. */
void evm_start_choose_account(struct evm_spec *spec);

#endif
