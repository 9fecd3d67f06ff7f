/*
 * evm-seal: shows a folder of ciphertext as a file system, for one run of evm-run. Holds the key and
 * every block's version; the program cannot reach it, it lives outside the sandbox's namespaces.
 *
 * receive the order (key) → load the index → receive the device of the mount → serve with a few threads
 * → mount gone → write the index → say so. Descriptors: 3 the launcher's socket, 4 the folder.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "evm_message.h"
#include "evm_spec.h"
#include "seal_confine.h"
#include "seal_filter.h"
#include "seal_fuse.h"
#include "seal_index.h"

#define SOCKET 3
#define FOLDER 4
#define THREADS_MIN 2
#define THREADS_MAX 8
#define STACK (256 * 1024)

/* One page, locked and never dumped: the only place where keys are, besides the ciphers' own contexts. */
struct secrets {
  struct seal_keys keys;
  unsigned char subjob_key[SEAL_KEY];
};

static struct seal_store store;
static struct seal_worker workers[THREADS_MAX];
static int device = -1;
static int all_done = -1;

static void say(enum evm_kind kind, const char *text) {
  struct evm_message message;
  memset(&message, 0, sizeof message);
  message.kind = (int32_t)kind;
  evm_format(message.as.text, sizeof message.as.text, "%s", text);
  evm_message_send(SOCKET, &message, -1);
}

static void __attribute__((noreturn)) fail_to_launcher(const char *reason) {
  say(EVM_FAILED, reason);
  _exit(125);
}

static void tell_poisoned(struct seal_store *poisoned) {
  say(poisoned->altered ? EVM_ALTERED_DATA : EVM_FAILED, poisoned->reason);
}

/* No dump, no tracing, no new rights, lowest priority, as many files as may be. */
static void restrict_self(void) {
  struct rlimit none = {0, 0}, files;
  struct sched_param idle = {0};
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0 ||
      prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    evm_fail_errno("protect evm-seal");
  }
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max < 4096 ? files.rlim_max : 4096;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  setpriority(PRIO_PROCESS, 0, 19);
  sched_setscheduler(0, SCHED_IDLE, &idle);
  syscall(SYS_ioprio_set, 1, 0, 3 << 13);
  umask(0077);
}

static struct secrets *make_secrets(void) {
  size_t size = (sizeof(struct secrets) + 4095) / 4096 * 4096;
  struct secrets *secrets = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (secrets == MAP_FAILED || mlock(secrets, size) != 0) {
    evm_fail_errno("lock the key in memory (want a limit on locked memory, ulimit -l, of 1 MiB or more)");
  }
  madvise(secrets, size, MADV_DONTDUMP);
  madvise(secrets, size, MADV_WIPEONFORK);
  return secrets;
}

static void receive_order(struct secrets *secrets, struct evm_seal_order *order) {
  struct evm_message message;
  int descriptor;
  if (evm_message_receive(SOCKET, &message, &descriptor) != 1 || message.kind != EVM_SEAL) _exit(125);
  memcpy(secrets->subjob_key, message.as.order.key, SEAL_KEY);
  explicit_bzero(message.as.order.key, SEAL_KEY);
  *order = message.as.order;
  explicit_bzero(&message, sizeof message);
}

static void receive_device(void) {
  struct evm_message message;
  if (evm_message_receive(SOCKET, &message, &device) != 1 || message.kind != EVM_FUSE || device < 0) _exit(125);
}

/*
 * As root's child everything stays in memory. Else the limit on locked memory (often 8 MiB) leaves room for
 * the page of keys and the heap as it is now, with the ciphers' contexts in it.
 */
static void lock_memory(const char *heap) {
  struct rlimit limit;
  bool unlimited = getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY;
  if (unlimited && mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0) return;
  const char *end = sbrk(0);
  if (mlock(heap, (size_t)(end - heap)) != 0) {
    evm_fail_errno("lock %lld bytes with keys in memory (want ulimit -l of 4 MiB or more)", (long long)(end - heap));
  }
}

static void *serve(void *argument) {
  struct seal_owner owner = {EVM_INSIDE_UID, EVM_INSIDE_GID};
  if (seal_fuse_serve(argument, device, owner) != 0) {
    seal_poison(&store, false, "the device of sealed scratch failed: %s", strerror(errno));
  }
  uint64_t one = 1;
  ssize_t ignored = write(all_done, &one, sizeof one);
  (void)ignored;
  return NULL;
}

/* Serves until the mount is gone; the launcher gone first ends everything. */
static void serve_all(unsigned threads) {
  pthread_t thread[THREADS_MAX];
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK);
  all_done = eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE);
  if (all_done < 0) evm_fail_errno("make an event");
  for (unsigned i = 0; i < threads; i++) {
    if (pthread_create(&thread[i], &attributes, serve, &workers[i]) != 0) evm_fail_errno("start a thread");
  }
  for (;;) {
    struct pollfd fds[] = {{SOCKET, POLLIN, 0}, {all_done, POLLIN, 0}};
    if (poll(fds, 2, -1) < 0 && errno != EINTR) _exit(125);
    if (fds[0].revents != 0) _exit(125);
    if (fds[1].revents != 0) break;
  }
  for (unsigned i = 0; i < threads; i++) pthread_join(thread[i], NULL);
}

int main(void) {
  char reason[EVM_REASON_MAX];
  static struct seal_salts salts;
  struct evm_seal_order order;
  bool altered;
  evm_fail_set(fail_to_launcher);
  restrict_self();
  const char *heap = sbrk(0);
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
  struct secrets *secrets = make_secrets();
  receive_order(secrets, &order);

  store.keys = &secrets->keys;
  store.folder = FOLDER;
  store.on_poisoned = tell_poisoned;
  pthread_mutex_init(&store.reason_mutex, NULL);
  if (seal_tree_init(&store.tree, (uint64_t)order.files_max + 1) != 0) evm_fail("no memory");
  if (seal_index_load(&store, secrets->subjob_key, order.generation, &salts, reason, &altered) != 0) {
    say(altered ? EVM_ALTERED_DATA : EVM_FAILED, reason);
    _exit(125);
  }
  long cpus = sysconf(_SC_NPROCESSORS_ONLN);
  unsigned threads = cpus < THREADS_MIN ? THREADS_MIN : cpus > THREADS_MAX ? THREADS_MAX : (unsigned)cpus;
  for (unsigned i = 0; i < threads; i++) {
    if (seal_worker_init(&workers[i], &store) != 0) evm_fail("no memory, or no cipher, for a thread");
  }
  lock_memory(heap);
  if (seal_confine(FOLDER) != 0) evm_fail_errno("confine evm-seal to its folder (want Landlock, Linux 5.13 or newer)");
  if (seal_filter() != 0) evm_fail_errno("filter evm-seal's system calls");
  say(EVM_READY, "");
  receive_device();
  serve_all(threads);

  if (store.poisoned) _exit(125); /* said already */
  if (seal_index_save(&store, secrets->subjob_key, order.generation + 1, &salts, reason) != 0) evm_fail("%s", reason);
  explicit_bzero(secrets, sizeof *secrets);
  say(EVM_DONE, "");
  return 0;
}
