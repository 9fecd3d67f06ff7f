package org.gridappliance.portal.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the settings file may say, and the words for what it may not. */
class SettingsFileTest {
  private static final SettingsFile.CommandLine NOTHING =
      new SettingsFile.CommandLine(
          Path.of("data"), Optional.empty(), Optional.empty(), List.of(), false);

  private static Settings parse(String text) throws SettingsException {
    return SettingsFile.parse("appliance.yaml", text, NOTHING);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "port: 70000 | appliance.yaml:1: port=70000: want 0..65535",
        "port: many | appliance.yaml:1: port=many: want 0..65535",
        "prot: 1 | appliance.yaml:1: prot: no such setting",
        "login: {attempts: 2} | appliance.yaml:1: login.attempts=2: want 3..1000",
        "attempts: 5 | did you mean login.attempts?",
        "listen: lab.example | appliance.yaml:1: listen=lab.example: want an IP address",
        "registration: maybe | appliance.yaml:1: registration=maybe: want open",
        "port: [1] | appliance.yaml:1: port=1: want 0..65535",
        "names: [a b] | appliance.yaml:1: names=a b: want up to 32",
        "- port | appliance.yaml:1: want `key: value` lines",
        "port: {a: 1} | appliance.yaml:1: port: want a plain value",
        "pool.role: king | appliance.yaml:1: pool.role=king: want off, manager, worker or submit",
        "pool.role: submit | pool.manager=none: want an IPv4 address",
        "overlay.pool: a b | appliance.yaml:1: overlay.pool=a b: want 1 to 64 letters",
        "overlay: {bootstrap: [x@y:1]} | appliance.yaml:1: overlay.bootstrap=x@y:1: want KEY@HOST"
      })
  void aBadSettingNamesKeyValueRangeAndLine(String text, String words) {
    String message = assertThrows(SettingsException.class, () -> parse(text)).getMessage();
    assertTrue(message.contains(words), message);
  }

  @Test
  void everyPartInAPoolIsASetting() throws Exception {
    for (String role : new String[] {"off", "manager", "worker", "submit"}) {
      parse("pool: {role: '" + role + "', manager: 10.0.0.1}");
    }
  }

  @Test
  void theLineIsTheOneOfTheKey() {
    String message =
        assertThrows(
                SettingsException.class,
                () -> parse("# settings\nname: here\nsession:\n  days: 0\n"))
            .getMessage();
    assertEquals("appliance.yaml:4: session.days=0: want 1..90", message);
  }

  @Test
  void anEmptyFileGivesTheDefaults() throws Exception {
    Settings settings = parse("");
    assertEquals(8443, settings.port());
    assertEquals("127.0.0.1", settings.listen());
    assertEquals(Settings.Registration.APPROVAL, settings.registration());
    assertEquals(10, settings.loginAttempts());
  }

  @Test
  void theCommandLineWins() throws Exception {
    SettingsFile.CommandLine command =
        new SettingsFile.CommandLine(
            Path.of("data"), Optional.of(1234), Optional.of("::1"), List.of(), false);
    Settings settings =
        SettingsFile.parse("appliance.yaml", "port: 1\nlisten: 10.0.0.1\n", command);
    assertEquals(1234, settings.port());
    assertEquals("0:0:0:0:0:0:0:1", settings.listen());
  }

  @Test
  void everyDefaultIsInItsOwnRange() throws Exception {
    for (Key key : Key.ALL) {
      if (!key.equals(Key.NAME)) {
        Settings _ = parse("\"" + key.name() + "\": " + key.byDefault());
      }
    }
  }

  @Test
  void theDocumentationListsEveryKeyAsItIs() throws Exception {
    String page = Files.readString(Path.of("../docs/settings.md"));
    for (Key key : Key.ALL) {
      String row =
          "| `%s` | `%s` | %s | %s |"
              .formatted(key.name(), key.byDefault(), key.range(), key.about());
      assertTrue(page.contains(row), row);
    }
  }

  @FuzzTest(maxDuration = "5s")
  void anyTextIsReadOrRefusedInWords(byte[] text) {
    try {
      Settings _ = parse(new String(text, java.nio.charset.StandardCharsets.UTF_8));
    } catch (SettingsException e) {
      assertTrue(e.getMessage().startsWith("appliance.yaml"), e.getMessage());
    }
  }
}
