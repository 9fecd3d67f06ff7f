/* The launcher: outside the sandbox, starts it, watches over it, reports, cleans. */
#ifndef EVM_LAUNCH_H
#define EVM_LAUNCH_H

#include "evm_spare.h"
#include "evm_spec.h"

struct evm_channels {
  int report;   /* events are written here; -1: none */
  int commands; /* commands are read here, and its end is the lost lifeline; -1: none */
  bool quiet;   /* standard error is the program's alone; reasons go into the report only */
};

/* Runs the program to its end; with a spare, by its helper and in its group, else NULL. Returns the exit code for evm-run (docs/evm.md, "Exit codes"). */
int evm_launch(struct evm_spec *spec, struct evm_channels channels, struct evm_spare *spare);

#endif
