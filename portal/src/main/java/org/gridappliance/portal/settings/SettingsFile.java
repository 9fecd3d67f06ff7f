package org.gridappliance.portal.settings;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Reads {@code appliance.yaml} into {@link Settings}. Every message names key, value, range and
 * line, as {@code appliance.yaml:3: port=70000: want 0..65535}.
 */
public final class SettingsFile {
  private static final long MAX_BYTES = 256 * 1024;
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.:_-]{0,252})");
  private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
  private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,14}");
  private static final Pattern POOL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern KNOWN =
      Pattern.compile("[0-9a-f]{64}@(tls://)?[A-Za-z0-9.:\\[\\]_-]{1,255}:[0-9]{1,5}");
  private static final Pattern SENDER =
      Pattern.compile("[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,188})");
  private static final Pattern HOST_NAME =
      Pattern.compile("(?!c[0-9]{9}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern LITERAL =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*");

  /** What the command line says; an absent value leaves the file's. */
  public record CommandLine(
      Path data, Optional<Integer> port, Optional<String> listen, List<Path> apps, boolean dev) {}

  private record Value(String text, List<String> items, boolean list, int line) {}

  private final String file;
  private final Map<String, Value> values = new LinkedHashMap<>();

  private SettingsFile(String file) {
    this.file = file;
  }

  /**
   * {@return the settings of a data folder; defaults where the file is absent}
   *
   * @throws SettingsException for the operator to read
   */
  public static Settings read(CommandLine command) throws SettingsException {
    Path path = command.data().resolve("appliance.yaml");
    String text = "";
    try {
      if (Files.exists(path)) {
        if (Files.size(path) > MAX_BYTES) {
          throw new SettingsException(
              path + ": " + Files.size(path) + " bytes: want at most " + MAX_BYTES);
        }
        text = Files.readString(path, StandardCharsets.UTF_8);
      }
    } catch (IOException e) {
      throw new SettingsException(path + " cannot be read as UTF-8 text: " + e.getMessage());
    }
    return parse("appliance.yaml", text, command);
  }

  static Settings parse(String file, String text, CommandLine command) throws SettingsException {
    SettingsFile settings = new SettingsFile(file);
    settings.load(text);
    return settings.build(command);
  }

  private void load(String text) throws SettingsException {
    Node root;
    try {
      LoaderOptions options = new LoaderOptions();
      options.setMaxAliasesForCollections(0);
      options.setNestingDepthLimit(8);
      root = new Yaml(new SafeConstructor(options)).compose(new java.io.StringReader(text));
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      throw new SettingsException(file + ":" + line + ": not YAML: " + e.getProblem());
    } catch (YAMLException e) {
      throw new SettingsException(file + ": not YAML: " + e.getMessage());
    }
    if (root != null) {
      collect("", root);
    }
  }

  private void collect(String prefix, Node node) throws SettingsException {
    if (!(node instanceof MappingNode mapping)) {
      throw new SettingsException(at(line(node)) + "want `key: value` lines");
    }
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
        throw new SettingsException(at(line(tuple.getKeyNode())) + "a key must be one word");
      }
      String key = prefix + keyNode.getValue();
      int line = line(keyNode);
      boolean known = Key.ALL.stream().anyMatch(k -> k.name().equals(key));
      boolean group = Key.ALL.stream().anyMatch(k -> k.name().startsWith(key + "."));
      if (group && tuple.getValueNode() instanceof MappingNode) {
        collect(key + ".", tuple.getValueNode());
        continue;
      }
      if (!known) {
        throw new SettingsException(
            at(line) + key + ": no such setting; want one of " + names() + suggestion(key));
      }
      if (values.put(key, value(key, tuple.getValueNode(), line)) != null) {
        throw new SettingsException(at(line) + key + ": set twice; remove one of the two");
      }
    }
  }

  private Value value(String key, Node node, int line) throws SettingsException {
    if (node instanceof ScalarNode scalar) {
      return new Value(scalar.getValue(), List.of(), false, line);
    }
    List<String> items = new ArrayList<>();
    if (node instanceof SequenceNode sequence) {
      for (Node item : sequence.getValue()) {
        if (!(item instanceof ScalarNode scalar)) {
          throw new SettingsException(at(line(item)) + key + ": want a list of plain words");
        }
        items.add(scalar.getValue());
      }
      return new Value(String.join(", ", items), items, true, line);
    }
    throw new SettingsException(at(line) + key + ": want a plain value, not a group of keys");
  }

  private Settings build(CommandLine command) throws SettingsException {
    checkSamba();
    checkPool();
    checkOverlay();
    String listen =
        command.listen().isPresent()
            ? address("--listen", command.listen().get())
            : address(place(Key.LISTEN), text(Key.LISTEN, Key.LISTEN.byDefault()));
    int port =
        command.port().isPresent()
            ? (int) range("--port", Long.toString(command.port().get()), Key.PORT, 0, 65535)
            : (int) number(Key.PORT, 0, 65535);
    String name = text(Key.NAME, hostName());
    if (name.isBlank() || name.length() > 64) {
      throw bad(place(Key.NAME), name, Key.NAME);
    }
    return new Settings(
        command.data(),
        port,
        listen,
        command.apps(),
        name,
        hostNames(),
        registration(),
        number(Key.FILE_BYTES, 1, 1L << 40),
        new Settings.Kept(
            number(Key.QUOTA_BYTES, 1 << 20, 1L << 50),
            (int) number(Key.KEPT_DAYS, 0, 3650),
            (int) number(Key.KEPT_VERSIONS, 0, 1000),
            (int) number(Key.KEPT_PERCENT, 0, 100)),
        number(Key.RESERVE, 0, 1L << 40),
        (int) number(Key.ATTEMPTS, 3, 1000),
        Duration.ofMinutes(number(Key.WINDOW, 1, 1440)),
        Duration.ofHours(number(Key.IDLE_HOURS, 1, 168)),
        Duration.ofDays(number(Key.SESSION_DAYS, 1, 90)),
        truth(Key.TERMINALS),
        Duration.ofHours(number(Key.DESKTOP_IDLE, 0, 8760)),
        Duration.ofHours(number(Key.DESKTOP_LIFE, 0, 8760)),
        countries(command.data()),
        oneOf(Key.POOL_SEAL, List.of("never", "joined", "always")),
        oneOf(Key.JOBS_NETWORK, List.of("off", "public", "private")),
        (int) number(Key.JOBS_CORES, 0, 4096),
        (int) number(Key.CA_APPROVALS, 1, 9),
        networks(),
        mail(command.data()),
        command.dev());
  }

  private Optional<Path> countries(Path data) throws SettingsException {
    String path = text(Key.POOL_COUNTRIES, Key.POOL_COUNTRIES.byDefault());
    return path.equals("none") ? Optional.empty() : Optional.of(path(data, Key.POOL_COUNTRIES));
  }

  private Path path(Path data, Key key) throws SettingsException {
    try {
      return data.resolve(text(key, key.byDefault()));
    } catch (InvalidPathException e) {
      throw bad(place(key), e.getInput(), key);
    }
  }

  private String oneOf(Key key, List<String> words) throws SettingsException {
    String text = text(key, key.byDefault());
    if (!words.contains(text)) {
      throw bad(place(key), text, key);
    }
    return text;
  }

  private boolean truth(Key key) throws SettingsException {
    String text = text(key, key.byDefault());
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw bad(place(key), text, key);
    };
  }

  private List<String> hostNames() throws SettingsException {
    Value value = values.get(Key.NAMES.name());
    if (value == null) {
      return List.of();
    }
    List<String> names = value.list() ? value.items() : List.of(value.text());
    if (names.size() > 32 || !names.stream().allMatch(n -> HOST.matcher(n).matches())) {
      throw bad(place(Key.NAMES), value.text(), Key.NAMES);
    }
    return names;
  }

  private List<Network> networks() throws SettingsException {
    Value value = values.get(Key.WEBHOOK_NETWORKS.name());
    if (value == null) {
      return List.of();
    }
    List<Network> networks = new ArrayList<>();
    for (String text : value.list() ? value.items() : List.of(value.text())) {
      networks.add(
          Network.of(text)
              .orElseThrow(() -> bad(place(Key.WEBHOOK_NETWORKS), text, Key.WEBHOOK_NETWORKS)));
    }
    if (networks.size() > 16) {
      throw bad(place(Key.WEBHOOK_NETWORKS), value.text(), Key.WEBHOOK_NETWORKS);
    }
    return networks;
  }

  /** Each key is checked, also where no host is named. */
  private Optional<MailSettings> mail(Path data) throws SettingsException {
    String host = text(Key.MAIL_HOST, Key.MAIL_HOST.byDefault());
    if (!HOST.matcher(host).matches()) {
      throw bad(place(Key.MAIL_HOST), host, Key.MAIL_HOST);
    }
    int port = (int) number(Key.MAIL_PORT, 1, 65535);
    String security = oneOf(Key.MAIL_SECURITY, List.of("starttls", "tls", "none"));
    String user = text(Key.MAIL_USER, Key.MAIL_USER.byDefault());
    if (user.isEmpty() || user.length() > 254 || !user.chars().allMatch(c -> c > 0x20)) {
      throw bad(place(Key.MAIL_USER), user, Key.MAIL_USER);
    }
    String from = text(Key.MAIL_FROM, Key.MAIL_FROM.byDefault());
    boolean none = host.equals("none");
    if (from.equals("none") ? !none : !SENDER.matcher(from).matches()) {
      throw bad(place(Key.MAIL_FROM), from, Key.MAIL_FROM);
    }
    Optional<String> account = user.equals("none") ? Optional.empty() : Optional.of(user);
    if (security.equals("none")
        && account.isPresent()
        && !List.of("127.0.0.1", "localhost").contains(host)) {
      throw bad(place(Key.MAIL_SECURITY), security + " with mail.user", Key.MAIL_SECURITY);
    }
    int minutes = (int) number(Key.MAIL_MINUTES, 1, 1440);
    Path file = path(data, Key.MAIL_PASSWORD);
    return none
        ? Optional.empty()
        : Optional.of(
            new MailSettings(
                host,
                port,
                MailSettings.Security.of(security),
                account,
                file,
                from,
                Duration.ofMinutes(minutes)));
  }

  /** The agent reads these for itself; here only so that a mistake stops the start. */
  private void checkSamba() throws SettingsException {
    for (Key key : List.of(Key.SAMBA_ENABLED, Key.SAMBA_VISITORS)) {
      String text = text(key, key.byDefault());
      if (!text.equals("true") && !text.equals("false")) {
        throw bad(place(key), text, key);
      }
    }
    number(Key.SAMBA_PORT, 1, 65535);
    Value listen = values.get(Key.SAMBA_LISTEN.name());
    if (listen != null) {
      List<String> all = listen.list() ? listen.items() : List.of(listen.text());
      if (all.size() > 16 || !all.stream().allMatch(a -> LITERAL.matcher(a).matches())) {
        throw bad(place(Key.SAMBA_LISTEN), listen.text(), Key.SAMBA_LISTEN);
      }
    }
  }

  /** The agent reads these for itself, as those of Samba. */
  private void checkPool() throws SettingsException {
    String role = text(Key.POOL_ROLE, Key.POOL_ROLE.byDefault());
    if (!List.of("off", "manager", "worker", "submit").contains(role)) {
      throw bad(place(Key.POOL_ROLE), role, Key.POOL_ROLE);
    }
    String manager = text(Key.POOL_MANAGER, Key.POOL_MANAGER.byDefault());
    boolean wanted = role.equals("worker") || role.equals("submit");
    if (manager.equals("none") ? wanted : !IPV4.matcher(manager).matches()) {
      throw bad(place(Key.POOL_MANAGER), manager, Key.POOL_MANAGER);
    }
    String address = text(Key.POOL_ADDRESS, Key.POOL_ADDRESS.byDefault());
    if (!IPV4.matcher(address).matches() && !INTERFACE.matcher(address).matches()) {
      throw bad(place(Key.POOL_ADDRESS), address, Key.POOL_ADDRESS);
    }
    number(Key.POOL_PORT, 1, 65535);
    number(Key.POOL_CPUS, 0, 4096);
  }

  private void checkOverlay() throws SettingsException {
    String pool = text(Key.OVERLAY_POOL, Key.OVERLAY_POOL.byDefault());
    if (!POOL.matcher(pool).matches()) {
      throw bad(place(Key.OVERLAY_POOL), pool, Key.OVERLAY_POOL);
    }
    Value known = values.get(Key.OVERLAY_BOOTSTRAP.name());
    if (known != null) {
      List<String> all = known.list() ? known.items() : List.of(known.text());
      boolean none = !known.list() && known.text().equals("none");
      if (!none && (all.size() > 64 || !all.stream().allMatch(a -> KNOWN.matcher(a).matches()))) {
        throw bad(place(Key.OVERLAY_BOOTSTRAP), known.text(), Key.OVERLAY_BOOTSTRAP);
      }
    }
    number(Key.OVERLAY_PORT, 0, 65535);
    if (!text(Key.OVERLAY_TLS, Key.OVERLAY_TLS.byDefault()).equals("none")) {
      number(Key.OVERLAY_TLS, 1, 65535);
    }
    String host = text(Key.OVERLAY_NAME, Key.OVERLAY_NAME.byDefault());
    if (!HOST_NAME.matcher(host).matches()) {
      throw bad(place(Key.OVERLAY_NAME), host, Key.OVERLAY_NAME);
    }
    String device = text(Key.OVERLAY_DEVICE, Key.OVERLAY_DEVICE.byDefault());
    if (!INTERFACE.matcher(device).matches()) {
      throw bad(place(Key.OVERLAY_DEVICE), device, Key.OVERLAY_DEVICE);
    }
    String dhcp = text(Key.OVERLAY_DHCP, Key.OVERLAY_DHCP.byDefault());
    if (!dhcp.equals("true") && !dhcp.equals("false")) {
      throw bad(place(Key.OVERLAY_DHCP), dhcp, Key.OVERLAY_DHCP);
    }
  }

  private Settings.Registration registration() throws SettingsException {
    String text = text(Key.REGISTRATION, Key.REGISTRATION.byDefault());
    return switch (text) {
      case "open" -> Settings.Registration.OPEN;
      case "approval" -> Settings.Registration.APPROVAL;
      case "closed" -> Settings.Registration.CLOSED;
      default -> throw bad(place(Key.REGISTRATION), text, Key.REGISTRATION);
    };
  }

  private String text(Key key, String byDefault) throws SettingsException {
    Value value = values.get(key.name());
    if (value == null) {
      return byDefault;
    }
    if (value.list()) {
      throw bad(place(key), value.text(), key);
    }
    return value.text();
  }

  private long number(Key key, long min, long max) throws SettingsException {
    return range(place(key), text(key, key.byDefault()), key, min, max);
  }

  private static long range(String place, String text, Key key, long min, long max)
      throws SettingsException {
    try {
      long number = Long.parseLong(text);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw bad(place, text, key);
    }
    throw bad(place, text, key);
  }

  private static String address(String place, String text) throws SettingsException {
    if (!LITERAL.matcher(text).matches()) {
      throw bad(place, text, Key.LISTEN);
    }
    try {
      return InetAddress.getByName(text).getHostAddress(); // a literal: no look-up
    } catch (UnknownHostException e) {
      throw bad(place, text, Key.LISTEN);
    }
  }

  /** Where a value stands: {@code appliance.yaml:3: port}. */
  private String place(Key key) {
    @Nullable Value value = values.get(key.name());
    return value == null ? key.name() : at(value.line()) + key.name();
  }

  private String at(int line) {
    return file + ":" + line + ": ";
  }

  private static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }

  private static SettingsException bad(String place, String value, Key key) {
    return new SettingsException(place + "=" + shorten(value) + ": want " + key.range());
  }

  private static String shorten(String value) {
    return value.length() > 80 ? value.substring(0, 80) + "…" : value;
  }

  private static String names() {
    return String.join(", ", Key.ALL.stream().map(Key::name).toList());
  }

  private static String suggestion(String key) {
    String lower = key.toLowerCase(Locale.ROOT);
    return Key.ALL.stream()
        .map(Key::name)
        .filter(n -> n.endsWith("." + lower) || n.equals(lower))
        .findFirst()
        .map(n -> "; did you mean " + n + "?")
        .orElse("");
  }

  /** {@return the machine's name, as the kernel has it; no name service is asked} */
  public static String hostName() {
    try {
      String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
      return name.isEmpty() || name.length() > 64 ? "appliance" : name;
    } catch (IOException e) {
      return "appliance"; // no such file on this kernel: the name is only shown
    }
  }
}
