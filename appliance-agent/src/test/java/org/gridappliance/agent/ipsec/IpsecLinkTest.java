package org.gridappliance.agent.ipsec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IpsecLinkTest {
  private static final String POOL = "a1".repeat(32);

  @Test
  void addressAndBothFingerprintsAreRead() throws Exception {
    IpsecLink link =
        IpsecLink.parse(
            "https://10.0.0.7:8443/#pool=" + POOL.toUpperCase(Locale.ROOT) + "&ca=" + POOL);
    assertEquals("https://10.0.0.7:8443", link.portal().toString());
    assertEquals(POOL, link.pool());
    assertEquals(POOL, link.pin());
    assertEquals("", link.token());
  }

  @Test
  void aJoinTokenIsReadAndWhatIsNoneRefused() throws Exception {
    String link = "https://host/#pool=" + POOL + "&token=";
    assertEquals("aB-_9", IpsecLink.parse(link + "aB-_9").token());
    assertThrows(IpsecLink.Wrong.class, () -> IpsecLink.parse(link + "a b"));
    assertThrows(IpsecLink.Wrong.class, () -> IpsecLink.parse(link));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "https://host/",
        "https://host/#pool=abc",
        "http://10.0.0.7/#pool=a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
        "file:///etc#pool=a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
        "https://host/#ca=a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"
      })
  void whatNamesNoAuthorityOrNoSafeWayIsRefused(String link) {
    assertThrows(IpsecLink.Wrong.class, () -> IpsecLink.parse(link));
  }
}
