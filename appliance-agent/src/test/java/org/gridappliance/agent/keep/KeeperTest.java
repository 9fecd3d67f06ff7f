package org.gridappliance.agent.keep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.gridappliance.agent.keep.Keeper.Obstacle;
import org.junit.jupiter.api.Test;

/** What is tried again, and when. */
class KeeperTest {
  private final LinkedBlockingQueue<Optional<Obstacle>> next = new LinkedBlockingQueue<>();
  private final Semaphore prepared = new Semaphore(0);
  private final Semaphore ran = new Semaphore(0);
  private final Keeper keeper =
      new Keeper(
          "test",
          "the part",
          new Keeper.Part() {
            @Override
            public Optional<Obstacle> prepare() throws InterruptedException {
              Optional<Obstacle> now = next.take();
              prepared.release();
              return now;
            }

            @Override
            public void run() throws IOException {
              ran.release();
              throw new IOException("it broke");
            }
          });

  private static void happens(Semaphore what) throws Exception {
    assertTrue(what.tryAcquire(10, TimeUnit.SECONDS));
  }

  @Test
  void whatFailsIsTriedAgainWithTheReasonKeptAndALastingObstacleOnlyWhenAPersonChangedIt()
      throws Exception {
    try (keeper) {
      assertEquals("it is being started", keeper.why());
      keeper.start();
      next.add(Optional.empty());
      happens(ran);
      next.add(Optional.of(new Obstacle("no address", false))); // after a second
      happens(prepared);
      happens(prepared);
      next.add(Optional.of(new Obstacle("off", true)));
      happens(prepared);
      next.add(Optional.empty());
      assertFalse(ran.tryAcquire(1500, TimeUnit.MILLISECONDS), "tried though nobody changed it");
      assertEquals("off", keeper.why());
      keeper.changed();
      happens(ran);
    }
    assertTrue(keeper.isClosed());
  }
}
