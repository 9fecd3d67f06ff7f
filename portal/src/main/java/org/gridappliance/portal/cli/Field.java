package org.gridappliance.portal.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A parameter of an operation, or a field of its JSON body.
 *
 * @param in {@code path}, {@code query}, {@code header} or {@code body}
 * @param schema without a reference at its top
 */
record Field(String name, String in, boolean required, String description, JsonNode schema) {
  private static final Pattern SECRET =
      Pattern.compile(".*(password|passphrase|secret|token)", Pattern.CASE_INSENSITIVE);

  boolean inBody() {
    return in.equals("body");
  }

  /** {@return the value that {@code name=text} means} */
  JsonNode plain(String text) throws IOException, CliException {
    if (!inBody()) {
      return value(text);
    }
    if (text.startsWith("@")) {
      return value(contents(text.substring(1)));
    }
    refuseSecret();
    return value(text);
  }

  /** {@return the value that {@code name:=text} means} */
  JsonNode json(String text) throws IOException, CliException {
    boolean file = text.startsWith("@");
    if (!file) {
      refuseSecret();
    }
    String written = file ? contents(text.substring(1)) : text;
    try {
      JsonNode value = Client.JSON.readTree(written);
      if (value.isMissingNode()) {
        throw new CliException(name + ":= wants JSON; nothing is there");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new CliException(
          name + ":=" + shown(written) + ": want JSON: " + e.getOriginalMessage());
    }
  }

  /** Everybody on a machine sees the arguments of its processes. */
  private void refuseSecret() throws CliException {
    if (type().equals("string") && SECRET.matcher(name).matches()) {
      throw new CliException(
          "%s: a secret is seen by others on a command line; want %s=@FILE, or %s=@- to be asked"
              .formatted(name, name, name));
    }
  }

  private JsonNode value(String text) throws CliException {
    List<String> choices = choices();
    if (!choices.isEmpty() && !choices.contains(text)) {
      throw unfit(text);
    }
    return switch (type()) {
      case "integer" -> {
        if (!text.matches("-?[0-9]{1,19}")) {
          throw unfit(text);
        }
        yield Client.JSON.getNodeFactory().numberNode(new BigInteger(text));
      }
      case "number" -> {
        if (!text.matches("-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]{1,3})?")) {
          throw unfit(text);
        }
        yield Client.JSON.getNodeFactory().numberNode(new BigDecimal(text));
      }
      case "boolean" -> {
        if (!text.equals("true") && !text.equals("false")) {
          throw unfit(text);
        }
        yield BooleanNode.valueOf(text.equals("true"));
      }
      case "string" -> TextNode.valueOf(text);
      default -> {
        if (inBody()) {
          throw unfit(text);
        }
        yield TextNode.valueOf(text);
      }
    };
  }

  private CliException unfit(String text) {
    return new CliException(name + "=" + shown(text) + ": want " + wanted());
  }

  private static String shown(String text) {
    return text.length() > 60 ? text.substring(0, 60) + "…" : text;
  }

  /** {@return how it is written, as {@code limit=INTEGER (1..500)}} */
  String wanted() {
    List<String> choices = choices();
    if (!choices.isEmpty()) {
      return name + "=" + String.join("|", choices);
    }
    return switch (type()) {
      case "integer" -> name + "=INTEGER" + range();
      case "number" -> name + "=NUMBER" + range();
      case "boolean" -> name + "=true|false";
      case "string" -> name + "=TEXT";
      case "array" -> inBody() ? name + ":=[…]" : name + "=TEXT";
      case "object" -> inBody() ? name + ":={…}" : name + "=TEXT";
      default -> inBody() ? name + ":=JSON" : name + "=TEXT";
    };
  }

  private String range() {
    JsonNode least = schema.path("minimum");
    JsonNode most = schema.path("maximum");
    if (least.isMissingNode() && most.isMissingNode()) {
      return "";
    }
    return " (" + least.asText("") + ".." + most.asText("") + ")";
  }

  private List<String> choices() {
    List<String> choices = new ArrayList<>();
    schema.path("enum").forEach(choice -> choices.add(choice.asText()));
    return choices;
  }

  /** {@return the type of the schema; of several the one that is not null; empty without any} */
  private String type() {
    JsonNode type = schema.path("type");
    for (JsonNode one : type) {
      if (!one.asText().equals("null")) {
        return one.asText();
      }
    }
    return type.asText("");
  }

  /** {@return a text file without its last line end; {@code -} asks, or reads standard input} */
  private String contents(String file) throws IOException, CliException {
    if (file.equals("-") && Terminal.present()) {
      return Terminal.askSecretly(name + ": ").orElse("");
    }
    try (InputStream in = file.equals("-") ? System.in : Files.newInputStream(Path.of(file))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).replaceFirst("\\r?\\n\\z", "");
    } catch (NoSuchFileException | java.nio.file.InvalidPathException e) {
      throw new CliException(name + "=@" + file + ": no such file");
    }
  }
}
