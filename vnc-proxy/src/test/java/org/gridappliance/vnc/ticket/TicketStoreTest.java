package org.gridappliance.vnc.ticket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.vertx.core.net.SocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TicketStoreTest {
  private static final Grant GRANT =
      new Grant("eva", "7", false, SocketAddress.domainSocketAddress("/run/7"));

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final TicketStore tickets = new TicketStore(() -> now);

  @Test
  void ticketOpensOnce() {
    String ticket = tickets.issue(GRANT);
    assertEquals(Optional.of(GRANT), tickets.redeem(ticket));
    assertEquals(Optional.empty(), tickets.redeem(ticket));
  }

  @Test
  void expiredTicketIsRefused() {
    String ticket = tickets.issue(GRANT);
    now = now.plus(TicketStore.LIFETIME);
    assertEquals(Optional.empty(), tickets.redeem(ticket));
  }

  @Test
  void inventedTicketIsRefused() {
    assertEquals(Optional.empty(), tickets.redeem("A".repeat(43)));
  }

  @Test
  void fullStoreRefusesAndRecoversAsTicketsExpire() {
    for (int i = 0; i < TicketStore.CAPACITY; i++) {
      tickets.issue(GRANT);
    }
    assertThrows(IllegalStateException.class, () -> tickets.issue(GRANT));
    now = now.plus(TicketStore.LIFETIME);
    assertEquals(Optional.of(GRANT), tickets.redeem(tickets.issue(GRANT)));
  }

  /** Against the obvious model: a list of what was issued, when, and whether it was used. */
  @FuzzTest(maxDuration = "60s")
  void aTicketIsGoodOnceAndForItsLifetime(FuzzedDataProvider data) {
    List<String> issued = new ArrayList<>();
    List<Instant> good = new ArrayList<>();
    while (data.remainingBytes() > 0 && issued.size() < 200) {
      switch (data.consumeInt(0, 3)) {
        case 0 -> {
          issued.add(tickets.issue(GRANT));
          good.add(now.plus(TicketStore.LIFETIME));
        }
        case 1 -> now = now.plusMillis(data.consumeInt(0, 40_000));
        case 2 -> assertEquals(Optional.empty(), tickets.redeem(data.consumeString(50)));
        default -> {
          if (!issued.isEmpty()) {
            int one = data.consumeInt(0, issued.size() - 1);
            assertEquals(now.isBefore(good.get(one)), tickets.redeem(issued.get(one)).isPresent());
            good.set(one, Instant.MIN);
          }
        }
      }
    }
  }
}
