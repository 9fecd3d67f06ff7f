package org.gridappliance.agent.executor;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.Limits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A share below one subjob, as the owner's rules may leave. */
class ThrottleTest {
  private final Throttle throttle = new Throttle();
  private final Thread pulse =
      Thread.ofPlatform()
          .daemon()
          .unstarted(
              () -> {
                try {
                  throttle.pulse();
                } catch (InterruptedException e) {
                  // the test is over
                }
              });

  @BeforeEach
  void start() {
    pulse.start();
  }

  @AfterEach
  void stop() {
    pulse.interrupt();
  }

  private static Subjob subjob() {
    Limits limits = new Limits(1, 1 << 20, 1 << 20, 8, 60, 1 << 10);
    return new Subjob(
        new Lease(
            "l",
            1,
            1,
            0,
            List.of("true"),
            Map.of(),
            List.of(),
            List.of(),
            limits,
            30,
            5,
            null,
            null,
            null));
  }

  @Test
  void aShareBelowOneSubjobRunsPartOfTheTime() throws Exception {
    throttle.part(30);
    Subjob subjob = subjob();
    throttle.enter(subjob);
    long rested = 0;
    long looks = 0;
    long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
    while (System.nanoTime() < end) {
      rested += subjob.reins.isSuspended() ? 1 : 0;
      looks++;
      LockSupport.parkNanos(1_000_000);
    }
    assertTrue(rested > looks * 0.5 && rested < looks * 0.9, rested + " of " + looks);
  }

  @Test
  void aWholeShareNeverRests() throws Exception {
    throttle.part(30);
    Subjob subjob = subjob();
    throttle.enter(subjob);
    Until.holds("it rests", subjob.reins::isSuspended);
    throttle.part(Throttle.WHOLE);
    assertFalse(subjob.reins.isSuspended());
  }
}
