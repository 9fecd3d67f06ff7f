package org.gridappliance.portal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gridappliance.jobs.AtRest;
import org.gridappliance.portal.settings.Settings;
import org.gridappliance.portal.settings.SettingsException;
import org.gridappliance.portal.settings.SettingsFile;
import org.gridappliance.portal.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The portal's process. Ends with 0 when told to stop, 2 for a setting it cannot use, 3 for a data
 * folder or database it must not use, 1 for anything else: a database that closed itself among
 * them, which a new start opens again or refuses with its reason.
 */
public final class PortalMain {
  private static final Logger log = LoggerFactory.getLogger(PortalMain.class);
  private static final String USAGE =
      "--data DIR [--port N] [--listen ADDRESS] [--apps DIR]… [--dev]";

  private PortalMain() {}

  /** Runs until the process is told to stop. */
  public static void main(String[] args) {
    int code = run(List.of(args));
    if (code != 0) {
      System.exit(code);
    }
  }

  private static int run(List<String> args) {
    try {
      Settings settings = SettingsFile.read(parse(args));
      PortalServer server = PortalServer.start(settings);
      Runtime.getRuntime()
          .addShutdownHook(
              Thread.ofPlatform()
                  .unstarted(
                      () -> {
                        log.info("portal stops");
                        server.close();
                      }));
      AtRest.watch();
      return server.awaitEnd() ? 1 : 0;
    } catch (SettingsException e) {
      System.err.println(e.getMessage());
      return 2;
    } catch (StoreException e) {
      System.err.println(e.getMessage());
      return 3;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  static SettingsFile.CommandLine parse(List<String> args) throws SettingsException {
    Optional<Path> data = Optional.empty();
    Optional<Integer> port = Optional.empty();
    Optional<String> listen = Optional.empty();
    List<Path> apps = new ArrayList<>();
    boolean dev = false;
    for (int i = 0; i < args.size(); i++) {
      String name = args.get(i);
      if (name.equals("--dev")) {
        dev = true;
        continue;
      }
      if (i + 1 == args.size()) {
        throw new SettingsException(name + ": want " + USAGE);
      }
      String value = args.get(++i);
      switch (name) {
        case "--data" -> data = Optional.of(Path.of(value));
        case "--listen" -> listen = Optional.of(value);
        case "--apps" -> apps.add(Path.of(value));
        case "--port" -> port = Optional.of(number(value));
        default -> throw new SettingsException(name + ": no such option; want " + USAGE);
      }
    }
    if (data.isEmpty()) {
      throw new SettingsException("--data is missing; want " + USAGE);
    }
    return new SettingsFile.CommandLine(data.get(), port, listen, apps, dev);
  }

  private static int number(String value) throws SettingsException {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new SettingsException("--port=" + value + ": want 0..65535");
    }
  }
}
