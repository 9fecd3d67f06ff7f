/*
 * A folder against a plain model: `scratch fsx FOLDER OPERATIONS SEED` does random things to two files and to bytes
 * in memory and compares; `scratch posix FOLDER` checks behaviours one by one; `tamper` and `intrude` are the
 * inside of SealedAttackTest. Prints "same" and exits 0, or says what differed and exits 1. Static: needs no bundle.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define LARGEST 300000 /* bytes of a model file: 74 blocks, the last one partial */
#define CHUNK 20000    /* most bytes of one operation, mostly */

static void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
static void fail(const char *format, ...) {
  va_list args;
  va_start(args, format);
  printf("DIFFERS: ");
  vprintf(format, args);
  printf(" (errno %d)\n", errno);
  exit(1);
}

static uint64_t state;

static uint32_t random_below(uint32_t limit) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return limit == 0 ? 0 : (uint32_t)(state >> 33) % limit;
}

struct model {
  const char *name;
  int fd, append;
  size_t size;
  unsigned char bytes[LARGEST];
};

static struct model files[2] = {{.name = "one"}, {.name = "two"}};
static unsigned char buffer[LARGEST];
static long step;

static void check(const char *what, struct model *m, size_t offset, size_t length, const unsigned char *got) {
  if (memcmp(m->bytes + offset, got, length) == 0) return;
  size_t at = 0;
  while (m->bytes[offset + at] == got[at]) at++;
  fail("%s of %s, step %ld, at %zu: %02x instead of %02x, size %zu", what, m->name, step, offset + at, got[at],
       m->bytes[offset + at], m->size);
}

static void check_size(const char *what, struct model *m) {
  struct stat st;
  if (fstat(m->fd, &st) != 0 || (size_t)st.st_size != m->size) {
    fail("%s of %s, step %ld: size %lld instead of %zu", what, m->name, step, (long long)st.st_size, m->size);
  }
}

static void fill(size_t length) {
  for (size_t i = 0; i < length; i++) buffer[i] = (unsigned char)random_below(256);
}

static void pick(size_t limit, size_t *offset, size_t *length) {
  *offset = random_below((uint32_t)limit);
  *length = 1 + random_below(random_below(8) == 0 ? CHUNK : 3000);
  if (random_below(4) == 0) *offset &= ~4095UL;
  if (random_below(6) == 0) *length = 4096 * (1 + random_below(6));
  if (*length > limit - *offset) *length = limit - *offset;
}

static void open_both(struct model *m) {
  m->fd = open(m->name, O_RDWR | O_CREAT, 0600);
  m->append = open(m->name, O_WRONLY | O_APPEND);
  if (m->fd < 0 || m->append < 0) fail("open %s", m->name);
}

static void do_write(struct model *m) {
  size_t offset, length;
  pick(LARGEST, &offset, &length);
  fill(length);
  if (pwrite(m->fd, buffer, length, (off_t)offset) != (ssize_t)length) fail("write, step %ld", step);
  memcpy(m->bytes + offset, buffer, length);
  if (offset + length > m->size) m->size = offset + length;
}

static void do_append(struct model *m) {
  size_t length = 1 + random_below(6000);
  if (m->size + length > LARGEST) return;
  fill(length);
  if (write(m->append, buffer, length) != (ssize_t)length) fail("append, step %ld", step);
  memcpy(m->bytes + m->size, buffer, length);
  m->size += length;
}

static void do_read(struct model *m) {
  size_t offset, length;
  pick(LARGEST, &offset, &length);
  ssize_t got = pread(m->fd, buffer, length, (off_t)offset);
  size_t want = offset >= m->size ? 0 : m->size - offset < length ? m->size - offset : length;
  if (got < 0 || (size_t)got != want) fail("read, step %ld: %zd instead of %zu bytes", step, got, want);
  check("read", m, offset, want, buffer);
}

static void do_truncate(struct model *m) {
  size_t size = random_below(5) == 0 ? 0 : random_below(LARGEST);
  if (random_below(3) == 0) size &= ~4095UL;
  if (ftruncate(m->fd, (off_t)size) != 0) fail("truncate, step %ld", step);
  if (size < m->size) memset(m->bytes + size, 0, m->size - size);
  m->size = size;
}

