package org.gridappliance.vnc.ticket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.net.SocketAddress;
import java.time.Instant;
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
}
