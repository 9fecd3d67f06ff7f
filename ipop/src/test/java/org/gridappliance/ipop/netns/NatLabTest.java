package org.gridappliance.ipop.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Seven real nodes behind the kernel's own NAT: a public one, a full-cone, a restricted, a
 * symmetric one, two behind one port-restricted NAT, one behind two NATs, and one behind a firewall
 * that lets nothing out but TCP to port 443.
 */
@Tag("root")
@Tag("netns")
@Tag("slow")
class NatLabTest {

  /** Pairs that no hole punching can join: symmetric with whoever filters by port. */
  private static final Set<String> RELAYED =
      new TreeSet<>(
          Set.of(
              "port1 symm",
              "port2 symm",
              "double symm",
              "addr wall",
              "double wall",
              "full wall",
              "port1 wall",
              "port2 wall",
              "symm wall"));

  private final Map<String, Path> settings = new LinkedHashMap<>();
  private final Map<String, String> namespaces = new LinkedHashMap<>();
  private final Map<String, String> addresses = new TreeMap<>();
  private final Map<String, String> ringAddresses = new TreeMap<>();

  @BeforeAll
  static void needs() {
    TwoNodesTest.needs();
    assumeTrue(Files.exists(Path.of("/usr/sbin/nft")), "no nft: install the package nftables");
  }

  @Test
  void allPairsTalkAndTheRightOnesDirectly(@TempDir Path folder)
      throws IOException, InterruptedException {
    try (Lab lab = new Lab("ipop7", folder)) {
      build(lab);
      for (String name : namespaces.keySet()) {
        TwoNodesTest.awaitDevice(lab, namespaces.get(name));
      }
      for (String name : namespaces.keySet()) {
        addresses.put(name, lab.dhcp(namespaces.get(name), "ipop0"));
      }
      assertEquals(namespaces.size(), new TreeSet<>(addresses.values()).size(), "" + addresses);
      // who is inside the wall tries TLS only when UDP has stayed silent for some seconds
      long deadline = System.nanoTime() + 30_000_000_000L;
      Set<String> silent = unreachable(lab);
      while (!silent.isEmpty() && System.nanoTime() < deadline) {
        silent = unreachable(lab);
      }
      assertEquals(Set.of(), silent, "pairs without a ping");
      // punching goes on while the first packets take the ring
      deadline = System.nanoTime() + 20_000_000_000L;
      Set<String> relayed = relayed(lab);
      while (!relayed.equals(RELAYED) && System.nanoTime() < deadline) {
        unreachable(lab);
        relayed = relayed(lab);
      }
      assertEquals(RELAYED, relayed, "pairs that are not direct");
      String walled = lab.status(settings.get("wall"));
      assertTrue(walled.contains("direct tls://198.51.100.1:443"), walled);
      String second = lab.status(settings.get("boot2"));
      assertTrue(second.contains("direct tls-from://198.51.100.7:"), second);

      lab.stop(namespaces.remove("boot"));
      addresses.remove("boot");
      deadline = System.nanoTime() + 60_000_000_000L;
      Set<String> lost = unreachable(lab);
      while (!lost.isEmpty() && System.nanoTime() < deadline) {
        lost = unreachable(lab);
      }
      assertEquals(Set.of(), lost, "pairs without a ping after the bootstrap's death");
    }
  }

  private void build(Lab lab) throws IOException, InterruptedException {
    String net = lab.namespace("net");
    lab.in(net, "ip", "link", "add", "name", "br", "type", "bridge");
    lab.in(net, "ip", "link", "set", "dev", "br", "up");
    String boot = lab.namespace("boot");
    lab.plug(net, boot, "out", "198.51.100.1/24");
    String key = node(lab, "boot", boot, 4801, "tls: 443\n");
    String bootstrap = "bootstrap:\n  - " + key + "@198.51.100.1:4801\n";
    // whoever is inside the wall learns of this one from others, and needs it when the first is
    // gone
    String boot2 = lab.namespace("boot2");
    lab.plug(net, boot2, "out", "198.51.100.8/24");
    node(lab, "boot2", boot2, 4801, "tls: 443\n" + bootstrap);

    nat(lab, net, "nf", 2, 10, "udp dport 4801 dnat to 192.168.10.2:4801", "masquerade");
    host(lab, "full", "ipop7nf", 10, 2, 4801, bootstrap);
    nat(
        lab,
        net,
        "nr",
        3,
        11,
        "ip saddr @allowed udp dport 4801 dnat to 192.168.11.2:4801",
        "masquerade");
    host(lab, "addr", "ipop7nr", 11, 2, 4801, bootstrap);
    nat(lab, net, "np", 4, 12, "", "masquerade");
    host(lab, "port1", "ipop7np", 12, 2, 4801, bootstrap);
    host(lab, "port2", "ipop7np", 12, 3, 4802, bootstrap);
    nat(lab, net, "ns", 5, 13, "", "masquerade fully-random");
    host(lab, "symm", "ipop7ns", 13, 2, 4801, bootstrap);
    // a second NAT behind the first
    nat(lab, net, "nd", 6, 14, "", "masquerade");
    String inner = lab.namespace("ne");
    lab.plug("ipop7nd", inner, "out", "192.168.14.2/24");
    lab.in(inner, "ip", "route", "add", "default", "via", "192.168.14.1");
    rules(lab, inner, 15, "", "masquerade");
    host(lab, "double", inner, 15, 2, 4801, bootstrap);

    nat(lab, net, "nw", 7, 16, "", "masquerade");
    lab.nft(
        "ipop7nw",
        """
        table ip wall {
          chain passing { type filter hook forward priority 10; policy drop;
            tcp dport 443 accept
            ct state established,related meta l4proto tcp accept
          }
        }
        """);
    host(lab, "wall", "ipop7nw", 16, 2, 4801, bootstrap);
  }

