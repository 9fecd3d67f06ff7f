package org.gridappliance.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import org.junit.jupiter.api.Test;

class JoinLinkTest {
  @Test
  void tokenAndPinStandInTheFragment() throws Exception {
    JoinLink link =
        JoinLink.parse("https://grid.example:8443/join#abc-DEF_1&ca=" + "AB".repeat(32));
    assertEquals(URI.create("https://grid.example:8443"), link.portal());
    assertEquals("abc-DEF_1", link.token());
    assertEquals("ab".repeat(32), link.pin());
    assertNull(JoinLink.parse("http://127.0.0.1:8443/join#abc").pin());
  }

  @Test
  void plainHttpToAnotherMachineIsRefusedInASentence() {
    AgentOptions.Wrong wrong =
        assertThrows(
            AgentOptions.Wrong.class, () -> JoinLink.parse("http://grid.example:8443/join#abc"));
    assertTrue(wrong.getMessage().contains("https"), wrong.getMessage());
    for (String near :
        new String[] {"http://127.0.0.1.evil.example/join#a", "http://localhost.x/#a"}) {
      assertThrows(AgentOptions.Wrong.class, () -> JoinLink.parse(near), near);
    }
  }

  @Test
  void linkThatLostItsTokenIsRefused() {
    for (String bad :
        new String[] {
          "https://x/join",
          "https://x/join#",
          "https://x/join#&ca=00",
          "#a",
          "x#a",
          "https://x/join#a b",
          "https://x/join#a&ca=12"
        }) {
      assertThrows(AgentOptions.Wrong.class, () -> JoinLink.parse(bad), bad);
    }
  }
}