/* Shared memory of the file, changed, sometimes by a child process; seen by read at once. */
static void do_map_shared(struct model *m) {
  if (m->size == 0) return;
  size_t offset, length;
  pick(m->size, &offset, &length);
  size_t start = offset & ~4095UL;
  unsigned char *map = mmap(NULL, offset - start + length, PROT_READ | PROT_WRITE, MAP_SHARED, m->fd, (off_t)start);
  if (map == MAP_FAILED) fail("map shared, step %ld", step);
  fill(length);
  if (random_below(50) == 0) {
    pid_t child = fork();
    if (child == 0) {
      memcpy(map + (offset - start), buffer, length);
      _exit(0);
    }
    waitpid(child, NULL, 0);
  } else {
    memcpy(map + (offset - start), buffer, length);
  }
  memcpy(m->bytes + offset, buffer, length);
  if (random_below(3) == 0 && msync(map, offset - start + length, MS_SYNC) != 0) fail("msync, step %ld", step);
  munmap(map, offset - start + length);
}

static void do_map_private(struct model *m) {
  if (m->size == 0) return;
  size_t offset, length;
  pick(m->size, &offset, &length);
  size_t start = offset & ~4095UL;
  unsigned char *map = mmap(NULL, offset - start + length, PROT_READ | PROT_WRITE, MAP_PRIVATE, m->fd, (off_t)start);
  if (map == MAP_FAILED) fail("map private, step %ld", step);
  check("private map", m, offset, length, map + (offset - start));
  map[offset - start] ^= 0xff; /* must not reach the file */
  munmap(map, offset - start + length);
}

static void do_allocate(struct model *m) {
  static const int modes[] = {0, FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                              FALLOC_FL_ZERO_RANGE, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE};
  int mode = modes[random_below(5)];
  size_t offset, length;
  pick(LARGEST, &offset, &length);
  if (fallocate(m->fd, mode, (off_t)offset, (off_t)length) != 0) {
    if (errno == EOPNOTSUPP) return; /* the model's own file system may know fewer */
    fail("fallocate mode %d, step %ld", mode, step);
  }
  if ((mode & FALLOC_FL_KEEP_SIZE) == 0 && offset + length > m->size) m->size = offset + length;
  if ((mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) == 0) return;
  size_t end = offset + length < m->size ? offset + length : m->size;
  if (end > offset) memset(m->bytes + offset, 0, end - offset);
}

static void do_copy(struct model *from, struct model *to, int by_sendfile) {
  size_t offset, length;
  pick(LARGEST, &offset, &length);
  size_t target = random_below((uint32_t)(LARGEST - length + 1));
  size_t there = offset >= from->size ? 0 : from->size - offset < length ? from->size - offset : length;
  if (from == to) return;
  size_t done = 0;
  while (done < there) {
    off_t in = (off_t)(offset + done), out = (off_t)(target + done);
    ssize_t got;
    if (by_sendfile) {
      if (lseek(to->fd, out, SEEK_SET) != out) fail("seek");
      got = sendfile(to->fd, from->fd, &in, there - done);
    } else {
      got = copy_file_range(from->fd, &in, to->fd, &out, there - done, 0);
    }
    if (got <= 0) fail("copy (sendfile %d), step %ld: %zd of %zu", by_sendfile, step, got, there);
    done += (size_t)got;
  }
  memcpy(to->bytes + target, from->bytes + offset, there);
  if (there > 0 && target + there > to->size) to->size = target + there;
}

/* Makes the next reads come from the store, not from the kernel's cache. */
static void do_forget(struct model *m) {
  if (fsync(m->fd) != 0 || posix_fadvise(m->fd, 0, 0, POSIX_FADV_DONTNEED) != 0) fail("forget, step %ld", step);
}

static void do_reopen(struct model *m) {
  if (close(m->fd) != 0 || close(m->append) != 0) fail("close, step %ld", step);
  if (random_below(4) == 0) {
    if (rename(m->name, "renamed") != 0 || rename("renamed", m->name) != 0) fail("rename, step %ld", step);
  }
  open_both(m);
}

static void whole(struct model *m) {
  if (pread(m->fd, buffer, LARGEST, 0) != (ssize_t)m->size) fail("whole %s, step %ld", m->name, step);
  check("whole", m, 0, m->size, buffer);
}

