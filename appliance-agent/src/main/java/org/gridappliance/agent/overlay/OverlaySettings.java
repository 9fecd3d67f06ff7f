package org.gridappliance.agent.overlay;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.gridappliance.agent.settings.ApplianceYaml;
import org.gridappliance.agent.settings.ApplianceYaml.Wrong;

/**
 * The keys {@code overlay.*} of {@code DATA/appliance.yaml}; docs/settings.md lists them.
 *
 * @param pool the pool's name, 1 to 64 characters; empty: no overlay here
 * @param port UDP port, 0..65535; 0 for any
 * @param tls port to accept TLS connections at, 1..65535; 0: none are accepted
 * @param bootstrap known nodes, {@code KEY@HOST:PORT}; none for the first one
 * @param name host name for this machine in the overlay; empty: only the one of its address
 * @param device of the machine, 1 to 15 characters
 * @param dhcp whether the agent asks for the address, else the machine's own client does
 */
record OverlaySettings(
    String pool,
    int port,
    int tls,
    List<String> bootstrap,
    String name,
    String device,
    boolean dhcp) {
  static final int PORT = 4800;
  private static final Pattern POOL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern KNOWN =
      Pattern.compile("[0-9a-f]{64}@(tls://)?[A-Za-z0-9.:\\[\\]_-]{1,255}:[0-9]{1,5}");
  private static final Pattern NAME =
      Pattern.compile("(?!c[0-9]{9}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern DEVICE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,14}");
  private static final int MOST_KNOWN = 64;

  static OverlaySettings read(Path data) throws IOException, Wrong {
    return of(ApplianceYaml.read(data));
  }

  static OverlaySettings of(ApplianceYaml yaml) throws Wrong {
    String pool = yaml.value("overlay", "pool").asText("none");
    if (!pool.equals("none") && !POOL.matcher(pool).matches()) {
      throw new Wrong(
          "overlay.pool=" + pool + ": want 1 to 64 letters, digits, dots, _ and -, or none");
    }
    JsonNode port = yaml.value("overlay", "port");
    boolean given = !port.isMissingNode();
    if (given && (!port.canConvertToInt() || port.asInt() < 0 || port.asInt() > 65_535)) {
      throw new Wrong("overlay.port=" + port.asText() + ": want 0..65535");
    }
    JsonNode tls = yaml.value("overlay", "tls");
    boolean listens = !tls.isMissingNode() && !tls.asText().equals("none");
    if (listens && (!tls.canConvertToInt() || tls.asInt() < 1 || tls.asInt() > 65_535)) {
      throw new Wrong("overlay.tls=" + tls.asText() + ": want 1..65535, or none");
    }
    String device = yaml.value("overlay", "device").asText("ipop0");
    if (!DEVICE.matcher(device).matches()) {
      throw new Wrong("overlay.device=" + device + ": want 1 to 15 letters, digits, . _ and -");
    }
    String name = yaml.value("overlay", "name").asText("none");
    if (!NAME.matcher(name).matches()) {
      throw new Wrong(
          "overlay.name="
              + name
              + ": want 1 to 63 lower-case letters, digits and hyphens, not C with nine digits,"
              + " or none");
    }
    String dhcp = yaml.value("overlay", "dhcp").asText("true");
    if (!dhcp.equals("true") && !dhcp.equals("false")) {
      throw new Wrong("overlay.dhcp=" + dhcp + ": want true or false");
    }
    return new OverlaySettings(
        pool.equals("none") ? "" : pool,
        given ? port.asInt() : PORT,
        listens ? tls.asInt() : 0,
        bootstrap(yaml.value("overlay", "bootstrap")),
        name.equals("none") ? "" : name,
        device,
        dhcp.equals("true"));
  }

  private static List<String> bootstrap(JsonNode value) throws Wrong {
    List<String> all = new ArrayList<>();
    if (value.isTextual() && !value.asText().equals("none")) {
      all.add(value.asText());
    }
    value.elements().forEachRemaining(one -> all.add(one.asText()));
    for (String one : all) {
      if (!KNOWN.matcher(one).matches()) {
        throw new Wrong(
            "overlay.bootstrap="
                + one
                + ": want KEY@HOST:PORT of a known node, or"
                + " KEY@tls://HOST:PORT");
      }
    }
    if (all.size() > MOST_KNOWN) {
      throw new Wrong("overlay.bootstrap has " + all.size() + " nodes: want at most " + MOST_KNOWN);
    }
    return List.copyOf(all);
  }

  /** {@return what {@code ipop.yaml} says} The secret is given apart: it stands in no settings. */
  String yaml(Path data, String secret) {
    StringBuilder text = new StringBuilder(256);
    text.append("namespace: ").append(quoted(pool)).append('\n');
    text.append("secret: ").append(quoted(secret)).append('\n');
    text.append("port: ").append(port).append('\n');
    if (tls > 0) {
      text.append("tls: ").append(tls).append('\n');
    }
    if (!name.isEmpty()) {
      text.append("name: ").append(quoted(name)).append('\n');
    }
    text.append("device: ").append(quoted(device)).append('\n');
    text.append("data: ").append(quoted(data.toString())).append('\n');
    if (!bootstrap.isEmpty()) {
      text.append("bootstrap:\n");
      bootstrap.forEach(one -> text.append("  - ").append(quoted(one)).append('\n'));
    }
    return text.toString();
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
