package org.gridappliance.evm;

/**
 * The account of the host a program runs as when the launcher is started as root. Inside it is
 * always 1000:1000.
 *
 * @param uid 1..
 * @param gid 1..
 */
public record EvmAccount(int uid, int gid) {
  public EvmAccount {
    if (uid < 1 || gid < 1) {
      throw new IllegalArgumentException(
          "account " + uid + ":" + gid + ": want a uid and gid of 1 or more, never root's");
    }
  }
}
