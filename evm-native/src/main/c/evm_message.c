#define _GNU_SOURCE
#include "evm_message.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int evm_message_send(int socket, const struct evm_message *message, int descriptor) {
  struct iovec data = {(void *)(uintptr_t)message, sizeof *message};
  union {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control;
  memset(&control, 0, sizeof control);
  struct msghdr header = {.msg_iov = &data, .msg_iovlen = 1};
  if (descriptor >= 0) {
    header.msg_control = control.bytes;
    header.msg_controllen = sizeof control.bytes;
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&header);
    cmsg->cmsg_level = SOL_SOCKET;
    cmsg->cmsg_type = SCM_RIGHTS;
    cmsg->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(cmsg), &descriptor, sizeof descriptor);
  }
  ssize_t sent;
  do {
    sent = sendmsg(socket, &header, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == (ssize_t)sizeof *message ? 0 : -1;
}

int evm_message_signal(int socket, enum evm_kind kind) {
  struct evm_message message;
  memset(&message, 0, sizeof message);
  message.kind = (int32_t)kind;
  return evm_message_send(socket, &message, -1);
}

int evm_message_receive(int socket, struct evm_message *message, int *descriptor) {
  *descriptor = -1;
  struct iovec data = {message, sizeof *message};
  union {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control;
  struct msghdr header = {.msg_iov = &data,
                          .msg_iovlen = 1,
                          .msg_control = control.bytes,
                          .msg_controllen = sizeof control.bytes};
  ssize_t got;
  int resets = 0; /* it closed with a message of ours unread: what it said before comes after this error */
  do {
    got = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  } while (got < 0 && (errno == EINTR || (errno == ECONNRESET && resets++ == 0)));
  if (got < 0) return -1;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c != NULL; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
        c->cmsg_len == CMSG_LEN(sizeof(int))) {
      memcpy(descriptor, CMSG_DATA(c), sizeof *descriptor);
    }
  }
  if (got == 0) return 0;
  if (got != (ssize_t)sizeof *message) {
    errno = EPROTO;
    return -1;
  }
  return 1;
}