static void fsx(long operations) {
  open_both(&files[0]);
  open_both(&files[1]);
  for (step = 0; step < operations; step++) {
    struct model *m = &files[random_below(2)], *other = &files[random_below(2)];
    switch (random_below(22)) {
      case 0: case 1: case 2: case 3: do_write(m); break;
      case 4: case 5: case 6: case 7: do_read(m); break;
      case 8: case 9: do_append(m); break;
      case 10: do_truncate(m); break;
      case 11: case 12: do_map_shared(m); break;
      case 13: do_map_private(m); break;
      case 14: case 15: do_allocate(m); break;
      case 16: do_copy(m, other, 0); break;
      case 17: do_copy(m, other, 1); break;
      case 18: do_forget(m); break;
      case 19: do_reopen(m); break;
      default: do_read(other); break;
    }
    check_size("step", m);
    if (step % 1000 == 0) whole(m);
  }
  whole(&files[0]);
  whole(&files[1]);
}

static void want(int holds, const char *what) {
  if (!holds) fail("%s", what);
}

static void put(const char *name, const char *text) {
  int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  want(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0, name);
}

static int holds(const char *name, const char *text) {
  char got[256] = "";
  int fd = open(name, O_RDONLY);
  ssize_t length = fd < 0 ? -1 : read(fd, got, sizeof got - 1);
  if (fd >= 0) close(fd);
  return length == (ssize_t)strlen(text) && memcmp(got, text, strlen(text)) == 0;
}

static void names(void) {
  struct stat one, two;
  put("a", "first");
  want(link("a", "b") == 0 && stat("a", &one) == 0 && stat("b", &two) == 0, "link");
  want(one.st_ino == two.st_ino && one.st_nlink == 2 && two.st_nlink == 2, "two names of one file");
  put("b", "second");
  want(holds("a", "second"), "a write by the other name");
  want(unlink("a") == 0 && holds("b", "second") && stat("b", &two) == 0 && two.st_nlink == 1, "unlink of one name");
  want(symlink("b", "l") == 0 && holds("l", "second") && lstat("l", &one) == 0 && one.st_size == 1, "symlink");
  want(mkdir("d", 0755) == 0 && stat("d", &one) == 0 && one.st_nlink == 2, "mkdir");
  want(mkdir("d/e", 0700) == 0 && stat("d", &one) == 0 && one.st_nlink == 3, "links of a folder");
  want(rmdir("d") == -1 && errno == ENOTEMPTY, "rmdir of a full folder");
  want(rename("b", "d/e/c") == 0 && holds("d/e/c", "second") && access("b", F_OK) == -1, "rename across folders");
  want(rename("d", "d/e/f") == -1 && errno == EINVAL, "rename below itself");
  put("x", "x");
  put("y", "y");
  want(renameat2(AT_FDCWD, "x", AT_FDCWD, "y", RENAME_NOREPLACE) == -1 && errno == EEXIST, "RENAME_NOREPLACE");
  want(renameat2(AT_FDCWD, "x", AT_FDCWD, "y", RENAME_EXCHANGE) == 0 && holds("x", "y") && holds("y", "x"), "exchange");
  want(renameat2(AT_FDCWD, "x", AT_FDCWD, "d", RENAME_EXCHANGE) == 0 && holds("d", "y"), "exchange with a folder");
  want(stat(".", &one) == 0 && one.st_nlink == 3 && holds("x/e/c", "second"), "after the exchange");
  want(rename("d", "y") == 0 && holds("y", "y"), "rename over a file");
  char longest[300];
  memset(longest, 'n', 256);
  longest[256] = '\0';
  want(open(longest, O_CREAT | O_RDWR, 0600) == -1 && errno == ENAMETOOLONG, "a name of 256 bytes");
  longest[255] = '\0';
  put(longest, "long");
  want(holds(longest, "long") && unlink(longest) == 0, "a name of 255 bytes");
  want(mkfifo("p", 0600) == 0 && lstat("p", &one) == 0 && S_ISFIFO(one.st_mode), "a fifo");
  want(open("y", O_CREAT | O_EXCL | O_RDWR, 0600) == -1 && errno == EEXIST, "O_EXCL");
}

