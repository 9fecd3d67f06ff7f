/*
 * Figure 6 of the Entropia paper in one program: `iobench write|read|cold|meta FOLDER COUNT` prints one number.
 *   write  MB/s of COUNT MiB written in 8 KiB calls and closed      (makes FOLDER/data)
 *   read   MB/s of reading FOLDER/data once more in 8 KiB calls      (COUNT unused)
 *   cold   as read, after the page cache let go of the file          (not for sealed or native memory)
 *   make   makes COUNT empty files, 1000 a folder; µs a file
 *   meta   stat, open, close of these; µs a file
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CALL 8192
#define PER_FOLDER 1000

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void write_data(const char *path, long mebibytes) {
  static char block[CALL];
  for (size_t i = 0; i < CALL; i++) block[i] = (char)(i * 31);
  double begin = now();
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd < 0) fail(path);
  for (long i = 0; i < mebibytes * (1048576 / CALL); i++) {
    if (write(fd, block, CALL) != CALL) fail("write");
  }
  if (close(fd) != 0) fail("close");
  printf("%.1f\n", (double)mebibytes * 1.048576 / (now() - begin));
}

static void read_data(const char *path, int cold) {
  static char block[CALL];
  int fd = open(path, O_RDONLY);
  if (fd < 0) fail(path);
  if (cold && posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0) fail("let go of the cache");
  double begin = now();
  long total = 0, got;
  while ((got = read(fd, block, CALL)) > 0) total += got;
  if (got < 0) fail("read");
  close(fd);
  printf("%.1f\n", (double)total / 1e6 / (now() - begin));
}

static void each_file(const char *folder, long count, int make) {
  char path[4096];
  double begin = now();
  for (long i = 0; i < count; i++) {
    if (make && i % PER_FOLDER == 0) {
      snprintf(path, sizeof path, "%s/d%ld", folder, i / PER_FOLDER);
      if (mkdir(path, 0755) != 0) fail(path);
    }
    snprintf(path, sizeof path, "%s/d%ld/f%ld", folder, i / PER_FOLDER, i);
    struct stat st;
    if (!make && stat(path, &st) != 0) fail(path);
    int fd = open(path, make ? O_WRONLY | O_CREAT | O_EXCL : O_RDONLY, 0644);
    if (fd < 0) fail(path);
    close(fd);
  }
  printf("%.3f\n", (now() - begin) * 1e6 / (double)count);
}

int main(int argc, char **argv) {
  char path[4096];
  if (argc != 4) {
    fprintf(stderr, "want: iobench write|read|cold|make|meta FOLDER COUNT\n");
    return 2;
  }
  long count = atol(argv[3]);
  snprintf(path, sizeof path, "%s/data", argv[2]);
  if (strcmp(argv[1], "write") == 0) {
    write_data(path, count);
  } else if (strcmp(argv[1], "read") == 0 || strcmp(argv[1], "cold") == 0) {
    read_data(path, argv[1][0] == 'c');
  } else {
    each_file(argv[2], count, strcmp(argv[1], "make") == 0);
  }
  return 0;
}
