package org.gridappliance.ca;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FingerprintTest {
  @Test
  void wordsAreTheProquintsOfTheFirstTwelveBytes() {
    // 0xba78 is 1011 10 1001 11 1000: r o n u m
    byte[] abc = "abc".getBytes(StandardCharsets.US_ASCII);
    assertEquals("ba7816bf8f01cfea414140de", Fingerprint.hex(abc).substring(0, 24));
    assertEquals(6, Fingerprint.words(abc).split("-", -1).length);
    assertEquals("ronum-dipuz-musad", Fingerprint.words(abc).substring(0, 17));
  }
}
