package org.gridappliance.agent.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.gridappliance.jobs.lease.FileRef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quota, age, crashes and restarts of the cache. */
class InputCacheTest {
  @TempDir Path folder;
  private final AtomicInteger fetches = new AtomicInteger();

  private static FileRef ref(String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    return new FileRef("x", LittlePortal.sha256(bytes), bytes.length);
  }

  private InputCache.Lent take(InputCache cache, String content)
      throws IOException, InterruptedException {
    return cache.take(
        ref(content),
        (f, into) -> {
          fetches.incrementAndGet();
          Files.writeString(into, content);
        });
  }

  @Test
  void leastRecentlyUsedLeavesWhenTheQuotaIsFull() throws Exception {
    InputCache cache = new InputCache(folder, 30);
    cache.release(take(cache, "aaaaaaaaaa"));
    cache.release(take(cache, "bbbbbbbbbb"));
    cache.release(take(cache, "cccccccccc"));
    cache.release(take(cache, "aaaaaaaaaa"));
    InputCache.Lent fourth = take(cache, "dddddddddd");
    assertEquals("dddddddddd", Files.readString(fourth.path()));
    assertEquals(30, cache.usedBytes());
    assertTrue(Files.exists(folder.resolve(ref("aaaaaaaaaa").sha256())));
    assertFalse(Files.exists(folder.resolve(ref("bbbbbbbbbb").sha256())));
  }

  @Test
  void filesInUseStayAndTheNextIsRefusedInWords() throws Exception {
    InputCache cache = new InputCache(folder, 20);
    take(cache, "aaaaaaaaaa");
    take(cache, "bbbbbbbbbb");
    IOException full = assertThrows(IOException.class, () -> take(cache, "cccccccccc"));
    assertTrue(full.getMessage().contains("quota"), full.getMessage());
    assertThrows(IOException.class, () -> take(cache, "d".repeat(21)));
  }

  @Test
  void restartKeepsWholeFilesAndDropsHalfFetchedOnes() throws Exception {
    InputCache cache = new InputCache(folder, 100);
    cache.release(take(cache, "whole"));
    Path half = Files.writeString(folder.resolve("fetch123"), "ha");
    InputCache again = new InputCache(folder, 100);
    assertEquals("whole", Files.readString(take(again, "whole").path()));
    assertEquals(1, fetches.get());
    assertFalse(Files.exists(half));
  }

  @Test
  void afterARebootADamagedFileIsFetchedAgain() throws Exception {
    InputCache cache = new InputCache(folder, 100);
    Path file = take(cache, "whole").path();
    Files.delete(file);
    Files.writeString(file, "w\0\0\0e");
    Files.writeString(folder.resolve("boot"), "an earlier boot");
    InputCache again = new InputCache(folder, 100);
    assertEquals("whole", Files.readString(take(again, "whole").path()));
    assertEquals(2, fetches.get());
    assertEquals(5, again.usedBytes());
  }

  @Test
  void failedFetchLeavesNothingAndMayBeTriedAgain() throws Exception {
    InputCache cache = new InputCache(folder, 100);
    assertThrows(
        IOException.class,
        () ->
            cache.take(
                ref("whole"),
                (f, into) -> {
                  throw new IOException("the line is dead");
                }));
    assertEquals(0, cache.usedBytes());
    assertEquals("whole", Files.readString(take(cache, "whole").path()));
  }
}
