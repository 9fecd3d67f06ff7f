package org.gridappliance.agent.ipsec;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The firewall of a member of the secure pool: of the virtual network nothing passes but what IPsec
 * unwrapped or will wrap, IKE itself, what this machine's own overlay node answers (DHCP, DNS), and
 * what goes to or comes from the {@link OpenNodes}. It stays when the agent or charon ends: no
 * IPsec, no packet.
 */
final class Guard {
  private static final String RULES =
      """
      table inet grid_appliance
      delete table inet grid_appliance
      table inet grid_appliance {
        set lan { type ipv4_addr; flags interval; @LAN@ }
        set open { type ipv4_addr; @OPEN@ }
        chain in {
          type filter hook input priority filter; policy accept;
          iifname "lo" accept
          meta nfproto ipv6 iifname "@DEVICE@" counter drop
          meta nfproto ipv6 accept
          ip saddr != @NETWORK@ iifname != "@DEVICE@" accept
          iifname "ipsec0" accept
          iifname != "@DEVICE@" ip saddr @lan accept
          iifname "@DEVICE@" udp dport { 500, 4500 } accept
          iifname "@DEVICE@" ip saddr @open accept
          iifname "@DEVICE@" ip saddr 10.255.255.254 udp sport { 53, 67 } accept
          counter drop
        }
        chain out {
          type filter hook output priority filter; policy accept;
          oifname "lo" accept
          meta nfproto ipv6 oifname "@DEVICE@" counter drop
          meta nfproto ipv6 accept
          ip daddr != @NETWORK@ oifname != "@DEVICE@" accept
          oifname "ipsec0" accept
          oifname != "@DEVICE@" ip daddr @lan accept
          oifname "@DEVICE@" meta mark 0x42 udp sport { 500, 4500 } accept
          oifname "@DEVICE@" ip daddr @open accept
          oifname "@DEVICE@" ip daddr { 10.255.255.254, 255.255.255.255 } udp dport { 53, 67 } accept
          counter reject with icmpx type admin-prohibited
        }
        chain through {
          type filter hook forward priority filter; policy accept;
          iifname "@DEVICE@" counter drop
          oifname "@DEVICE@" counter drop
          ip saddr @NETWORK@ ip saddr != @lan iifname != "ipsec0" counter drop
          ip daddr @NETWORK@ ip daddr != @lan oifname != "ipsec0" counter drop
        }
      }
      """;

  private static final Pattern ROUTE =
      Pattern.compile("^(10\\.(\\d{1,3})\\.\\d{1,3}\\.\\d{1,3}/\\d{1,2}) dev (\\S+)");

  private Guard() {}

  /**
   * Puts the rules in place, all at once, instead of earlier ones.
   *
   * @param open addresses of {@link OpenNodes}
   */
  static void raise(String device, String network, List<String> open)
      throws IOException, InterruptedException {
    Words.run(rules(device, network, lan(device), open), "nft", "-f", "-");
  }

  /** {@return the rules, for {@code nft -f}} */
  static String rules(String device, String network, List<String> lan, List<String> open) {
    return RULES
        .replace("@DEVICE@", device)
        .replace("@NETWORK@", network)
        .replace("@LAN@", elements(lan))
        .replace("@OPEN@", elements(open));
  }

  private static String elements(List<String> all) {
    return all.isEmpty() ? "" : "elements = { " + String.join(", ", all) + " }";
  }

  /**
   * {@return the networks of this machine's other devices that lie within the virtual one} A LAN in
   * 10.128.0.0/9 is no part of the overlay.
   */
  private static List<String> lan(String device) throws IOException, InterruptedException {
    List<String> found = new ArrayList<>();
    String routes = Words.run("", "ip", "-4", "-o", "route", "show", "scope", "link");
    for (String line : routes.lines().toList()) {
      Matcher route = ROUTE.matcher(line);
      if (route.find()
          && !route.group(3).equals(device)
          && !route.group(3).equals("ipsec0")
          && Integer.parseInt(route.group(2)) >= 128) {
        found.add(route.group(1));
      }
    }
    return found;
  }

  /** Takes them away; no rules is fine too. */
  static void lower() throws IOException, InterruptedException {
    Words.run("table inet grid_appliance\ndelete table inet grid_appliance\n", "nft", "-f", "-");
  }
}
