#define _GNU_SOURCE
#include "evm_arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "evm_util.h"

static void read_fully(int fd, char *out, size_t size) {
  for (size_t have = 0; have < size;) {
    ssize_t got = read(fd, out + have, size - have);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) evm_fail("the controller hung up before it said what to run");
    have += (size_t)got;
  }
}

void evm_arguments_read(int fd, struct evm_arguments *arguments) {
  unsigned char header[4];
  read_fully(fd, (char *)header, sizeof header);
  size_t length = header[0] | (size_t)header[1] << 8 | (size_t)header[2] << 16 | (size_t)header[3] << 24;
  if (length == 0 || length > EVM_ARGS_BYTES_MAX) {
    evm_fail("a command line of %zu bytes: want 1..%d", length, EVM_ARGS_BYTES_MAX);
  }
  char *bytes = malloc(length);
  char **list = calloc(EVM_ARGS_MAX + 1, sizeof *list);
  if (bytes == NULL || list == NULL) evm_fail("no memory for the command line");
  read_fully(fd, bytes, length);
  if (bytes[length - 1] != '\0') evm_fail("the command line does not end with a zero");
  int count = 0;
  for (size_t at = 0; at < length; at += strlen(bytes + at) + 1) {
    if (count == EVM_ARGS_MAX) evm_fail("a command line of more than %d strings", EVM_ARGS_MAX);
    list[count++] = bytes + at;
  }
  *arguments = (struct evm_arguments){bytes, length, list, count};
}

static int write_fully(int fd, const char *bytes, size_t size) {
  for (size_t sent = 0; sent < size;) {
    ssize_t now = send(fd, bytes + sent, size - sent, MSG_NOSIGNAL);
    if (now < 0 && errno == EINTR) continue;
    if (now < 0) return -1;
    sent += (size_t)now;
  }
  return 0;
}

int evm_arguments_write(int fd, const char *bytes, size_t length) {
  char header[4];
  for (int i = 0; i < 4; i++) header[i] = (char)(length >> 8 * i & 0xff);
  return write_fully(fd, header, sizeof header) != 0 || write_fully(fd, bytes, length) != 0 ? -1 : 0;
}
