/*
 * Figure 6 again: iobench write|read FILE MIB  → MB/s of 8 KiB calls, without waiting for the disk;
 * iobench meta FOLDER COUNT → microseconds for stat, open and close of one file. Prints one number.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BLOCK 8192
#define A_FOLDER 1000

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void __attribute__((noreturn)) die(const char *what) {
  perror(what);
  exit(1);
}

static double stream(const char *file, long mib, int writing) {
  static char block[BLOCK];
  memset(block, 'x', sizeof block);
  int fd = open(file, writing ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY, 0644);
  if (fd < 0) die(file);
  double begin = now();
  for (long i = 0; i < mib * (1048576 / BLOCK); i++) {
    ssize_t done = writing ? write(fd, block, BLOCK) : read(fd, block, BLOCK);
    if (done != BLOCK) die("short");
  }
  double seconds = now() - begin;
  close(fd);
  return (double)mib * 1.048576 / seconds;
}

static void name_of(char *out, size_t size, const char *folder, long i) {
  snprintf(out, size, "%s/%ld/%ld", folder, i / A_FOLDER, i);
}

static double meta(const char *folder, long count) {
  char path[512];
  for (long i = 0; i < count; i++) {
    if (i % A_FOLDER == 0) {
      snprintf(path, sizeof path, "%s/%ld", folder, i / A_FOLDER);
      mkdir(path, 0755);
    }
    name_of(path, sizeof path, folder, i);
    int fd = open(path, O_WRONLY | O_CREAT, 0644);
    if (fd < 0) die(path);
    close(fd);
  }
  double begin = now();
  for (long i = 0; i < count; i++) {
    struct stat st;
    name_of(path, sizeof path, folder, i);
    if (stat(path, &st) != 0) die(path);
    int fd = open(path, O_RDONLY);
    if (fd < 0) die(path);
    close(fd);
  }
  return (now() - begin) * 1e6 / (double)count;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "iobench write|read FILE MIB, meta FOLDER COUNT\n");
    return 2;
  }
  long number = atol(argv[3]);
  if (strcmp(argv[1], "meta") == 0) {
    printf("%.3f\n", meta(argv[2], number));
  } else {
    printf("%.1f\n", stream(argv[2], number, strcmp(argv[1], "write") == 0));
  }
  return 0;
}
