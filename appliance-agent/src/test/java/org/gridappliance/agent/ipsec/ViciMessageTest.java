package org.gridappliance.agent.ipsec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ViciMessageTest {
  /** The example of the README's section "Message encoding". */
  private static final byte[] EXAMPLE = {
    3,
    4,
    'k',
    'e',
    'y',
    '1',
    0,
    6,
    'v',
    'a',
    'l',
    'u',
    'e',
    '1', // key1 = value1
    1,
    8,
    's',
    'e',
    'c',
    't',
    'i',
    'o',
    'n',
    '1', // section1 {
    1,
    11,
    's',
    'u',
    'b',
    '-',
    's',
    'e',
    'c',
    't',
    'i',
    'o',
    'n', // sub-section {
    3,
    4,
    'k',
    'e',
    'y',
    '2',
    0,
    6,
    'v',
    'a',
    'l',
    'u',
    'e',
    '2', // key2 = value2
    2, // }
    4,
    5,
    'l',
    'i',
    's',
    't',
    '1',
    5,
    0,
    5,
    'i',
    't',
    'e',
    'm',
    '1', // list1 = [ item1,
    5,
    0,
    5,
    'i',
    't',
    'e',
    'm',
    '2',
    6,
    2 // item2 ] }
  };

  private static Map<String, Object> example() {
    Map<String, Object> section = new LinkedHashMap<>();
    section.put("sub-section", Map.of("key2", "value2"));
    section.put("list1", List.of("item1", "item2"));
    Map<String, Object> whole = new LinkedHashMap<>();
    whole.put("key1", "value1");
    whole.put("section1", section);
    return whole;
  }

  @Test
  void theExampleOfTheSpecificationIsWrittenAndRead() throws Exception {
    assertArrayEquals(EXAMPLE, ViciMessage.write(example()));
    assertEquals(example(), ViciMessage.read(EXAMPLE, 0));
  }

  @Test
  void everyShortenedMessageIsRefusedUnlessItEndsBetweenElements() throws Exception {
    for (int length = 1; length < EXAMPLE.length; length++) {
      byte[] shorter = java.util.Arrays.copyOf(EXAMPLE, length);
      if (length != 14) { // after the first element
        assertThrows(IOException.class, () -> ViciMessage.read(shorter, 0), "length " + length);
      }
    }
  }

  /** Whatever the bytes: a section that is written as it was read, or a refusal. */
  @FuzzTest(maxDuration = "60s")
  void anyBytesAreASectionOrRefused(byte[] bytes) {
    try {
      Map<String, Object> read = ViciMessage.read(bytes, 0);
      if (!ViciMessage.read(ViciMessage.write(read), 0).equals(read)) {
        throw new AssertionError("written otherwise than read");
      }
    } catch (IOException e) {
      // refused
    }
  }
}
