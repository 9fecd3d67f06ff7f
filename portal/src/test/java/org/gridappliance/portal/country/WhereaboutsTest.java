package org.gridappliance.portal.country;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.gridappliance.jobs.Countries;
import org.gridappliance.jobs.http.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WhereaboutsTest {
  @TempDir Path folder;

  private static CountryTable table() throws Exception {
    return new CountryTable(
        new TableMaker()
            .add(TableMaker.entry("0.0.0.0/0", "AQ", 0))
            .add(TableMaker.entry("::/0", "AQ", 0))
            .add(TableMaker.entry("81.2.0.0/16", "GB", 0))
            .add(TableMaker.entry("2a02::/16", "DE", 0))
            .bytes());
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (java.io.IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Whereabouts seeing(String overlay) throws Exception {
    Whereabouts made = Whereabouts.of(table(), () -> json(overlay), System::nanoTime);
    made.look();
    return made;
  }

  @Test
  void aPublicAddressIsLookedUpAndNoOtherIs() throws Exception {
    Whereabouts here = seeing("{}");
    assertEquals(Optional.of("GB"), here.of("81.2.3.4"));
    assertEquals(Optional.of("DE"), here.of("2a02::1"));
    for (String other :
        new String[] {
          "10.1.2.3",
          "10.128.0.7",
          "100.64.0.1",
          "169.254.1.1",
          "172.31.0.1",
          "192.168.1.1",
          "203.0.113.9",
          "240.0.0.1",
          "::",
          "fe80::1",
          "fd00::1",
          "2001:db8::1",
          "",
          "host.example"
        }) {
      assertEquals(Optional.empty(), here.of(other), other);
    }
  }

  @Test
  void aMachineOfTheOverlayIsWhereItsPacketsComeFrom() throws Exception {
    Whereabouts here =
        seeing(
            """
            {'node': {'peers': [
              {'path': 'direct 81.2.9.9:4800', 'addresses': ['10.128.0.1', '10.128.0.2']},
              {'path': 'direct tls-from://[2a02:0:0:0:0:0:0:5]:443', 'addresses': ['10.128.0.3']},
              {'path': 'direct 192.168.7.7:4800', 'addresses': ['10.128.0.4']},
              {'path': 'relay 0123', 'addresses': ['10.128.0.5']}]}}
            """);
    assertEquals(Optional.of("GB"), here.of("10.128.0.1"));
    assertEquals(Optional.of("GB"), here.of("10.128.0.2"));
    assertEquals(Optional.of("DE"), here.of("10.128.0.3"));
    assertEquals(Optional.empty(), here.of("10.128.0.4"));
    assertEquals(Optional.empty(), here.of("10.128.0.5"));
  }

  @Test
  void withoutAgentOnlyPublicAddressesAreKnown() throws Exception {
    Whereabouts here =
        Whereabouts.of(
            table(),
            () -> {
              throw new Problem(503, "Agent not there", "it starts again shortly");
            },
            System::nanoTime);
    here.look();
    assertEquals(Optional.of("GB"), here.of("81.2.3.4"));
    assertEquals(Optional.empty(), here.of("10.128.0.1"));
  }

  @Test
  void withoutTableNothingIsKnown() throws Exception {
    Path broken = Files.writeString(folder.resolve("broken.db"), "nothing of the kind");
    for (Optional<Path> file :
        java.util.List.of(
            Optional.<Path>empty(),
            Optional.of(folder.resolve("absent.db")),
            Optional.of(broken))) {
      Countries here = Whereabouts.open(file, () -> json("{}"));
      assertEquals(Optional.empty(), here.of("81.2.3.4"));
    }
  }
}
