package org.gridappliance.agent.pool;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.gridappliance.agent.pool.PoolSettings.Role;
import org.gridappliance.agent.verb.Verb;
import org.gridappliance.jobs.lease.LeaseProtocol;

/**
 * What a pool admin chose in the page; it goes before {@code pool.*} of {@code appliance.yaml}.
 *
 * @param role null when nothing was chosen
 * @param token with which to join; empty keeps the one that is there. Not kept in this file
 */
record PoolWish(
    @org.jspecify.annotations.Nullable Role role,
    String manager,
    String address,
    int cpus,
    String token) {
  private static final String FILE = "wish.json";

  /**
   * {@return what the page sent}
   *
   * @throws Verb.Refused when it cannot be
   */
  static PoolWish of(JsonNode body) {
    String word = body.path("role").asText();
    Role role =
        Arrays.stream(Role.values())
            .filter(one -> one.word().equals(word))
            .findFirst()
            .orElseThrow(() -> refused("role=" + word + ": want off, manager, worker or submit"));
    String manager = body.path("manager").asText("").strip();
    String address = body.path("address").asText("").strip();
    String token = body.path("token").asText("").strip();
    if (role != Role.MANAGER
        && role != Role.OFF
        && !PoolSettings.ADDRESS.matcher(manager).matches()) {
      throw refused("manager=" + manager + ": want the IPv4 address of the pool's manager");
    }
    if (!address.isEmpty() && !PoolSettings.isAddress(address)) {
      throw refused("address=" + address + ": want an IPv4 address or an interface's name");
    }
    if (!token.isEmpty() && !CondorTokens.isToken(token)) {
      throw refused("this is no whole token; copy the line that the manager's Pool page shows");
    }
    int cpus = body.path("cpus").asInt(0);
    if (cpus < 0 || cpus > 4096) {
      throw refused("cpus=" + cpus + ": want 0..4096");
    }
    return new PoolWish(role, role == Role.MANAGER ? "" : manager, address, cpus, token);
  }

  private static Verb.Refused refused(String message) {
    return new Verb.Refused(422, message);
  }

  static PoolWish read(PoolFolders folders) throws IOException {
    String text = PoolFolders.text(folders.root().resolve(FILE));
    if (text.isEmpty()) {
      return new PoolWish(null, "", "", 0, "");
    }
    try {
      return of(LeaseProtocol.json().readTree(text));
    } catch (JacksonException | Verb.Refused e) {
      throw new IOException(
          folders.root().resolve(FILE) + " is damaged (" + e.getMessage() + "); remove it", e);
    }
  }

  void keep(PoolFolders folders) throws IOException {
    Role chosen = role;
    if (chosen == null) {
      return;
    }
    folders.makeRoot();
    Map<String, ?> all =
        Map.of("role", chosen.word(), "manager", manager, "address", address, "cpus", cpus);
    PoolFolders.write(
        folders.root().resolve(FILE),
        LeaseProtocol.json().writeValueAsString(all) + "\n",
        "rw-------",
        0);
  }

  PoolSettings over(PoolSettings file) {
    Role chosen = role;
    return chosen == null
        ? file
        : new PoolSettings(
            chosen, manager, address.isEmpty() ? file.address() : address, file.port(), cpus);
  }
}
