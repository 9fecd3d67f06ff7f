package org.gridappliance.agent.settings;

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
import java.util.Set;

/**
 * {@code DATA/appliance.yaml}. The portal checks every key; the agent checks its own again, since
 * the file belongs to the portal's user. Immutable.
 */
public final class ApplianceYaml {
  private static final int MAX_BYTES = 256 * 1024;
  private static final YAMLMapper YAML = new YAMLMapper(new YAMLFactory());

  /** The file says something that cannot be; the message is for the pages. */
  public static final class Wrong extends Exception {
    private static final long serialVersionUID = 1;

    public Wrong(String message) {
      super(message);
    }
  }

  private final JsonNode root;

  private ApplianceYaml(JsonNode root) {
    this.root = root;
  }

  /** {@return what the file says; an absent one says nothing} */
  public static ApplianceYaml read(Path data) throws IOException, Wrong {
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
    try {
      JsonNode root = YAML.readTree(bytes.array(), 0, bytes.position());
      return new ApplianceYaml(root == null ? YAML.createObjectNode() : root);
    } catch (JacksonException e) {
      throw new Wrong("appliance.yaml is not YAML");
    }
  }

  /** {@return a value in either spelling: in a group of keys, or as one key with a dot} */
  public JsonNode value(String group, String name) {
    JsonNode dotted = root.path(group + "." + name);
    return dotted.isMissingNode() ? root.path(group).path(name) : dotted;
  }
}
