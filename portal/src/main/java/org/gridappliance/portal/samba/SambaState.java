package org.gridappliance.portal.samba;

import java.util.List;

/**
 * What the agent says of its smbd.
 *
 * @param why empty while it runs
 * @param addresses where it listens, loopback first
 * @param visitors whether loopback needs no password for the owner's home
 * @param owner who that is; empty when the agent was not told
 * @param people who has a Samba password
 */
record SambaState(
    boolean running,
    String why,
    List<String> addresses,
    int port,
    boolean visitors,
    String owner,
    List<String> people) {
  SambaState {
    addresses = List.copyOf(addresses);
    people = List.copyOf(people);
  }

  static SambaState off(String why) {
    return new SambaState(false, why, List.of(), 0, false, "", List.of());
  }
}