static void removed_but_open(void) {
  put("gone", "still here");
  int fd = open("gone", O_RDWR);
  char got[16] = "";
  struct stat st;
  want(fd >= 0 && unlink("gone") == 0 && access("gone", F_OK) == -1, "unlink while open");
  want(pwrite(fd, "S", 1, 0) == 1 && fsync(fd) == 0 && posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0, "write on");
  want(pread(fd, got, 10, 0) == 10 && memcmp(got, "Still here", 10) == 0, "read of a removed file");
  want(fstat(fd, &st) == 0 && st.st_nlink == 0, "links of a removed file");
  close(fd);
  int unnamed = open(".", O_TMPFILE | O_RDWR, 0600);
  want(unnamed >= 0 && write(unnamed, "born", 4) == 4, "O_TMPFILE");
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", unnamed);
  want(linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW) == 0 && holds("named", "born"), "linkat");
  close(unnamed);
}

static void modes_and_times(void) {
  struct stat st;
  put("m", "mode");
  struct timespec times[2] = {{.tv_sec = 1000, .tv_nsec = 5}, {.tv_sec = 1234567890, .tv_nsec = 987654321}};
  want(utimensat(AT_FDCWD, "m", times, 0) == 0 && stat("m", &st) == 0, "utimensat");
  want(st.st_mtim.tv_sec == 1234567890 && st.st_mtim.tv_nsec == 987654321, "nanoseconds of a time");
  want(chmod("m", 0400) == 0 && open("m", O_RDWR) == -1 && errno == EACCES, "a file made read-only");
  want(chmod("m", 0640) == 0 && stat("m", &st) == 0 && (st.st_mode & 07777) == 0640, "chmod");
  want(st.st_uid == getuid() && st.st_gid == getgid(), "the owner");
  struct statvfs fs;
  want(statvfs(".", &fs) == 0 && fs.f_bavail > 0 && fs.f_ffree > 0, "statvfs");
}

static void sparse(void) {
  int fd = open("sparse", O_RDWR | O_CREAT, 0600);
  off_t far = (off_t)3 << 40; /* 3 TiB */
  struct stat st;
  char got[4] = "xxxx";
  want(fd >= 0 && pwrite(fd, "end", 3, far) == 3 && fsync(fd) == 0, "write far away");
  want(fstat(fd, &st) == 0 && st.st_size == far + 3 && st.st_blocks < 100, "a hole takes no room");
  want(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0 && pread(fd, got, 3, far) == 3 && memcmp(got, "end", 3) == 0,
       "read far away");
  want(pread(fd, got, 4, 1 << 30) == 4 && memcmp(got, "\0\0\0\0", 4) == 0, "a hole reads as zeros");
  close(fd);
  unlink("sparse");
}

static void many_names(void) {
  char name[32];
  want(mkdir("many", 0755) == 0 && chdir("many") == 0, "mkdir");
  for (int i = 0; i < 3000; i++) {
    snprintf(name, sizeof name, "file%d", i);
    put(name, "");
  }
  DIR *dir = opendir(".");
  const struct dirent *entry;
  static char seen[3000];
  int count = 0;
  while ((entry = readdir(dir)) != NULL) {
    int number;
    if (sscanf(entry->d_name, "file%d", &number) != 1) continue;
    want(number < 3000 && !seen[number], "each name once");
    seen[number] = 1;
    count++;
    if (number % 2 == 0) want(unlink(entry->d_name) == 0, "unlink while listing");
  }
  want(count == 3000, "all names listed");
  rewinddir(dir);
  for (count = 0; (entry = readdir(dir)) != NULL;) count += entry->d_name[0] == 'f';
  want(count == 1500, "the rest listed");
  closedir(dir);
  want(chdir("..") == 0, "back");
}

static void locks(void) {
  put("lock", "");
  int mine = open("lock", O_RDWR), pipes[2];
  want(flock(mine, LOCK_EX) == 0 && pipe(pipes) == 0, "flock");
  struct flock region = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 10};
  want(fcntl(mine, F_SETLK, &region) == 0, "a record lock");
  pid_t child = fork();
  if (child == 0) {
    int other = open("lock", O_RDWR);
    struct flock same = region;
    int kept = flock(other, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK;
    kept = kept && fcntl(other, F_SETLK, &same) == -1 && (errno == EAGAIN || errno == EACCES);
    _exit(kept ? 0 : 1);
  }
  int status;
  want(waitpid(child, &status, 0) == child && status == 0, "locks hold against another process");
  close(mine);
}

