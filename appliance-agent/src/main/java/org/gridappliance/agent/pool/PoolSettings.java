package org.gridappliance.agent.pool;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import org.gridappliance.agent.settings.ApplianceYaml;
import org.gridappliance.agent.settings.ApplianceYaml.Wrong;

/**
 * The keys {@code pool.*} of {@code DATA/appliance.yaml}; docs/settings.md lists them.
 *
 * @param role what this machine does
 * @param manager the manager's IPv4 address; empty on the manager itself
 * @param address this machine's: an IPv4 address, an interface's name, or empty for the one that
 *     leads to the manager
 * @param port 1..65535, the one TCP port of all daemons
 * @param cpus cores that a worker lends; 0 for all
 */
record PoolSettings(Role role, String manager, String address, int port, int cpus) {
  static final int PORT = 9618;
  static final Pattern ADDRESS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
  private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,14}");

  /** What a machine does in the pool. */
  enum Role {
    OFF,
    /** Collector, negotiator and a schedd: the pool's heart, where jobs are submitted too. */
    MANAGER,
    /** Runs jobs; where a portal is, they are submitted there too. */
    WORKER,
    /** Jobs are submitted here, and run elsewhere. */
    SUBMIT;

    boolean submits() {
      return this != OFF;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static PoolSettings read(Path data) throws IOException, Wrong {
    return of(ApplianceYaml.read(data));
  }

  static PoolSettings of(ApplianceYaml yaml) throws Wrong {
    String word = yaml.value("pool", "role").asText("off");
    // YAML 1.1 reads a bare off as false
    String wanted = word.equals("false") || word.isEmpty() ? "off" : word;
    Role role =
        Arrays.stream(Role.values())
            .filter(one -> one.word().equals(wanted))
            .findFirst()
            .orElseThrow(
                () -> new Wrong("pool.role=" + word + ": want off, manager, worker or submit"));
    String manager = text(yaml, "manager", "none");
    if (!manager.isEmpty() && !ADDRESS.matcher(manager).matches()) {
      throw new Wrong("pool.manager=" + manager + ": want an IPv4 address");
    }
    if ((role == Role.WORKER || role == Role.SUBMIT) && manager.isEmpty()) {
      throw new Wrong("pool.manager is missing: want the IPv4 address of the pool's manager");
    }
    String address = text(yaml, "address", "auto");
    if (!address.isEmpty() && !isAddress(address)) {
      throw new Wrong("pool.address=" + address + ": want an IPv4 address or an interface's name");
    }
    return new PoolSettings(
        role,
        manager,
        address,
        number(yaml, "port", PORT, 1, 65_535),
        number(yaml, "cpus", 0, 0, 4096));
  }

  static boolean isAddress(String text) {
    return ADDRESS.matcher(text).matches() || INTERFACE.matcher(text).matches();
  }

  /** {@return the value; empty for the word that means none was given} */
  private static String text(ApplianceYaml yaml, String name, String none) {
    String text = yaml.value("pool", name).asText("");
    return text.equals(none) ? "" : text;
  }

  private static int number(ApplianceYaml yaml, String name, int byDefault, int least, int most)
      throws Wrong {
    JsonNode value = yaml.value("pool", name);
    if (value.isMissingNode()) {
      return byDefault;
    }
    if (!value.canConvertToInt() || value.asInt() < least || value.asInt() > most) {
      throw new Wrong("pool." + name + "=" + value.asText() + ": want " + least + ".." + most);
    }
    return value.asInt();
  }
}
