package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.LeaseRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A subjob's key: who gets one, and where it is. */
class SealedLeaseTest {
  @TempDir Path data;

  private static String key(Lease lease) {
    assertNotNull(lease.sandbox());
    assertNotNull(lease.sandbox().sealKey());
    return lease.sandbox().sealKey();
  }

  private static boolean isSealed(Lease lease) {
    return lease.sandbox() != null && lease.sandbox().sealKey() != null;
  }

  private static void submit(TestPortal portal) {
    portal.submit(
        "ann",
        Map.of(
            "app", "slow",
            "inputs", Map.of(),
            "sweep", Map.of("number", IntStream.rangeClosed(1, 8).boxed().toList())));
  }

  private static TestExecutor joined(TestPortal portal) {
    String link =
        portal.post("admin", "/nodes/join-tokens", Map.of()).json().path("token").asText();
    return new TestExecutor(() -> portal, "joined", 2, link);
  }

  @ParameterizedTest
  @EnumSource
  void theSettingSaysOnWhichMachines(SealPolicy policy) throws Exception {
    TestApps.install(data);
    JobSettings settings = JobSettings.of(data, List.of(data.resolve("apps"))).withSeal(policy);
    try (TestPortal portal = new TestPortal(settings, Clock.systemUTC())) {
      submit(portal);
      Lease own = new TestExecutor(() -> portal, "own", 2).lease(1, 0).getFirst();
      Lease other = joined(portal).lease(1, 0).getFirst();
      assertEquals(policy == SealPolicy.ALWAYS, isSealed(own));
      assertEquals(policy != SealPolicy.NEVER, isSealed(other));
    }
  }

  @Test
  void aMachineThatCannotSealGetsNothingToSealAndItsRowSaysWhy() throws Exception {
    TestApps.install(data);
    try (TestPortal portal = new TestPortal(data, Clock.systemUTC())) {
      submit(portal);
      // as a program of before asks, which would leave a key unread
      LeaseRequest asked = new LeaseRequest(2, 8L << 30, 64L << 30, 1, 0, true, null, null);
      assertEquals(List.of(), joined(portal).lease(asked));
      assertTrue(portal.get("ann", "/pool").text().contains("is to be sealed"));
      assertEquals(1, new TestExecutor(() -> portal, "own", 2).lease(asked).size());
    }
  }

  @Test
  void eachLeaseHasItsOwnKeyWhichThePortalNeitherKeepsNorSays() throws Exception {
    TestApps.install(data);
    Set<String> keys = new HashSet<>();
    try (TestPortal portal = new TestPortal(data, Clock.systemUTC())) {
      submit(portal);
      TestExecutor other = joined(portal);
      List<Lease> leases = other.lease(2, 0);
      other.report(leases.stream().map(l -> TestExecutor.success(l, List.of(), "")).toList());
      for (Lease lease : leases) {
        assertTrue(key(lease).matches("[0-9a-f]{64}"));
        assertFalse(lease.toString().contains(key(lease)), "a record in a log");
        keys.add(key(lease));
      }
      assertEquals(leases.size(), keys.size());
      assertNull(new TestExecutor(() -> portal, "own", 2).lease(1, 0).getFirst().sandbox());
    }
    try (Stream<Path> all = Files.walk(data)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        keys.forEach(key -> assertFalse(bytes.contains(key), file.toString()));
      }
    }
  }
}
