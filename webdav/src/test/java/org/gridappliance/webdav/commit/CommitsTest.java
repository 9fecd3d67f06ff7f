package org.gridappliance.webdav.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.gridappliance.webdav.TestDatabase;
import org.gridappliance.webdav.commit.Commits.Pending;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Group commit on a real database. */
class CommitsTest {
  private final HikariDataSource source = TestDatabase.inMemory();
  private final Commits commits = TestDatabase.schema(source);

  @AfterEach
  void close() {
    source.close();
  }

  private static void insert(Handle handle, String token) {
    handle.execute(
        "INSERT INTO webdav.dav_lock (home, path, token, exclusive, deep, owner_xml, principal,"
            + " seconds, expires_at) VALUES ('h', '/', ?, TRUE, TRUE, '', 'ann', 1, 1)",
        token);
  }

  private long rows() {
    return commits
        .database()
        .withHandle(
            h -> h.createQuery("SELECT COUNT(*) FROM webdav.dav_lock").mapTo(Long.class).one());
  }

  @Test
  void changesThatWaitTogetherShareOneTransactionInTheirOrder() throws Exception {
    CountDownLatch isBusy = new CountDownLatch(1);
    CountDownLatch mayGoOn = new CountDownLatch(1);
    Set<Long> transactions = new HashSet<>();
    List<Integer> order = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> first =
          threads.submit(
              () ->
                  commits.update(
                      handle -> {
                        isBusy.countDown();
                        await(mayGoOn);
                      }));
      isBusy.await();
      List<Pending<Boolean>> waiting = new ArrayList<>();
      for (int i = 0; i < Commits.GROUP; i++) {
        int n = i;
        waiting.add(
            commits.submitUpdate(
                handle -> {
                  insert(handle, "t" + n);
                  order.add(n);
                  transactions.add(
                      handle.createQuery("SELECT TRANSACTION_ID()").mapTo(Long.class).one());
                }));
      }
      mayGoOn.countDown();
      first.get();
      waiting.forEach(Pending::await);
    }
    assertEquals(Commits.GROUP, rows());
    assertEquals(1, transactions.size());
    assertEquals(java.util.stream.IntStream.range(0, Commits.GROUP).boxed().toList(), order);
  }

  @Test
  void oneThatFailsLeavesTheOthersOfItsGroupAlone() {
    Pending<Boolean> good = commits.submitUpdate(handle -> insert(handle, "a"));
    Pending<Boolean> bad =
        commits.submitUpdate(
            handle -> {
              insert(handle, "b");
              throw new IllegalArgumentException("no");
            });
    Pending<Integer> counted =
        commits.submit(
            h -> h.createQuery("SELECT COUNT(*) FROM webdav.dav_lock").mapTo(Integer.class).one());
    commits.settle();
    assertTrue(good.await());
    assertEquals(1, counted.await());
    assertEquals("no", assertThrows(IllegalArgumentException.class, bad::await).getMessage());
    assertEquals(1, rows());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
