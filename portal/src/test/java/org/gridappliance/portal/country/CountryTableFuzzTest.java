package org.gridappliance.portal.country;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * Any bytes are a table that answers with two capital letters or nothing, or are refused in words.
 * Run with {@code JAZZER_FUZZ=1} to look for counterexamples; without, what was found before is
 * tried again.
 */
class CountryTableFuzzTest {
  @FuzzTest(maxDuration = "60s")
  void anyBytesAnswerWithACountryOrNothing(FuzzedDataProvider data) throws Exception {
    InetAddress asked = InetAddress.getByAddress(bytes(data, data.consumeBoolean() ? 4 : 16));
    ByteBuffer file = new TableMaker().add(TableMaker.entry("81.2.0.0/16", "GB", 0)).bytes();
    boolean begins = data.consumeBoolean(); // as a table, then damaged anywhere
    byte[] damage = data.consumeRemainingAsBytes();
    if (begins) {
      for (int i = 0; i + 2 < damage.length; i += 3) {
        int at = (damage[i] & 0xff) << 8 | (damage[i + 1] & 0xff);
        file.put(at % file.limit(), damage[i + 2]);
      }
    }
    try {
      new CountryTable(begins ? file : ByteBuffer.wrap(damage))
          .country(asked)
          .ifPresent(country -> assertTrue(country.matches("[A-Z]{2}"), country));
    } catch (IOException e) {
      assertFalse(String.valueOf(e.getMessage()).isBlank());
    }
  }

  private static byte[] bytes(FuzzedDataProvider data, int length) {
    byte[] all = new byte[length];
    byte[] some = data.consumeBytes(length);
    System.arraycopy(some, 0, all, 0, some.length);
    return all;
  }
}
