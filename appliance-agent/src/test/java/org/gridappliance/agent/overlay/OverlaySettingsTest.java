package org.gridappliance.agent.overlay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gridappliance.agent.settings.ApplianceYaml;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What appliance.yaml makes of the overlay. */
class OverlaySettingsTest {
  private static final String KEY = "0123456789abcdef".repeat(4);

  @TempDir Path data;

  private OverlaySettings read(String yaml) throws Exception {
    Files.writeString(data.resolve("appliance.yaml"), yaml);
    return OverlaySettings.read(data);
  }

  @Test
  void withoutAPoolThereIsNone() throws Exception {
    assertEquals("", OverlaySettings.read(data).pool());
    assertEquals("", read("overlay.pool: none\n").pool());
  }

  @Test
  void oneKnownNodeOrAListIsRead() throws Exception {
    String one = KEY + "@grid.example.org:4800";
    assertEquals(List.of(one), read("overlay.bootstrap: " + one + "\n").bootstrap());
    assertEquals(
        new OverlaySettings(
            "lab", 0, 443, List.of(one, KEY + "@[2001:db8::1]:9"), "ada", "tap7", false),
        read(
            "overlay:\n  pool: lab\n  port: 0\n  tls: 443\n  name: ada\n  device: tap7\n  dhcp: false\n  bootstrap:\n  - "
                + one
                + "\n  - \""
                + KEY
                + "@[2001:db8::1]:9\"\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "overlay.pool: 'a b'",
        "overlay.pool: \"lab\\nsecret: x\"",
        "overlay.port: 70000",
        "overlay.port: any",
        "overlay.tls: 0",
        "overlay.name: c128000001",
        "overlay.name: Ada",
        "overlay.tls: https",
        "overlay.device: '../x'",
        "overlay.device: longerThan15Letters",
        "overlay.dhcp: maybe",
        "overlay.bootstrap: example.org:4800",
        "overlay.bootstrap: [\"0123@example.org:4800\"]"
      })
  void whatCannotBeIsRefused(String yaml) {
    assertThrows(ApplianceYaml.Wrong.class, () -> read(yaml));
  }

  @Test
  void theSecretOfAPersonStaysOneValueWhateverItHolds() throws Exception {
    Files.createDirectories(data.resolve("keys"));
    Files.writeString(data.resolve("keys/overlay.secret"), "it's: [\"all\", one]\n");
    String yaml = read("overlay.pool: lab\n").yaml(Path.of("/var/x"), OverlayFolder.secret(data));
    JsonNode written = new YAMLMapper().readTree(yaml);
    assertEquals("it's: [\"all\", one]", written.path("secret").asText());
    assertEquals("lab", written.path("namespace").asText());
    assertTrue(written.path("bootstrap").isMissingNode());
  }

  @Test
  void aLinkIsNoSecret() throws Exception {
    Files.createDirectories(data.resolve("keys"));
    Files.writeString(data.resolve("other"), "somebody's");
    Files.createSymbolicLink(data.resolve("keys/overlay.secret"), data.resolve("other"));
    assertFalse(OverlayFolder.secret(data).contains("somebody"));
  }
}
