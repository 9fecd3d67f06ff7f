package org.gridappliance.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses a name may have. */
class HostFinderTest {
  private static InetAddress address(String figures) {
    try {
      return InetAddress.getByName(figures); // in figures: asks nobody
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(figures, e);
    }
  }

  private static HostFinder finder(String... found) {
    return new HostFinder(
        host -> List.of(found).stream().map(HostFinderTest::address).toArray(InetAddress[]::new),
        Set.of(address("203.0.113.7"), address("10.1.2.3")));
  }

  private static String find(boolean privateToo, String... found) throws HostFinder.Refused {
    return finder(found).find("data.test", 443, privateToo).address().getHostAddress();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"93.184.216.34", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111"})
  void openInternetIsReached(String figures) throws Exception {
    assertEquals(address(figures).getHostAddress(), find(false, figures));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.1",
        "10.128.0.9",
        "172.16.0.1",
        "172.31.255.1",
        "192.168.1.1",
        "100.64.0.1",
        "198.18.0.1",
        "192.0.0.8",
        "fd12::1",
        "fec0::1"
      })
  void privateNetworksAreReachedOnlyWhereAllowed(String figures) throws Exception {
    HostFinder.Refused refused = assertThrows(HostFinder.Refused.class, () -> find(false, figures));
    assertTrue(String.valueOf(refused.getMessage()).contains("jobs.network"), refused.toString());
    assertEquals(address(figures).getHostAddress(), find(true, figures));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.1.2.3",
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "169.254.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "168.63.129.16",
        "100.100.100.200",
        "203.0.113.7",
        "10.1.2.3",
        "::1",
        "::",
        "fe80::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "fd00:ec2::254"
      })
  void machineItsLinkAndItsSecretsAreNeverReached(String figures) {
    assertThrows(HostFinder.Refused.class, () -> find(true, figures), figures);
  }

  @Test
  void forbiddenAddressBesideAGoodOneIsLeftOut() throws Exception {
    assertEquals("93.184.216.34", find(true, "127.0.0.1", "::1", "93.184.216.34"));
    assertEquals("93.184.216.34", find(false, "2606:4700::1111", "10.0.0.9", "93.184.216.34"));
  }

  @Test
  void nameThatNobodyKnowsIsRefusedInWords() {
    HostFinder nobody =
        new HostFinder(
            host -> {
              throw new UnknownHostException(host);
            },
            Set.of());
    HostFinder.Refused refused =
        assertThrows(HostFinder.Refused.class, () -> nobody.find("data.test", 443, true));
    assertEquals("data.test has no address that is known there", refused.getMessage());
    assertThrows(HostFinder.Refused.class, () -> nobody.find("10.0.0.1", 443, true));
  }
}
