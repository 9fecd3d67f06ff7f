/*
 * The pure parts of evm-seal, run with AddressSanitizer and UBSan: versions against a plain model, blocks that must
 * not open, and an index parser that is fed what nobody wrote. `seal-check [ROUNDS]`.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seal_bytes.h"
#include "seal_filter.h"
#include "seal_index.h"

static uint64_t state = 0x9e3779b97f4a7c15ULL;

static uint64_t random_u64(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

#define CHECK(holds)                                               \
  do {                                                             \
    if (!(holds)) {                                                \
      printf("%s:%d: %s\n", __FILE__, __LINE__, #holds);           \
      exit(1);                                                     \
    }                                                              \
  } while (0)

#define MODEL 3000

static void versions_follow_a_model(void) {
  static seal_version model[MODEL];
  struct seal_map map = {NULL, 0};
  _Atomic uint64_t blocks = 0;
  uint64_t expected;
  for (int round = 0; round < 200000; round++) {
    uint64_t block = random_u64() % MODEL;
    switch (random_u64() % 50) {
      case 0:
        seal_map_cut(&map, block, &blocks);
        memset(model + block, 0, (MODEL - block) * sizeof *model);
        break;
      case 1: {
        uint64_t next = block;
        while (next < MODEL && model[next] == 0) next++;
        CHECK(seal_map_next(&map, block) == (next == MODEL ? SEAL_BLOCKS_MAX : next));
        break;
      }
      case 2: case 3: case 4:
        CHECK(seal_map_set(&map, block, 0, &blocks) == 0);
        model[block] = 0;
        break;
      default:
        model[block] = random_u64() | 1;
        CHECK(seal_map_set(&map, block, model[block], &blocks) == 0);
    }
    CHECK(seal_map_get(&map, block) == model[block]);
  }
  expected = 0;
  for (size_t i = 0; i < MODEL; i++) expected += model[i] != 0;
  CHECK(blocks == expected);
  CHECK(seal_map_set(&map, SEAL_BLOCKS_MAX - 1, 7, &blocks) == 0);
  CHECK(seal_map_get(&map, SEAL_BLOCKS_MAX - 1) == 7 && seal_map_get(&map, SEAL_BLOCKS_MAX / 2) == 0);
  CHECK(seal_map_next(&map, MODEL) == SEAL_BLOCKS_MAX - 1);
  CHECK(seal_map_set(&map, SEAL_BLOCKS_MAX, 7, &blocks) == -1);
  seal_map_cut(&map, 0, &blocks);
  CHECK(blocks == 0 && map.levels == 0);
}

static void only_the_same_block_opens(void) {
  static struct seal_keys keys;
  static unsigned char plain[SEAL_BLOCK], sealed[SEAL_STRIDE], opened[SEAL_BLOCK];
  unsigned char subjob[SEAL_KEY], salt[SEAL_SALT];
  struct seal_cipher cipher;
  CHECK(seal_random(subjob, sizeof subjob) == 0 && seal_random(salt, sizeof salt) == 0);
  keys.count = 2;
  CHECK(seal_derive(subjob, salt, "data", keys.data[0]) == 0);
  CHECK(seal_derive(subjob, salt, "index", keys.data[1]) == 0);
  CHECK(memcmp(keys.data[0], keys.data[1], SEAL_KEY) != 0);
  CHECK(seal_cipher_init(&cipher, &keys) == 0);
  seal_version version = 1ULL << SEAL_COUNTER_BITS | 99;
  CHECK(seal_random(plain, sizeof plain) == 0);
  CHECK(seal_block_seal(&cipher, 5, 6, 99, plain, sealed, sealed + SEAL_BLOCK) == -1); /* another epoch's */
  CHECK(seal_block_seal(&cipher, 5, 6, version, plain, sealed, sealed + SEAL_BLOCK) == 0);
  CHECK(seal_block_open(&cipher, 5, 6, version, sealed, opened) && memcmp(plain, opened, SEAL_BLOCK) == 0);
  CHECK(!seal_block_open(&cipher, 4, 6, version, sealed, opened));
  CHECK(!seal_block_open(&cipher, 5, 7, version, sealed, opened));
  CHECK(!seal_block_open(&cipher, 5, 6, version + 1, sealed, opened));
  CHECK(!seal_block_open(&cipher, 5, 6, 99, sealed, opened)); /* epoch 0: another key */
  CHECK(!seal_block_open(&cipher, 5, 6, 9ULL << SEAL_COUNTER_BITS | 99, sealed, opened));
  for (size_t i = 0; i < SEAL_STRIDE; i += 61) {
    sealed[i] ^= 1;
    CHECK(!seal_block_open(&cipher, 5, 6, version, sealed, opened));
    sealed[i] ^= 1;
  }
  CHECK(seal_block_open(&cipher, 5, 6, version, sealed, opened));
  seal_cipher_free(&cipher);
}

