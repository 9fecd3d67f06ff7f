package org.gridappliance.jobs.condor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Questions to HTCondor that many ask at once. */
class RecentTest {
  private final AtomicLong clock = new AtomicLong();
  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void manyWatchersAskOnceAndAgainWhenTheAnswerIsOld() throws Exception {
    Recent<Long, Integer> recent = new Recent<>(clock::get);
    CountDownLatch answered = new CountDownLatch(1);
    try (ExecutorService watchers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> answers =
          IntStream.range(0, 100)
              .mapToObj(
                  i ->
                      watchers.submit(
                          () ->
                              recent.get(
                                  7L,
                                  () -> {
                                    answered.await();
                                    return asked.incrementAndGet();
                                  })))
              .toList();
      answered.countDown();
      for (Future<Integer> answer : answers) {
        assertEquals(1, answer.get(10, TimeUnit.SECONDS));
      }
    }
    assertEquals(2, recent.get(8L, asked::incrementAndGet));
    clock.set(TimeUnit.SECONDS.toNanos(5) - 1);
    assertEquals(1, recent.get(7L, asked::incrementAndGet));
    clock.set(TimeUnit.SECONDS.toNanos(5));
    assertEquals(3, recent.get(7L, asked::incrementAndGet));
  }

  @Test
  void theOldestQuestionIsForgottenBeyondTheBound() throws Exception {
    Recent<Long, Integer> recent = new Recent<>(clock::get);
    for (long job = 0; job <= 200; job++) {
      recent.get(job, asked::incrementAndGet);
    }
    assertEquals(201, recent.get(200L, asked::incrementAndGet));
    assertEquals(202, recent.get(0L, asked::incrementAndGet));
  }
}
