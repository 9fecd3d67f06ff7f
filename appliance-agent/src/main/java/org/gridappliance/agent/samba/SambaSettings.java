package org.gridappliance.agent.samba;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.gridappliance.agent.settings.ApplianceYaml;
import org.gridappliance.agent.settings.ApplianceYaml.Wrong;

/**
 * The keys {@code samba.*} of {@code DATA/appliance.yaml}; docs/settings.md lists them. Read by the
 * agent itself and checked here, since the file belongs to the portal's user.
 *
 * @param enabled whether smbd is started
 * @param listen literal addresses besides 127.0.0.1, at most 16
 * @param port 1..65535, on every address
 * @param visitors whether 127.0.0.1 needs no password for the owner's home
 */
public record SambaSettings(boolean enabled, List<String> listen, int port, boolean visitors) {
  static final int PORT = 8445;
  private static final Pattern LITERAL =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*");

  public SambaSettings {
    listen = List.copyOf(listen);
  }

  /** {@return what the file says, defaults where it says nothing or is absent} */
  static SambaSettings read(Path data) throws IOException, Wrong {
    ApplianceYaml root = ApplianceYaml.read(data);
    boolean enabled = flag(root, "enabled");
    boolean visitors = flag(root, "visitors");
    JsonNode port = value(root, "port");
    if (!port.isMissingNode()
        && (!port.canConvertToInt() || port.asInt() < 1 || port.asInt() > 65_535)) {
      throw new Wrong("samba.port=" + port.asText() + ": want 1..65535");
    }
    JsonNode listen = value(root, "listen");
    List<String> addresses = new ArrayList<>();
    for (JsonNode one : listen.isArray() ? listen : List.of(listen)) {
      if (one.isMissingNode()) {
        continue;
      }
      if (addresses.size() == 16 || !LITERAL.matcher(one.asText()).matches()) {
        throw new Wrong("samba.listen has " + one.asText() + ": want up to 16 literal addresses");
      }
      addresses.add(one.asText());
    }
    return new SambaSettings(enabled, addresses, port.asInt(PORT), visitors);
  }

  private static boolean flag(ApplianceYaml root, String name) throws Wrong {
    JsonNode value = value(root, name);
    if (!value.isMissingNode() && !value.isBoolean()) {
      throw new Wrong("samba." + name + "=" + value.asText() + ": want true or false");
    }
    return value.asBoolean(true);
  }

  private static JsonNode value(ApplianceYaml root, String name) {
    return root.value("samba", name);
  }
}