/* A tree of folders, files with holes and runs, links and two names of one file. */
static void grow_tree(struct seal_tree *tree) {
  CHECK(seal_tree_init(tree, 500) == 0);
  struct seal_inode *folders[8] = {tree->root};
  for (unsigned i = 1; i < 8; i++) {
    char name[16];
    size_t length = evm_format(name, sizeof name, "folder%u", i);
    folders[i] = seal_tree_make(tree, S_IFDIR | 0755, 0);
    CHECK(folders[i] != NULL && seal_tree_name(tree, folders[random_u64() % i], name, length, folders[i]) == 0);
  }
  for (unsigned i = 0; i < 100; i++) {
    char name[16];
    size_t length = evm_format(name, sizeof name, "file%u", i);
    bool link = i % 10 == 0;
    struct seal_inode *inode = seal_tree_make(tree, link ? S_IFLNK | 0777 : S_IFREG | 0644, 0);
    CHECK(inode != NULL && seal_tree_name(tree, folders[random_u64() % 8], name, length, inode) == 0);
    if (i == 11) CHECK(seal_tree_name(tree, folders[7], "another", 7, inode) == 0);
    inode->size = link ? 6 : random_u64() % 200000;
    if (link) inode->target = strdup("target");
    uint64_t end = link ? 0 : (inode->size + SEAL_BLOCK - 1) / SEAL_BLOCK;
    for (uint64_t block = 0; block < end; block++) {
      if (random_u64() % 3 == 0) continue;
      CHECK(seal_map_set(&inode->map, block, i * 1000 + block + 1, &inode->blocks) == 0);
    }
  }
}

static void the_index_comes_back(unsigned char **body, size_t *size) {
  static struct seal_salts salts, again;
  struct seal_tree tree, copy;
  size_t size_again;
  grow_tree(&tree);
  salts.count = 2;
  CHECK(seal_random(salts.salt[0], 2 * SEAL_SALT) == 0);
  *body = seal_body_write(&salts, &tree, size);
  CHECK(*body != NULL && seal_tree_init(&copy, 500) == 0);
  const char *wrong = seal_body_parse(*body, *size, 1000000, &again, &copy);
  if (wrong != NULL) printf("the index %s\n", wrong);
  CHECK(wrong == NULL && memcmp(&salts, &again, sizeof salts) == 0);
  CHECK(copy.inode_count == tree.inode_count && copy.name_count == tree.name_count);
  unsigned char *twice = seal_body_write(&again, &copy, &size_again);
  CHECK(twice != NULL && size_again == *size);
  free(twice);
  seal_tree_free(&tree);
  seal_tree_free(&copy);
}

static void parse_or_refuse(const unsigned char *body, size_t size) {
  static struct seal_salts salts;
  struct seal_tree tree;
  unsigned char *exact = malloc(size + 1); /* so that a read behind the end is seen */
  memcpy(exact, body, size);
  exact = realloc(exact, size == 0 ? 1 : size);
  CHECK(exact != NULL && seal_tree_init(&tree, 500) == 0);
  const char *wrong = seal_body_parse(exact, size, 100000, &salts, &tree);
  CHECK(wrong == NULL || wrong[0] != '\0');
  if (wrong == NULL) {
    size_t again;
    unsigned char *twice = seal_body_write(&salts, &tree, &again);
    CHECK(twice != NULL && again <= size); /* neighbouring runs may be joined */
    free(twice);
  }
  seal_tree_free(&tree);
  free(exact);
}

