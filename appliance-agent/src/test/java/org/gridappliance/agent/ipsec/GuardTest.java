package org.gridappliance.agent.ipsec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guard's rules in a namespace, with another one whose machine has three addresses. */
@Tag("root")
@Tag("netns")
class GuardTest {
  private static final String DEVICE = "vdev0";

  private final String here = "gg" + ProcessHandle.current().pid() + "a";
  private final String there = "gg" + ProcessHandle.current().pid() + "b";

  private static String run(String input, String... words) throws Exception {
    return Words.run(input, words);
  }

  private static String in(String namespace, String input, String... words) throws Exception {
    String[] all = new String[4 + words.length];
    System.arraycopy(new String[] {"ip", "netns", "exec", namespace}, 0, all, 0, 4);
    System.arraycopy(words, 0, all, 4, words.length);
    return run(input, all);
  }

  @BeforeEach
  void twoMachines() throws Exception {
    run("", "ip", "netns", "add", here);
    run("", "ip", "netns", "add", there);
    run(
        "", "ip", "link", "add", DEVICE, "netns", here, "type", "veth", "peer", "name", DEVICE,
        "netns", there);
    in(here, "", "ip", "addr", "add", "10.128.0.1/9", "dev", DEVICE);
    in(here, "", "ip", "link", "set", DEVICE, "up");
    for (int i = 2; i <= 4; i++) {
      in(there, "", "ip", "addr", "add", "10.128.0." + i + "/9", "dev", DEVICE);
    }
    in(there, "", "ip", "link", "set", DEVICE, "up");
  }

  @AfterEach
  void gone() throws Exception {
    run("", "ip", "netns", "delete", here);
    run("", "ip", "netns", "delete", there);
  }

  private void raise(List<String> open) throws Exception {
    in(here, Guard.rules(DEVICE, "10.128.0.0/9", List.of(), open), "nft", "-f", "-");
  }

  /** Whether a machine is answered by an address, asking from one of its own. */
  private boolean answers(String namespace, String from, String address) throws Exception {
    try {
      in(namespace, "", "ping", "-c", "1", "-W", "1", "-I", from, address);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void onlyOpenNodesAreReachedAndReachWithoutIpsec() throws Exception {
    assertTrue(answers(here, "10.128.0.1", "10.128.0.2"), "no guard yet");
    raise(List.of());
    assertFalse(answers(here, "10.128.0.1", "10.128.0.2"));
    assertFalse(answers(there, "10.128.0.3", "10.128.0.1"));
    raise(List.of("10.128.0.2", "10.128.0.4"));
    assertTrue(answers(here, "10.128.0.1", "10.128.0.2"));
    assertTrue(answers(there, "10.128.0.4", "10.128.0.1"));
    assertFalse(answers(here, "10.128.0.1", "10.128.0.3"), "not exempt");
    assertFalse(answers(there, "10.128.0.3", "10.128.0.1"));
    raise(List.of("10.128.0.4"));
    assertFalse(answers(here, "10.128.0.1", "10.128.0.2"), "no more");
  }

  @Test
  void whatIsForwardedIsNeverExempt() throws Exception {
    raise(List.of("10.128.0.2"));
    String rules = in(here, "", "nft", "list", "chain", "inet", "grid_appliance", "through");
    assertFalse(rules.contains("@open"), rules);
  }

  @Test
  void theFileHoldsAddressesAndRemarks() throws Exception {
    assertEquals(
        List.of("10.128.0.7", "10.255.0.1"),
        OpenNodes.parse("# file server\n10.128.0.7\n\n10.255.0.1 # printer\n10.128.0.7\n"));
    String many = String.join("\n", IntStream.range(0, 65).mapToObj(i -> "10.128.1." + i).toList());
    assertThrows(IOException.class, () -> OpenNodes.parse(many));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"10.127.0.1", "192.0.2.1", "10.128.0.0/24", "lab", "10.128.0.1 }", "10.128.0.300"})
  void whatIsNoVirtualAddressIsRefused(String line) {
    assertThrows(IOException.class, () -> OpenNodes.parse(line));
  }
}
