package org.gridappliance.ipop.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real nodes, real devices, the machine's own DHCP client, ping and DNS. */
@Tag("root")
@Tag("netns")
class TwoNodesTest {

  @BeforeAll
  static void needs() {
    assumeTrue(Files.isWritable(Path.of("/dev/net/tun")), "no /dev/net/tun for this user");
    assumeTrue(
        Files.exists(Path.of("/sbin/udhcpc")) || Files.exists(Path.of("/usr/sbin/udhcpc")),
        "no DHCP client: install the package udhcpc");
  }

  @Test
  void machinesGetAddressesByDhcpAndPingEachOtherByName(@TempDir Path folder)
      throws IOException, InterruptedException {
    try (Lab lab = new Lab("ipop2", folder)) {
      String a = lab.namespace("a");
      String b = lab.namespace("b");
      lab.cable(a, "ua", "192.0.2.1/24", b, "ub", "192.0.2.2/24");
      Path first = lab.settings("a", "namespace: test\nport: 4801\nname: ada\n");
      lab.node(a, first);
      Path second =
          lab.settings(
              "b",
              "namespace: test\nport: 4801\nbootstrap:\n  - "
                  + lab.key(first)
                  + "@192.0.2.1:4801\n");
      lab.node(b, second);
      awaitDevice(lab, a);
      awaitDevice(lab, b);

      String addressA = lab.dhcp(a, "ipop0");
      String addressB = lab.dhcp(b, "ipop0");
      assertNotEquals(addressA, addressB);
      assertTrue(addressA.startsWith("10.") && addressB.startsWith("10."), addressA);

      String ping = lab.in(a, "ping", "-c", "20", "-i", "0.05", "-W", "3", addressB);
      assertTrue(ping.contains(" 0% packet loss"), ping);
      String large = lab.in(b, "ping", "-c", "5", "-i", "0.1", "-s", "4000", addressA);
      assertTrue(large.contains(" 0% packet loss"), large);

      String[] part = addressB.split("\\.", -1);
      String name =
          "C"
              + String.format("%03d", Integer.parseInt(part[1]))
              + String.format("%03d", Integer.parseInt(part[2]))
              + String.format("%03d", Integer.parseInt(part[3]));
      if (Files.exists(Path.of("/usr/bin/dig"))) {
        String server = "@10.255.255.254";
        assertEquals(addressB, lab.in(a, "dig", "+short", server, name + ".ipop").strip());
        assertEquals(addressA, lab.in(b, "dig", "+short", server, "ada.ipop").strip());
        assertEquals(
            name.toLowerCase(java.util.Locale.ROOT) + ".ipop.",
            lab.in(a, "dig", "+short", server, "-x", addressB)
                .strip()
                .toLowerCase(java.util.Locale.ROOT));
      } else {
        System.out.println("names not asked for: install the package dnsutils");
      }
      String status = lab.status(first);
      assertTrue(status.contains("direct 192.0.2.2:4801"), status);
      assertTrue(status.contains(addressA), status);
    }
  }

  /** Super-packets on one side or both, cut and joined by us; on the other by the kernel. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTransferArrivesWholeBothWays(boolean offload, @TempDir Path folder)
      throws IOException, InterruptedException {
    try (Lab lab = new Lab("ipop3", folder)) {
      String a = lab.namespace("a");
      String b = lab.namespace("b");
      lab.cable(a, "ua", "192.0.2.1/24", b, "ub", "192.0.2.2/24");
      Path first = lab.settings("a", "namespace: test\nport: 4801\n");
      lab.node(a, first);
      String bootstrap = "bootstrap:\n  - " + lab.key(first) + "@192.0.2.1:4801\n";
      String more = "namespace: test\nport: 4801\noffload: " + offload + "\n" + bootstrap;
      lab.node(b, lab.settings("b", more));
      awaitDevice(lab, a);
      awaitDevice(lab, b);
      String addressA = lab.dhcp(a, "ipop0");
      String addressB = lab.dhcp(b, "ipop0");
      for (int i = 0; i < 2; i++) {
        List<String> hashes =
            i == 0
                ? lab.transfer(a, b, addressB, 100_000_000)
                : lab.transfer(b, a, addressA, 100_000_000);
        assertEquals(64, hashes.get(0).length(), hashes.get(0));
        assertEquals(hashes.get(0), hashes.get(1));
      }
      assertTrue(lab.log(b).contains("offload=" + offload), lab.log(b));
      assertTrue(lab.status(first).contains("\"forged\" : 0"), lab.status(first));
    }
  }

  static void awaitDevice(Lab lab, String namespace) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + 15_000_000_000L;
    while (lab.tryIn(namespace, "ip", "link", "show", "dev", "ipop0").code() != 0) {
      assertTrue(System.nanoTime() < deadline, "no device: " + lab.log(namespace));
      Thread.onSpinWait();
    }
  }
}
