package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.gridappliance.jobs.app.AppInvalid;
import org.gridappliance.jobs.app.AppParser;
import org.gridappliance.jobs.lease.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hosts that an application names: read, refused while off, handed to the executor. */
class NetworkTest {
  private static final String REACHES =
      TestApps.NOTHING.replace(
          "command:", "network: [{ host: data.example.org, port: 443 }]\ncommand:");

  @TempDir Path data;

  private TestPortal portal(NetworkPolicy policy) throws Exception {
    TestApps.install(data, "reaches", REACHES);
    JobSettings settings = JobSettings.of(data, List.of(data.resolve("apps")));
    return new TestPortal(settings.withNetwork(policy), Clock.systemUTC());
  }

  @Test
  void jobsOfItAreRefusedUntilAnAdministratorAllowsNetworks() throws Exception {
    try (TestPortal portal = portal(NetworkPolicy.OFF)) {
      TestPortal.Answer refused =
          portal.post("ann", "/jobs", Map.of("app", "reaches", "inputs", Map.of()));
      assertEquals(409, refused.status());
      assertTrue(refused.text().contains("data.example.org:443"), refused.text());
      assertTrue(refused.text().contains("jobs.network: public"), refused.text());
    }
  }

  @ParameterizedTest
  @EnumSource(value = NetworkPolicy.class, names = "OFF", mode = EnumSource.Mode.EXCLUDE)
  void leaseNamesTheHostsAndWhetherTheyMayBePrivate(NetworkPolicy policy) throws Exception {
    try (TestPortal portal = portal(policy)) {
      portal.submit("ann", Map.of("app", "reaches", "inputs", Map.of()));
      Sandbox sandbox = new TestExecutor(() -> portal, "one", 1).lease(1, 0).getFirst().sandbox();
      assertNotNull(sandbox);
      assertEquals(List.of(new Sandbox.Host("data.example.org", 443)), sandbox.network());
      assertEquals(policy == NetworkPolicy.PRIVATE, sandbox.privateNetwork());
    }
  }

  @Test
  void otherApplicationsGetNothing() throws Exception {
    TestApps.install(data);
    try (TestPortal portal = portal(NetworkPolicy.PRIVATE)) {
      portal.submit("ann", Map.of("app", "nothing", "inputs", Map.of()));
      Sandbox sandbox = new TestExecutor(() -> portal, "one", 1).lease(1, 0).getFirst().sandbox();
      assertFalse(sandbox != null && !sandbox.network().isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{ host: 10.0.0.1, port: 443 }",
        "{ host: localhost, port: 443 }",
        "{ host: x.localhost, port: 443 }",
        "{ host: Data.example.org, port: 443 }",
        "{ host: 'data.example.org\\n127.0.0.1 x.org', port: 443 }",
        "{ host: '*.example.org', port: 443 }",
        "{ host: data.example.org, port: 0 }",
        "{ host: data.example.org, port: 65536 }",
        "{ host: data.example.org }",
        "{ port: 443 }",
        "data.example.org",
        "{ host: data.example.org, port: 443 }, { host: data.example.org, port: 443 }"
      })
  void hostsThatAreNoneAreRefusedWithTheirLine(String entry) {
    String text = REACHES.replace("{ host: data.example.org, port: 443 }", entry);
    AppInvalid wrong =
        assertThrows(AppInvalid.class, () -> AppParser.parse("reaches", text, data, ""));
    assertTrue(wrong.problems().getFirst().path().startsWith("network"), wrong.toString());
  }

  @Test
  void programWithWindowsReachesNothing() {
    String text = REACHES.replace("command:", "interactive: vnc\ncommand:");
    AppInvalid wrong =
        assertThrows(AppInvalid.class, () -> AppParser.parse("reaches", text, data, ""));
    assertTrue(wrong.toString().contains("remove \"network\""), wrong.toString());
  }
}
