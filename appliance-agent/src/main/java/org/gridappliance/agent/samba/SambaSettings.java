package org.gridappliance.agent.samba;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

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
  private static final int MAX_BYTES = 256 * 1024;
  private static final Pattern LITERAL =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*");
  private static final YAMLMapper YAML = new YAMLMapper(new YAMLFactory());

  /** The file says something that cannot be; the message is for the pages. */
  static final class Wrong extends Exception {
    private static final long serialVersionUID = 1;

    Wrong(String message) {
      super(message);
    }
  }

  public SambaSettings {
    listen = List.copyOf(listen);
  }

  /** {@return what the file says, defaults where it says nothing or is absent} */
  static SambaSettings read(Path data) throws IOException, Wrong {
    ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
    try (SeekableByteChannel file =
        Files.newByteChannel(
            data.resolve("appliance.yaml"),
            Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      while (bytes.hasRemaining() && file.read(bytes) > 0) {
        // until the end
      }
    } catch (NoSuchFileException e) {
      // all defaults
    }
    JsonNode root;
    try {
      root = YAML.readTree(bytes.array(), 0, bytes.position());
    } catch (JacksonException e) {
      throw new Wrong("appliance.yaml is not YAML");
    }
    return of(root == null ? YAML.createObjectNode() : root);
  }

  private static SambaSettings of(JsonNode root) throws Wrong {
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

  private static boolean flag(JsonNode root, String name) throws Wrong {
    JsonNode value = value(root, name);
    if (!value.isMissingNode() && !value.isBoolean()) {
      throw new Wrong("samba." + name + "=" + value.asText() + ": want true or false");
    }
    return value.asBoolean(true);
  }

  /** Both spellings: a group of keys, and one key with dots. */
  private static JsonNode value(JsonNode root, String name) {
    JsonNode dotted = root.path("samba." + name);
    return dotted.isMissingNode() ? root.path("samba").path(name) : dotted;
  }
}
