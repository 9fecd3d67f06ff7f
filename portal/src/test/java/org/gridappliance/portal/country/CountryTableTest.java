package org.gridappliance.portal.country;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.gridappliance.portal.country.TableMaker.Entry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountryTableTest {
  private static final Path REAL = Path.of("/usr/share/libloc-location/location.db");

  @TempDir Path folder;

  private static Optional<String> look(CountryTable table, String address) {
    return table.country(InetAddress.ofLiteral(address));
  }

  /** Addresses of universities and registries, which have been where they are for decades. */
  @Test
  void debiansTableKnowsOldAddressesOfBothKindsAndNoPrivateOnes() throws Exception {
    assertTrue(Files.exists(REAL), REAL + " is missing: apt-get install libloc-database");
    CountryTable table = CountryTable.open(REAL);
    assertEquals(Optional.of("DE"), look(table, "130.149.7.201"));
    assertEquals(Optional.of("DE"), look(table, "2001:638:809::1"));
    assertEquals(Optional.of("US"), look(table, "128.227.1.1"));
    assertEquals(Optional.of("GB"), look(table, "129.215.0.1"));
    assertEquals(Optional.of("SG"), look(table, "137.132.0.1"));
    assertEquals(Optional.empty(), look(table, "8.8.8.8"), "one address in many countries");
    for (String nobodys : List.of("10.128.0.1", "192.168.1.1", "127.0.0.1", "::1", "fd00::1")) {
      assertEquals(Optional.empty(), look(table, nobodys), nobodys);
    }
  }

  @Test
  void theNarrowestNetworkOfSeededTablesIsTheAnswer() throws Exception {
    for (long seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      List<Entry> entries = new ArrayList<>();
      TableMaker maker = new TableMaker();
      for (int i = 0; i < 300; i++) {
        Entry made =
            new Entry(
                address(random),
                random.nextInt(33),
                random.nextInt(10) == 0 ? "" : "" + letter(random) + letter(random),
                random.nextInt(4) == 0 ? 1 << random.nextInt(4) : 0);
        entries.add(made);
        maker.add(made);
      }
      CountryTable table = new CountryTable(maker.bytes());
      for (int i = 0; i < 2_000; i++) {
        InetAddress asked = address(random);
        assertEquals(slowly(entries, asked), table.country(asked), "seed " + seed + ": " + asked);
      }
    }
  }

  /** Of few first bits, so that networks lie in one another and are met. */
  private static InetAddress address(Random random) throws IOException {
    byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
    for (int i = 0; i < 4; i++) {
      bytes[i] = (byte) (random.nextInt(2) << random.nextInt(8));
    }
    return InetAddress.getByAddress(bytes);
  }

  private static char letter(Random random) {
    return (char) ('A' + random.nextInt(26));
  }

  private static Optional<String> slowly(List<Entry> entries, InetAddress asked) {
    Entry best = null;
    for (Entry one : entries) {
      boolean[] mine = TableMaker.bits(one.address());
      boolean[] his = TableMaker.bits(asked);
      boolean inside = true;
      for (int i = 0; i < one.depth(); i++) {
        inside &= mine[i] == his[i];
      }
      if (inside && (best == null || one.depth() >= best.depth())) {
        best = one;
      }
    }
    return best == null || best.country().isEmpty() || (best.flags() & 7) != 0
        ? Optional.empty()
        : Optional.of(best.country());
  }

  @Test
  void whatIsNoTableOrIsCutIsRefusedInWords() throws Exception {
    ByteBuffer whole = new TableMaker().add(TableMaker.entry("81.2.0.0/16", "GB", 0)).bytes();
    Path file = folder.resolve("location.db");
    for (int length : new int[] {0, 7, CountryTable.HEADER - 1, whole.limit() - 1}) {
      Files.write(file, first(whole, length));
      IOException refused = assertThrows(IOException.class, () -> CountryTable.open(file));
      String words = String.valueOf(refused.getMessage());
      assertTrue(words.contains("it is cut") || words.contains("it is no table"), words);
    }
    Files.write(file, first(whole, whole.limit()));
    assertEquals(Optional.of("GB"), look(CountryTable.open(file), "81.2.3.4"));
    assertEquals(Optional.empty(), look(CountryTable.open(file), "81.3.3.4"));
  }

  private static byte[] first(ByteBuffer bytes, int length) {
    byte[] part = new byte[length];
    bytes.get(0, part);
    return part;
  }
}
