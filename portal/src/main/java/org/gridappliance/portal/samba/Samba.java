package org.gridappliance.portal.samba;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.agent.AgentClient;
import org.gridappliance.webdav.lock.ForeignLocks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the agent's smbd from the portal's side, every {@value #LOOK_SECONDS} s: tells it
 * whose home visitors get, takes away the passwords of people who are no more, and keeps the
 * connection over which locks cross. Thread-safe.
 */
public final class Samba implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Samba.class);
  private static final int LOOK_SECONDS = 1;
  private static final int LOOKS_A_ROUND = 15;

  /** Makes a person's home when it is absent. */
  @FunctionalInterface
  public interface Home {
    Object make(String name) throws IOException;
  }

  private final AgentClient agent;
  private final Supplier<Optional<String>> owner;
  private final Supplier<Set<String>> active;
  private final Home home;
  private final SambaLocks locks;
  private final Thread thread;

  /**
   * @param owner the first administrator, if there is one
   * @param active the names of all active accounts
   * @param home makes a person's home when it is absent
   */
  public Samba(
      AgentClient agent,
      Supplier<Optional<String>> owner,
      Supplier<Set<String>> active,
      Home home,
      InstantSource clock) {
    this.agent = agent;
    this.owner = owner;
    this.active = active;
    this.home = home;
    this.locks = new SambaLocks(clock);
    this.thread = Thread.ofVirtual().name("samba").unstarted(this::look);
  }

  /** {@return the locks that WebDAV is to heed} */
  public ForeignLocks locks() {
    return locks;
  }

  /** Begins to look. */
  public void start() {
    thread.start();
  }

  private void look() {
    try {
      for (int n = 0; ; n++) {
        try {
          locks.sweep();
          if (n % LOOKS_A_ROUND == 0 || !locks.isConnected()) {
            round();
          }
        } catch (Problem e) { // the agent is not there, or refuses
          log.debug("samba not looked after reason={}", e.getMessage());
          locks.disconnected();
        } catch (IOException | RuntimeException e) { // whatever it is, the next look comes
          log.warn("samba not looked after reason={}", e.toString());
          locks.disconnected();
        }
        TimeUnit.SECONDS.sleep(LOOK_SECONDS);
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  private void round() throws IOException {
    SambaState state = state();
    if (!state.running()) {
      locks.disconnected();
      return;
    }
    String first = owner.get().orElse("");
    if (!first.equals(state.owner()) && !first.isEmpty()) {
      home.make(first);
      agent.ask("PUT", "/samba/owner", Map.of("name", first));
    }
    List<String> gone = new ArrayList<>(state.people());
    gone.removeAll(active.get());
    for (String name : gone) {
      agent.ask("DELETE", "/samba/passwords/" + name, null);
    }
    if (!locks.isConnected()) {
      JsonNode door = agent.ask("GET", "/samba/locks", null);
      locks.connected(
          LockDoor.open(
              new LockDoor.Place(
                  door.path("port").asInt(),
                  door.path("share").asText(),
                  door.path("user").asText(),
                  door.path("password").asText(),
                  Path.of(door.path("clients").asText()))));
      log.info("locks cross to Samba port={}", door.path("port").asInt());
    }
  }

  /** {@return what the agent says; why it cannot be asked, when it does not answer} */
  SambaState state() {
    JsonNode state;
    try {
      state = agent.ask("GET", "/samba", null);
    } catch (Problem e) {
      return SambaState.off("this machine's agent does not answer");
    }
    List<String> addresses = new ArrayList<>();
    state.path("addresses").forEach(a -> addresses.add(a.asText()));
    List<String> people = new ArrayList<>();
    state.path("people").forEach(p -> people.add(p.asText()));
    return new SambaState(
        state.path("running").asBoolean(),
        state.path("why").asText(),
        addresses,
        state.path("port").asInt(),
        state.path("visitors").asBoolean(),
        state.path("owner").asText(),
        people);
  }

  void setPassword(String name, String password) throws IOException {
    home.make(name);
    agent.ask("PUT", "/samba/passwords/" + name, Map.of("password", password));
  }

  void removePassword(String name) {
    agent.ask("DELETE", "/samba/passwords/" + name, null);
  }

  @Override
  public void close() {
    thread.interrupt();
    locks.disconnected();
  }
}
