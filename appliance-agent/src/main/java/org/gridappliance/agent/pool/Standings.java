package org.gridappliance.agent.pool;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.gridappliance.agent.verb.Verb;
import org.gridappliance.jobs.lease.LeaseProtocol;

/**
 * What pool admins wish of machines, kept by the manager as {@code standings.json}: the negotiator
 * looks at none that is draining or banned, and at no job that a banned one submitted. So it holds
 * though a startd is started anew.
 */
record Standings(Path file) {
  private static final int MOST = 1000;

  static Standings of(PoolFolders folders) {
    return new Standings(folders.root().resolve("standings.json"));
  }

  /** {@return by address: draining or banned; a machine that is open is not among them} */
  Map<String, String> all() throws IOException {
    Map<String, String> all = new TreeMap<>();
    String text = PoolFolders.text(file);
    if (text.isEmpty()) {
      return all;
    }
    try {
      JsonNode read = LeaseProtocol.json().readTree(text);
      read.fields().forEachRemaining(one -> all.put(one.getKey(), one.getValue().asText()));
    } catch (JacksonException e) {
      throw new IOException(file + " is damaged (" + e.getOriginalMessage() + "); remove it", e);
    }
    return all;
  }

  /**
   * @param standing {@code open}, {@code draining} or {@code banned}
   * @throws Verb.Refused when it cannot be
   */
  void set(String address, String standing) throws IOException {
    if (!PoolSettings.ADDRESS.matcher(address).matches()) {
      throw new Verb.Refused(422, "address=" + address + ": want a machine's IPv4 address");
    }
    Map<String, String> all = all();
    switch (standing) {
      case "open" -> all.remove(address);
      case "draining", "banned" -> all.put(address, standing);
      default ->
          throw new Verb.Refused(422, "standing=" + standing + ": want open, draining or banned");
    }
    if (all.size() > MOST) {
      throw new Verb.Refused(
          409, MOST + " machines are drained or banned already; open one, or end HTCondor there");
    }
    PoolFolders.write(file, LeaseProtocol.json().writeValueAsString(all) + "\n", "rw-------", 0);
  }

  /** {@return the manager's configuration that makes it so} */
  String config() throws IOException {
    Map<String, String> all = all();
    if (all.isEmpty()) {
      return "";
    }
    List<String> banned = new ArrayList<>();
    all.forEach(
        (address, standing) -> {
          if (standing.equals("banned")) {
            banned.add(address);
          }
        });
    return "NEGOTIATOR_SLOT_CONSTRAINT = "
        + isNone(all.keySet())
        + (banned.isEmpty() ? "" : "NEGOTIATOR_SUBMITTER_CONSTRAINT = " + isNone(banned));
  }

  private static String isNone(Collection<String> addresses) {
    String names = addresses.stream().map(CondorConfig::host).collect(Collectors.joining(","));
    return "stringListIMember(Machine, \"" + names + "\") =!= True\n";
  }
}