static void sockets_and_duplicates(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "sock"};
  int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
  want(bind(server, (struct sockaddr *)&address, sizeof address) == 0 && listen(server, 1) == 0, "a socket's name");
  want(connect(client, (struct sockaddr *)&address, sizeof address) == 0, "connect by name");
  int fd = open("shared", O_RDWR | O_CREAT | O_TRUNC, 0600), same = dup(fd);
  pid_t child = fork();
  if (child == 0) {
    _exit(write(fd, "child ", 6) == 6 ? 0 : 1);
  }
  waitpid(child, NULL, 0);
  want(write(same, "parent", 6) == 6 && holds("shared", "child parent"), "one offset over dup and fork");
}

static void *append_lines(void *argument) {
  (void)argument;
  int fd = open("log", O_WRONLY | O_APPEND | O_CREAT, 0600);
  for (int i = 0; i < 500; i++) want(write(fd, "0123456789abcde\n", 16) == 16, "append");
  close(fd);
  return NULL;
}

static void threads(void) {
  pthread_t thread[4];
  struct stat st;
  for (int i = 0; i < 4; i++) pthread_create(&thread[i], NULL, append_lines, NULL);
  for (int i = 0; i < 4; i++) pthread_join(thread[i], NULL);
  want(stat("log", &st) == 0 && st.st_size == 4 * 500 * 16, "appends of four threads all there");
}

static void say_and_wait(const char *word) {
  char line[8];
  printf("%s\n", word);
  fflush(stdout);
  want(read(0, line, sizeof line) > 0, "the host's turn");
}

/* Writes, lets the host look, writes again, lets it put the old bytes back, and reads what is there then. */
static void be_tampered_with(void) {
  static char blocks[10 * 4096];
  int fd = open("victim", O_RDWR | O_CREAT, 0600);
  memset(blocks, '1', sizeof blocks);
  want(fd >= 0 && pwrite(fd, blocks, sizeof blocks, 0) == sizeof blocks && fsync(fd) == 0, "first write");
  say_and_wait("first");
  memset(blocks, '2', sizeof blocks);
  want(pwrite(fd, blocks, sizeof blocks, 0) == sizeof blocks && fsync(fd) == 0, "second write");
  want(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0, "forget");
  say_and_wait("second");
  ssize_t got = pread(fd, blocks, sizeof blocks, 0);
  printf("read %zd: %.3s\n", got, got > 0 ? blocks : "");
  fflush(stdout);
  pause();
}

/* Everything a program could use to get at the key, or at a file system of its own making. */
static void intrude(void) {
  want(open("/dev/fuse", O_RDWR) == -1 && errno == ENOENT, "no /dev/fuse");
  want(mknod("fuse", S_IFCHR | 0666, (10 << 8) | 229) == -1, "no device of one's own");
  want(open("/proc/1/mem", O_RDONLY) == -1 && open("/proc/1/maps", O_RDONLY) == -1, "no portal to look into");
  want(open("/proc/self/mem", O_RDWR) == -1, "no own memory to write");
  DIR *dir = opendir("/proc");
  const struct dirent *entry;
  while ((entry = readdir(dir)) != NULL) {
    want(entry->d_name[0] < '0' || entry->d_name[0] > '9' || atoi(entry->d_name) == getpid(), "no other process");
  }
  closedir(dir);
  dir = opendir("/proc/self/fd");
  while ((entry = readdir(dir)) != NULL) {
    want(entry->d_name[0] == '.' || atoi(entry->d_name) <= 2 || atoi(entry->d_name) == dirfd(dir), "no descriptor");
  }
  closedir(dir);
  char status[4096] = "";
  int fd = open("/proc/self/environ", O_RDONLY);
  want(fd >= 0 && read(fd, status, sizeof status - 1) >= 0 && strstr(status, "seal") == NULL, "no word of it");
}

int main(int argc, char **argv) {
  if (argc < 3 || chdir(argv[2]) != 0) {
    fprintf(stderr, "want: scratch fsx FOLDER OPERATIONS SEED, or scratch posix FOLDER\n");
    return 2;
  }
  if (strcmp(argv[1], "fsx") == 0) {
    state = strtoull(argv[4], NULL, 10) * 0x9e3779b97f4a7c15ULL + 88172645463325252ULL;
    fsx(atol(argv[3]));
  } else if (strcmp(argv[1], "tamper") == 0) {
    be_tampered_with();
  } else if (strcmp(argv[1], "intrude") == 0) {
    intrude();
  } else {
    names();
    removed_but_open();
    modes_and_times();
    sparse();
    many_names();
    locks();
    sockets_and_duplicates();
    threads();
  }
  printf("same\n");
  return 0;
}
