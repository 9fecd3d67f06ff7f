package org.gridappliance.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Namespaces;
import org.gridappliance.tests.fixture.PortalClient;

/** A person on host A with curl, who trusts the portal's own CA and has a token. */
final class CurlPerson {
  static final String PORTAL = "https://" + Namespaces.ADDRESS_A + ":8443";

  private final Namespaces hosts;
  private final Path data;
  private String token = "";

  CurlPerson(Namespaces hosts, Path data) {
    this.hosts = hosts;
    this.data = data;
  }

  boolean healthy() throws Exception {
    try {
      return text("/healthz").contains("ok");
    } catch (AssertionError e) {
      return false; // not listening yet
    }
  }

  void login() throws Exception {
    ObjectNode body = PortalClient.JSON.createObjectNode().put("name", "test").put("days", 1);
    body.putArray("scopes").add("jobs").add("pool").add("files");
    token =
        PortalClient.JSON
            .readTree(
                call(
                    "-u",
                    Appliance.ADMIN + ":" + Appliance.PASSWORD,
                    "--json",
                    body.toString(),
                    PORTAL + "/api/v1/tokens"))
            .get("token")
            .asText();
  }

  JsonNode get(String path) throws Exception {
    return PortalClient.JSON.readTree(text(path));
  }

  String text(String path) throws Exception {
    return call("-H", "Authorization: Bearer " + token, PORTAL + path);
  }

  JsonNode post(String path, JsonNode body) throws Exception {
    return PortalClient.JSON.readTree(
        call("-H", "Authorization: Bearer " + token, "--json", body.toString(), PORTAL + path));
  }

  /** Brings a file into the uploads; {@return its path} */
  String upload(String name, Path file) throws Exception {
    call(
        "-H",
        "Authorization: Bearer " + token,
        "-T",
        file.toString(),
        PORTAL + "/api/v1/files/uploads/" + name);
    return "uploads/" + name;
  }

  private String call(String... arguments) throws Exception {
    List<String> words = new ArrayList<>(hosts.onA());
    words.addAll(List.of("curl", "-sS", "--fail-with-body", "--cacert"));
    words.add(data.resolve("run/ca.pem").toString());
    return Namespaces.run(words, arguments);
  }
}