static void any_index_is_read_or_refused(const unsigned char *body, size_t size, long rounds) {
  unsigned char *mutant = malloc(size);
  static const uint64_t odd[] = {0, 1, 2, 255, 256, 4095, 4096, UINT32_MAX, 1ULL << 35, 1ULL << 47, UINT64_MAX / 2, UINT64_MAX};
  CHECK(mutant != NULL);
  for (long round = 0; round < rounds; round++) {
    memcpy(mutant, body, size);
    size_t length = size;
    for (uint64_t changes = 1 + random_u64() % 4; changes > 0; changes--) {
      size_t at = random_u64() % (size - 8);
      switch (random_u64() % 4) {
        case 0: mutant[at] ^= (unsigned char)(1U << random_u64() % 8); break;
        case 1: mutant[at] = (unsigned char)random_u64(); break;
        case 2: seal_put_u64(mutant + at, odd[random_u64() % (sizeof odd / sizeof odd[0])]); break;
        default: length = random_u64() % size;
      }
    }
    parse_or_refuse(mutant, length);
    struct seal_header header;
    seal_header_parse(mutant, length, &header);
  }
  for (size_t length = 0; length < 300; length++) parse_or_refuse(body, length);
  free(mutant);
}

static void headers_are_checked(void) {
  unsigned char bytes[SEAL_HEADER + SEAL_TAG + 10] = {0};
  struct seal_header header = {.generation = 3, .size = 10}, read;
  CHECK(seal_header_parse(bytes, sizeof bytes, &read) != NULL);
  seal_header_write(&header, bytes);
  CHECK(seal_header_parse(bytes, sizeof bytes, &read) == NULL && read.generation == 3 && read.size == 10);
  CHECK(seal_header_parse(bytes, sizeof bytes - 1, &read) != NULL);
  CHECK(seal_header_parse(bytes, SEAL_HEADER, &read) != NULL);
  seal_put_u64(bytes + 48, UINT64_MAX);
  CHECK(seal_header_parse(bytes, sizeof bytes, &read) != NULL);
}

/* Makes one call behind the filter. Returns the signal that ended it, else 0. */
static int ended_by(long number, long a, long b, long c, long d, long e) {
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || seal_filter() != 0) _exit(9);
    syscall(number, a, b, c, d, e, 0);
    _exit(0);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void calls_it_does_not_need_end_it(void) {
  long anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
  CHECK(ended_by(SYS_getpid, 0, 0, 0, 0, 0) == 0);
  CHECK(ended_by(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE, anonymous, -1) == 0);
  CHECK(ended_by(SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, anonymous, -1) == SIGSYS);
  CHECK(ended_by(SYS_mprotect, 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, 0, 0) == SIGSYS);
  CHECK(ended_by(SYS_execve, 0, 0, 0, 0, 0) == SIGSYS);
  CHECK(ended_by(SYS_socket, AF_INET, SOCK_STREAM, 0, 0, 0) == SIGSYS);
  CHECK(ended_by(SYS_ptrace, 0, 0, 0, 0, 0) == SIGSYS);
  CHECK(ended_by(SYS_getpid | 0x40000000, 0, 0, 0, 0, 0) == SIGSYS); /* x32 */
}

int main(int argc, char **argv) {
  unsigned char *body;
  size_t size;
  calls_it_does_not_need_end_it();
  versions_follow_a_model();
  only_the_same_block_opens();
  headers_are_checked();
  the_index_comes_back(&body, &size);
  any_index_is_read_or_refused(body, size, argc > 1 ? atol(argv[1]) : 20000);
  free(body);
  printf("checked\n");
  return 0;
}
