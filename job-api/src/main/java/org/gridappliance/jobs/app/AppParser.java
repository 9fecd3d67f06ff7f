package org.gridappliance.jobs.app;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.Sandbox;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads {@code app.yaml}: YAML → places with line numbers ({@link Yaml}) → inputs ({@link
 * InputReader}), command ({@link CommandReader}), outputs ({@link OutputReader}) → {@link
 * AppRules}, which checks that names meet. Every problem of a file is found in one go.
 */
public final class AppParser {
  /** The longest {@code app.yaml}, in bytes. */
  public static final int MAXIMUM_BYTES = 1 << 20;

  static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,39}");
  static final String NAME_WANTED = "a lower-case letter, then at most 39 of a-z, 0-9 and _";
  private static final Pattern PACKAGE = Pattern.compile("[a-z0-9][a-z0-9+.-]{1,99}");
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,99}");

  private static final Pattern HOST =
      Pattern.compile(
          "(?=.{1,253}$)(?!(.*\\.)?localhost$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+"
              + "[a-z]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern ALLOWED = Pattern.compile(String.join("|", Sandbox.KNOWN));

  private static final Pattern CHECKPOINT =
      Pattern.compile("(?!.*(^|/)\\.\\.?(/|$))[A-Za-z0-9_*?.][A-Za-z0-9_*?./-]{0,199}");

  private static final Pattern STREAM = Pattern.compile("stdout|stderr");
  private static final Pattern INTERACTIVE = Pattern.compile(LeaseProtocol.VNC);

  private AppParser() {}

  /**
   * {@return the application in a folder}
   *
   * @throws AppInvalid says what is wrong with its descriptor, and where
   * @throws IOException when the folder cannot be read
   */
  public static App parse(Path folder) throws AppInvalid, IOException {
    String id = folder.toAbsolutePath().normalize().getFileName().toString();
    if (!AppFolder.isId(id)) {
      throw invalid("the folder's name \"" + id + "\": want a-z, 0-9 and -, at most 64");
    }
    Path file = folder.resolve(AppFolder.DESCRIPTOR);
    if (!AppFolder.isPlainFile(file)) {
      throw invalid("there is no " + AppFolder.DESCRIPTOR + " in " + folder);
    }
    if (Files.size(file) > MAXIMUM_BYTES) {
      throw invalid("has " + Files.size(file) + " bytes: want at most " + MAXIMUM_BYTES);
    }
    try {
      return parse(id, Files.readString(file), folder, AppFolder.digest(folder));
    } catch (CharacterCodingException e) {
      throw invalid("is not UTF-8; save it in that encoding");
    }
  }

  /**
   * {@return the application that a text describes}
   *
   * @param id the folder's name
   * @param folder where examples are looked for
   * @param digest of the folder
   * @throws AppInvalid says what is wrong, and where
   */
  public static App parse(String id, String text, Path folder, String digest) throws AppInvalid {
    List<AppProblem> problems = new ArrayList<>();
    App app = read(new Yaml(compose(text), "", problems), id, folder, digest);
    if (!problems.isEmpty()) {
      problems.sort(Comparator.comparingInt(AppProblem::line).thenComparingInt(AppProblem::column));
      throw new AppInvalid(problems);
    }
    return app;
  }

  private static App read(Yaml root, String id, Path folder, String digest) {
    YamlFields fields =
        root.fields(
            "title",
            "category",
            "about",
            "packages",
            "allow",
            "network",
            "inputs",
            "pages",
            "command",
            "environment",
            "interactive",
            "checkpoint",
            "deterministic",
            "progress",
            "split",
            "merge",
            "outputs",
            "plots",
            "resources",
            "examples",
            "presets");
    App app =
        new App(
            id,
            fields.needText("title", 80),
            fields.needText("category", 40),
            fields.needText("about", 10_000),
            fields.get("packages").map(AppParser::packages).orElse(List.of()),
            fields.get("allow").map(AppParser::allow).orElse(List.of()),
            fields.get("network").map(AppParser::network).orElse(List.of()),
            fields.need("inputs", InputReader::inputs, List.of()),
            fields.get("pages").map(PageRules::read).orElse(List.of()),
            fields.need("command", CommandReader::command, List.of()),
            fields.get("environment").map(AppParser::environment).orElse(Map.of()),
            fields.get("interactive").map(at -> at.text(INTERACTIVE, LeaseProtocol.VNC)),
            fields.get("checkpoint").map(AppParser::checkpoint).orElse(List.of()),
            fields.bool("deterministic"),
            fields.get("progress").flatMap(AppParser::progress),
            fields.get("split").map(AppParser::split),
            fields.get("merge").map(CommandReader::command),
            fields.need("outputs", OutputReader::outputs, List.of()),
            fields.get("plots").map(OutputReader::plots).orElse(List.of()),
            fields.need("resources", ResourcesReader::resources, ResourcesReader.SMALLEST),
            fields.get("examples").map(ExampleReader::examples).orElse(List.of()),
            fields.get("presets").map(ExampleReader::examples).orElse(List.of()),
            folder,
            digest);
    if (root.problems().isEmpty()) {
      new AppRules(app, fields).check();
    }
    return app;
  }

  private static List<String> packages(Yaml at) {
    return at.list(50).stream()
        .map(item -> item.text(PACKAGE, "the name of a Debian package, as hmmer"))
        .toList();
  }

  private static List<String> allow(Yaml at) {
    return at.list(Sandbox.KNOWN.size()).stream()
        .map(item -> item.text(ALLOWED, String.join(" or ", Sandbox.KNOWN)))
        .distinct()
        .toList();
  }

  private static List<Sandbox.Host> network(Yaml at) {
    List<Sandbox.Host> hosts = new ArrayList<>();
    for (Yaml item : at.list(Sandbox.MOST_HOSTS)) {
      YamlFields fields = item.fields("host", "port");
      Sandbox.Host host =
          new Sandbox.Host(
              fields.need(
                  "host",
                  one -> one.text(HOST, "a host's name in small letters, as data.example.org"),
                  ""),
              fields.need("port", one -> (int) one.integer(1, 65_535), 1));
      if (hosts.contains(host)) {
        item.problem("it stands there twice; remove one");
      }
      hosts.add(host);
    }
    return hosts;
  }

  private static List<String> checkpoint(Yaml at) {
    return at.list(20).stream()
        .map(item -> item.text(CHECKPOINT, "a path or glob in the scratch folder, as state/*"))
        .toList();
  }

  private static Optional<Progress> progress(Yaml at) {
    YamlFields fields = at.fields("stream", "pattern", "total");
    String stream =
        fields.get("stream").map(s -> s.text(STREAM, "stdout or stderr")).orElse("stdout");
    Optional<Template> total = fields.get("total").map(CommandReader::template);
    Optional<Pattern> pattern =
        fields.need("pattern", InputReader::pattern, Optional.<Pattern>empty());
    pattern.ifPresent(p -> groups(at, p.namedGroups().keySet(), total.isPresent()));
    return pattern.map(p -> new Progress(stream, p, total));
  }

  private static void groups(Yaml at, Set<String> names, boolean total) {
    for (String name : names) {
      if (!Progress.GROUPS.contains(name)) {
        at.keyProblem(
            "pattern", "\"" + name + "\": want groups named percent, done, total or message");
      }
    }
    if (!names.contains("percent") && !names.contains("done")) {
      at.keyProblem(
          "pattern",
          "want a group named percent, as (?<percent>.*)%, or one named done, of a total");
    }
    if (names.contains("done") && !names.contains("total") && !total) {
      at.keyProblem(
          "pattern",
          "what \"done\" counts to is missing; add a group named total, or the key \"total\"");
    }
  }

  private static Map<String, Template> environment(Yaml at) {
    Map<String, Template> environment = new LinkedHashMap<>();
    at.map()
        .forEach(
            (name, value) -> {
              if (!VARIABLE.matcher(name).matches()) {
                at.keyProblem(name, "\"" + name + "\": want letters, digits and _");
              }
              environment.put(name, CommandReader.template(value));
            });
    return environment;
  }

  private static Split split(Yaml at) {
    YamlFields fields = at.fields("input", "by", "unit", "minimum");
    return new Split(
        fields.needText("input", 40),
        fields.need("by", by -> by.word(Split.By.class, Split.By.LINES), Split.By.LINES),
        fields.text("unit", 40, "records"),
        fields.get("minimum").map(m -> (int) m.integer(1, 1_000_000)).orElse(1));
  }

  private static Node compose(String text) throws AppInvalid {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAXIMUM_BYTES);
    options.setNestingDepthLimit(20);
    options.setMaxAliasesForCollections(0);
    try {
      Node node = new org.yaml.snakeyaml.Yaml(options).compose(new StringReader(text));
      if (node == null) {
        throw invalid("is empty; see docs/applications.md");
      }
      refuseAnchors(node);
      return node;
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark();
      throw invalid(mark, "is not YAML: " + e.getProblem());
    } catch (YAMLException | IllegalArgumentException e) {
      // SnakeYAML throws the latter for some tags, as one with blanks.
      throw invalid("is not YAML: " + e.getMessage());
    }
  }

  /** An alias would make the same node stand in several places, or within itself. */
  private static void refuseAnchors(Node node) throws AppInvalid {
    if (node.getAnchor() != null) {
      throw invalid(
          node.getStartMark(), "&" + node.getAnchor() + ": write it out, without anchors");
    }
    switch (node) {
      case org.yaml.snakeyaml.nodes.SequenceNode sequence -> {
        for (Node item : sequence.getValue()) {
          refuseAnchors(item);
        }
      }
      case org.yaml.snakeyaml.nodes.MappingNode mapping -> {
        for (org.yaml.snakeyaml.nodes.NodeTuple tuple : mapping.getValue()) {
          refuseAnchors(tuple.getKeyNode());
          refuseAnchors(tuple.getValueNode());
        }
      }
      default -> {}
    }
  }

  private static AppInvalid invalid(String message) {
    return new AppInvalid(List.of(new AppProblem(1, 1, "", message)));
  }

  private static AppInvalid invalid(@Nullable Mark mark, String message) {
    int line = mark == null ? 1 : mark.getLine() + 1;
    int column = mark == null ? 1 : mark.getColumn() + 1;
    return new AppInvalid(List.of(new AppProblem(line, column, "", message)));
  }
}
