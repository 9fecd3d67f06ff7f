/* A command line that comes over a socket: its length (4 bytes, little-endian), then strings, each ended by a zero. */
#ifndef EVM_ARGUMENTS_H
#define EVM_ARGUMENTS_H

#include <stddef.h>

/* Most strings, and bytes, of one. */
#define EVM_ARGS_MAX 8192
#define EVM_ARGS_BYTES_MAX (1024 * 1024)

struct evm_arguments {
  char *bytes; /* the strings one after the other; parsing may change them */
  size_t length;
  char **list;
  int count;
};

/* Reads one. Ends with a reason when it is not well made, or the sender hung up before. */
void evm_arguments_read(int fd, struct evm_arguments *arguments);

/* Sends one. Returns 0, or -1 with errno. */
int evm_arguments_write(int fd, const char *bytes, size_t length);

#endif