  private static void nat(
      Lab lab, String net, String name, int outer, int inner, String inbound, String outbound)
      throws IOException, InterruptedException {
    String box = lab.namespace(name);
    lab.plug(net, box, "out", "198.51.100." + outer + "/24");
    rules(lab, box, inner, inbound, outbound);
  }

  private static void rules(Lab lab, String box, int inner, String inbound, String outbound)
      throws IOException, InterruptedException {
    lab.in(box, "ip", "link", "add", "name", "br", "type", "bridge");
    lab.in(box, "ip", "addr", "add", "192.168." + inner + ".1/24", "dev", "br");
    lab.in(box, "ip", "link", "set", "dev", "br", "up");
    lab.in(box, "sysctl", "-qw", "net.ipv4.ip_forward=1");
    String dnat = inbound.isEmpty() ? "" : "iifname \"out\" " + inbound;
    lab.nft(
        box,
        """
        table ip nat {
          set allowed { type ipv4_addr; flags dynamic,timeout; timeout 60s; }
          chain before { type nat hook prerouting priority -100; %s
          }
          chain after { type nat hook postrouting priority 100; oifname "out" %s
          }
          chain own { type filter hook input priority 0; iifname "out" meta l4proto udp drop
          }
          chain passing { type filter hook forward priority 0; oifname "out" update @allowed { ip daddr }
          }
        }
        """
            .formatted(dnat, outbound));
  }

  private void host(Lab lab, String name, String box, int net, int host, int port, String bootstrap)
      throws IOException, InterruptedException {
    String namespace = lab.namespace(name);
    lab.plug(box, namespace, "eth", "192.168." + net + "." + host + "/24");
    lab.in(namespace, "ip", "route", "add", "default", "via", "192.168." + net + ".1");
    node(lab, name, namespace, port, bootstrap);
  }

  /** Starts a node. {@return its key} */
  private String node(Lab lab, String name, String namespace, int port, String bootstrap)
      throws IOException, InterruptedException {
    Path file = lab.settings(name, "namespace: lab\nport: " + port + "\n" + bootstrap);
    settings.put(name, file);
    namespaces.put(name, namespace);
    String key = bootstrap.contains("bootstrap") ? "" : lab.key(file);
    lab.node(namespace, file);
    return key;
  }

  /** Pings between all pairs, each node's at once. {@return the pairs without an answer} */
  private Set<String> unreachable(Lab lab) throws IOException, InterruptedException {
    Set<String> lost = new TreeSet<>();
    for (String from : addresses.keySet()) {
      List<String> script = new ArrayList<>();
      for (String to : addresses.keySet()) {
        if (!to.equals(from)) {
          script.add(
              "(ping -q -c 4 -i 0.25 -W 1 "
                  + addresses.get(to)
                  + " | grep -q ' 0 received' && echo "
                  + from
                  + "-"
                  + to
                  + ") &");
        }
      }
      String output =
          lab.in(namespaces.get(from), "sh", "-c", String.join("\n", script) + "\nwait");
      output.lines().forEach(lost::add);
    }
    return lost;
  }

  /** {@return pairs of which at least one side has no direct path to the other} */
  private Set<String> relayed(Lab lab) throws IOException, InterruptedException {
    Map<String, JsonNode> status = new LinkedHashMap<>();
    for (String name : addresses.keySet()) {
      JsonNode json = new ObjectMapper().readTree(lab.status(settings.get(name)));
      status.put(name, json);
      ringAddresses.put(name, json.path("address").asText());
    }
    Set<String> pairs = new TreeSet<>();
    for (String a : status.keySet()) {
      for (String b : status.keySet()) {
        if (a.compareTo(b) < 0 && !(isDirect(status.get(a), b) && isDirect(status.get(b), a))) {
          pairs.add(a + " " + b);
        }
      }
    }
    return pairs;
  }

  private boolean isDirect(JsonNode status, String peer) {
    for (JsonNode view : status.path("peers")) {
      if (view.path("address").asText().equals(ringAddresses.get(peer))) {
        return view.path("direct").asBoolean();
      }
    }
    return false;
  }

  @Test
  void withoutPermissionOneSentenceNamesTheCapability(@TempDir Path folder)
      throws IOException, InterruptedException {
    try (Lab lab = new Lab("ipop8", folder)) {
      String a = lab.namespace("a");
      Path file = lab.settings("a", "namespace: lab\nport: 4801\n");
      Lab.Result result = lab.runWithoutCapabilities(a, file);
      assertEquals(1, result.code(), result.output());
      assertTrue(result.output().contains("CAP_NET_ADMIN"), result.output());
      assertEquals(1, result.output().lines().filter(l -> l.startsWith("ipop: ")).count());
    }
  }
}
