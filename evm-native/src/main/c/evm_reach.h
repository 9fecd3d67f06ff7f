/*
 * The hosts and ports outside that a program may reach. Its network namespace has a loopback and nothing
 * else; on that the portal listens for each of them before the program exists, and passes the listeners
 * out. A process outside accepts what comes, connects to the one address it was told, and carries bytes:
 * the program never holds a socket of the machine's own network, and no address of its choosing leaves.
 */
#ifndef EVM_REACH_H
#define EVM_REACH_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define EVM_REACH_MAX 32
/* Connections at once; more wait in the listeners' queues. */
#define EVM_REACH_CONNECTIONS 64

struct evm_spec;

struct evm_reach {
  const char *name; /* as the program knows it, by /etc/hosts */
  int port;         /* inside and outside */
  int host;         /* number of its name, from 1: it is 127.0.1.HOST inside */
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } address; /* outside */
};

/* What went through, in a page shared with the process that carries it. */
struct evm_reached {
  int64_t connections;
  int64_t failed; /* of those: nobody answered outside */
  int64_t sent_bytes;
  int64_t received_bytes;
};

/* In the portal, in its network namespace: listens, and passes each listener out as EVM_PORT. */
void evm_reach_listen(const struct evm_spec *spec, int socket);

/* In the launcher: the process that carries bytes. */
struct evm_carrier {
  int listeners[EVM_REACH_MAX]; /* 0: not here yet */
  int lifeline; /* closed: end when what is under way has left, at most EVM_REACH_DRAIN_MS later */
  pid_t pid;
  struct evm_reached *reached; /* one an entry; NULL without any */
};

#define EVM_REACH_DRAIN_MS 2000

/* Takes a listener that the portal passed; the number is its entry's. */
void evm_carrier_take(struct evm_carrier *carrier, const struct evm_spec *spec, int number, int listener);

/* Starts the process, as the spec's account. Returns 0, or -1 with errno when a listener is missing or it cannot. */
int evm_carrier_start(struct evm_carrier *carrier, const struct evm_spec *spec);

/* Waits for its end; at once: without letting it finish. */
void evm_carrier_end(struct evm_carrier *carrier, int at_once);

#endif
