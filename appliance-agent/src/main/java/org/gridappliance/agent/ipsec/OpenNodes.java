package org.gridappliance.agent.ipsec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.gridappliance.ca.CaException;
import org.gridappliance.ca.profile.Network;

/**
 * Machines of the open pool with which a member talks without IPsec all the same: the file {@code
 * open-nodes} in {@link IpsecFolder}, an address a line, {@code #} before a remark. Only root
 * writes there: neither the portal nor the authority says whom to trust so. That such an address is
 * the sender's own is the overlay's word.
 */
final class OpenNodes {
  private static final String FILE = "open-nodes";
  private static final String NETWORK = "10.128.0.0/9";
  private static final int MOST = 64;

  private OpenNodes() {}

  /**
   * {@return virtual addresses; none where there is no file}
   *
   * @throws IOException naming the line that is none; then nobody should be exempt
   */
  static List<String> read(IpsecFolder folder) throws IOException {
    return folder.has(FILE)
        ? parse(new String(folder.read(FILE), StandardCharsets.UTF_8))
        : List.of();
  }

  static List<String> parse(String text) throws IOException {
    List<String> all =
        text.lines()
            .map(line -> line.replaceFirst("#.*", "").strip())
            .filter(line -> !line.isEmpty())
            .distinct()
            .toList();
    if (all.size() > MOST) {
      throw new IOException(FILE + " has " + all.size() + " addresses: want at most " + MOST);
    }
    for (String one : all) {
      if (!isVirtual(one)) {
        throw new IOException(FILE + ": '" + one + "': want a virtual address such as 10.128.0.7");
      }
    }
    return all;
  }

  private static boolean isVirtual(String address) {
    try {
      // no leading zeros, which others read as octal
      return address.matches("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}")
          && Network.of(NETWORK).contains(Network.of(address));
    } catch (CaException e) {
      return false;
    }
  }
}
