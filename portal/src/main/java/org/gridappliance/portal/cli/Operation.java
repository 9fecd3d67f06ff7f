package org.gridappliance.portal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One operation of a portal's contract, and what words of a command line make of it.
 *
 * @param id its {@code operationId}
 * @param method as {@code GET}
 * @param path below {@code /api/v1}, parameters in braces
 * @param fields parameters first, then the fields of the body
 * @param takesBody whether there is a JSON body at all
 */
record Operation(
    String id,
    String method,
    String path,
    String summary,
    List<Field> fields,
    boolean takesBody,
    boolean bodyRequired) {
  private static final Pattern ARGUMENT = Pattern.compile("([\\w.-]+)(:?=)(.*)", Pattern.DOTALL);

  /**
   * {@return the call that {@code name=value} and {@code name:=JSON} say}. A name that both a
   * parameter and a field of the body have is the parameter's with {@code =}, the field's with
   * {@code :=}.
   *
   * @param bodyApart the whole body comes from elsewhere, so that no field of it is wanted
   */
  Call call(List<String> arguments, boolean bodyApart) throws IOException, CliException {
    if (bodyApart && !takesBody) {
      throw new CliException("--body: " + id + " takes no body");
    }
    Map<Field, JsonNode> given = new LinkedHashMap<>();
    for (String argument : arguments) {
      Matcher parts = ARGUMENT.matcher(argument);
      if (!parts.matches()) {
        throw new CliException("'" + argument + "': want name=value or name:=JSON\n" + takes());
      }
      boolean json = parts.group(2).equals(":=");
      Field field = field(parts.group(1), json);
      if (field.inBody() && bodyApart) {
        throw new CliException(field.name() + ": want either --body or fields of the body");
      }
      JsonNode value = json ? field.json(parts.group(3)) : field.plain(parts.group(3));
      if (given.put(field, value) != null) {
        throw new CliException(field.name() + ": given twice");
      }
    }
    boolean body = !bodyApart && (bodyRequired || given.keySet().stream().anyMatch(Field::inBody));
    List<Field> missing =
        fields.stream()
            .filter(f -> f.required() && !given.containsKey(f) && (!f.inBody() || body))
            .toList();
    if (!missing.isEmpty()) {
      throw new CliException(
          id
              + " wants also "
              + missing.stream().map(Field::wanted).collect(Collectors.joining(", "))
              + "\n"
              + takes());
    }
    return build(given, body);
  }

  private Field field(String name, boolean json) throws CliException {
    Optional<Field> parameter =
        fields.stream().filter(f -> !f.inBody() && f.name().equalsIgnoreCase(name)).findFirst();
    Optional<Field> inBody =
        fields.stream().filter(f -> f.inBody() && f.name().equals(name)).findFirst();
    if (json && inBody.isEmpty() && parameter.isPresent()) {
      throw new CliException(
          name + ":= is for fields of the body; want " + parameter.get().wanted());
    }
    return (json ? inBody : parameter.or(() -> inBody))
        .orElseThrow(() -> new CliException("no parameter '" + name + "'\n" + takes()));
  }

  private Call build(Map<Field, JsonNode> given, boolean body) throws CliException {
    String target = path;
    StringBuilder query = new StringBuilder();
    Map<String, String> headers = new LinkedHashMap<>();
    ObjectNode fields = Client.JSON.createObjectNode();
    for (Map.Entry<Field, JsonNode> one : given.entrySet()) {
      Field field = one.getKey();
      String text = one.getValue().asText();
      switch (field.in()) {
        case "path" -> target = target.replace("{" + field.name() + "}", segment(field, text));
        case "query" ->
            query
                .append(query.isEmpty() ? '?' : '&')
                .append(Client.segment(field.name()))
                .append('=')
                .append(Client.segment(text));
        case "header" -> headers.put(field.name(), text);
        default -> fields.set(field.name(), one.getValue());
      }
    }
    return new Call(method, target + query, headers, body ? Optional.of(fields) : Optional.empty());
  }

  /** A path's segment that is empty or dots would be another path. */
  private static String segment(Field field, String text) throws CliException {
    if (text.isEmpty() || text.equals(".") || text.equals("..")) {
      throw new CliException(field.name() + "=" + text + ": want " + field.wanted());
    }
    return Client.segment(text);
  }

  /** {@return what it takes, a line for each} */
  String takes() {
    if (fields.isEmpty()) {
      return id + " takes nothing";
    }
    return fields.stream()
        .map(
            f ->
                "  %-32s %s%s%s"
                    .formatted(
                        f.wanted(),
                        f.required() ? "required" : "",
                        f.inBody() ? "" : (f.required() ? ", " : "") + f.in(),
                        f.description().isEmpty() ? "" : ": " + f.description())
                    .stripTrailing())
        .collect(Collectors.joining("\n", id + " takes\n", ""));
  }

  /** {@return the names as completion offers them, with what follows each} */
  Set<String> names() {
    Set<String> names = new TreeSet<>();
    for (Field field : fields) {
      names.add(field.name() + (field.wanted().contains(":=") ? ":=" : "="));
    }
    return names;
  }
}
