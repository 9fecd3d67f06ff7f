package org.gridappliance.portal.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Response;
import org.junit.jupiter.api.Test;

class RepeatsTest {
  private static final long ANN = 1;
  private static final long BOB = 2;

  private final AtomicLong now = new AtomicLong();
  private final AtomicInteger made = new AtomicInteger();
  private final Repeats repeats = new Repeats(now::get);

  private Response post(long account, String path, String key, String body) throws IOException {
    return repeats.once(
        account, path, key, body.getBytes(UTF_8), () -> Response.ok(made.incrementAndGet()));
  }

  @Test
  void theSameRequestWithTheSameKeyHasOneEffectAndOneAnswer() throws IOException {
    Response first = post(ANN, "/workflows", "k1", "{}");
    assertSame(first, post(ANN, "/workflows", "k1", "{}"));
    assertEquals(1, made.get());
    post(ANN, "/workflows", "k2", "{}");
    post(BOB, "/workflows", "k1", "{}");
    assertEquals(3, made.get());
  }

  @Test
  void aKeyThatCameWithAnotherRequestOrIsNoneIsRefused() throws IOException {
    post(ANN, "/workflows", "k1", "{}");
    assertEquals(422, refused("/workflows", "k1", "{ }"));
    assertEquals(422, refused("/triggers", "k1", "{}"));
    assertEquals(400, refused("/workflows", "two words", "{}"));
    assertEquals(400, refused("/workflows", "k".repeat(101), "{}"));
    assertEquals(1, made.get());
  }

  @Test
  void whileTheFirstIsUnderWayTheSecondIsToldSo() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Thread first = Thread.ofVirtual().start(() -> slow(begun, go));
    begun.await();
    assertEquals(409, refused("/workflows", "k1", ""));
    go.countDown();
    first.join();
    assertEquals(1, post(ANN, "/workflows", "k1", "").body());
  }

  private void slow(CountDownLatch begun, CountDownLatch go) {
    try {
      repeats.once(
          ANN,
          "/workflows",
          "k1",
          new byte[0],
          () -> {
            begun.countDown();
            try {
              go.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            return Response.ok(made.incrementAndGet());
          });
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatWasRefusedMayBeSentAgainAndAnAnswerIsForgottenAfterAnHour() throws IOException {
    Repeats.Doing refusing =
        () -> {
          throw new Problem(400, "Not valid", "no");
        };
    assertThrows(Problem.class, () -> repeats.once(ANN, "/workflows", "k1", new byte[0], refusing));
    assertEquals(1, post(ANN, "/workflows", "k1", "").body());
    now.addAndGet(Repeats.KEPT.toMillis() - 1);
    assertEquals(1, post(ANN, "/workflows", "k1", "").body());
    now.addAndGet(1);
    assertEquals(2, post(ANN, "/workflows", "k1", "").body());
  }

  @Test
  void theOldestAreForgottenWhenThereAreTooMany() throws IOException {
    for (int i = 0; i <= Repeats.MOST; i++) {
      post(ANN, "/workflows", "k" + i, "");
    }
    int before = made.get();
    post(ANN, "/workflows", "k1", "");
    assertEquals(before, made.get());
    post(ANN, "/workflows", "k0", "");
    assertEquals(before + 1, made.get());
  }

  private int refused(String path, String key, String body) {
    return assertThrows(Problem.class, () -> post(ANN, path, key, body)).status();
  }
}
