package org.gridappliance.ipop.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StageTest {

  private static final int ALL = 200_000;

  @Test
  void everySlotIsWorkedOnOnceAndInOrderWhoeverDoesIt() throws InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    AtomicLong next = new AtomicLong();
    AtomicInteger wrong = new AtomicInteger();
    AtomicInteger atOnce = new AtomicInteger();
    Stage<long[]> stage =
        new Stage<>(
            "stage-test",
            4,
            () -> new long[1],
            slot -> {
              if (atOnce.incrementAndGet() != 1 || slot[0] != next.getAndIncrement()) {
                wrong.incrementAndGet();
              }
              atOnce.decrementAndGet();
              if (slot[0] == ALL - 1) {
                end.countDown();
              }
            });
    stage.start();
    SplittableRandom random = new SplittableRandom(1);
    for (long i = 0; i < ALL; i++) {
      stage.claim()[0] = i;
      if (random.nextBoolean()) {
        stage.pass();
      } else {
        stage.passNow();
      }
    }
    assertTrue(end.await(60, TimeUnit.SECONDS));
    assertEquals(0, wrong.get());
    stage.close();
  }

  @Test
  void aFullRingMakesTheProducerWait() throws InterruptedException {
    CountDownLatch gate = new CountDownLatch(1);
    AtomicInteger claimed = new AtomicInteger();
    Stage<int[]> stage =
        new Stage<>(
            "stage-test",
            2,
            () -> new int[1],
            slot -> {
              try {
                gate.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    stage.start();
    Thread producer =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < 5; i++) {
                    stage.claim();
                    claimed.incrementAndGet();
                    stage.pass();
                  }
                });
    while (producer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    assertEquals(2, claimed.get());
    gate.countDown();
    producer.join();
    assertEquals(5, claimed.get());
    stage.close();
  }
}
