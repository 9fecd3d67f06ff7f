/*
 * What somebody who uses the machine notices of jobs: sleeps a millisecond, again and again, at normal priority, and
 * prints by how many microseconds it woke too late: `wakeup COUNT` → median, 99th percentile, worst.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PERIOD_NS 1000000

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int by_size(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  long count = argc > 1 ? atol(argv[1]) : 0;
  if (count < 100 || count > 10000000) {
    fprintf(stderr, "usage: wakeup COUNT, 100 to 10000000\n");
    return 2;
  }
  int64_t *late = malloc((size_t)count * sizeof *late);
  if (late == NULL) return 1;
  for (long i = 0; i < count; i++) {
    struct timespec period = {0, PERIOD_NS};
    int64_t begin = now_ns();
    clock_nanosleep(CLOCK_MONOTONIC, 0, &period, NULL);
    late[i] = now_ns() - begin - PERIOD_NS;
  }
  qsort(late, (size_t)count, sizeof *late, by_size);
  printf("%.1f %.1f %.1f\n", (double)late[count / 2] / 1e3, (double)late[count * 99 / 100] / 1e3,
         (double)late[count - 1] / 1e3);
  free(late);
  return 0;
}
