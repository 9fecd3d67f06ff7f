package org.gridappliance.portal.bundles;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.gridappliance.evm.bundle.Bundle;
import org.gridappliance.evm.bundle.BundleException;
import org.gridappliance.evm.bundle.BundleMaker;
import org.gridappliance.evm.bundle.BundleStore;
import org.gridappliance.evm.bundle.Manifest;
import org.gridappliance.jobs.Bundles;
import org.gridappliance.jobs.NetworkPolicy;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.lease.Sandbox;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bundles of this portal's applications in {@code DATA/bundles}. An application with {@code
 * packages} and an example is published by its first job: packages and program with all they are
 * loaded with → manifest → signed, kept → its example runs from the bundle alone ({@link
 * ExampleRun}). Programs with windows need an X server beside them and are not bundled; nor is
 * anything where the Entropia VM cannot run: both run from what executors have installed.
 *
 * <p>What became of a version stands in {@code DATA/bundles/apps/DIGEST}: a bundle's id, or {@code
 * none}. A refusal is remembered until the portal starts anew, so that a package installed
 * meanwhile counts.
 */
public final class AppBundles implements Bundles {
  private static final Logger log = LoggerFactory.getLogger(AppBundles.class);
  private static final String NONE_MADE = "none";
  private static final List<String> PROGRAMS = List.of("/usr/local/bin", "/usr/bin", "/bin");

  private final Path folder;
  private final PublisherKey key;
  private final BundleStore store;
  private final ExampleRun examples;
  private final Map<String, Optional<Sandbox.Published>> published = new ConcurrentHashMap<>();
  private final Map<String, Bundle> opened = new ConcurrentHashMap<>();
  private final Map<String, String> refused = new ConcurrentHashMap<>();
  private final Map<String, Map<String, Path>> files = new ConcurrentHashMap<>();

  /**
   * @param data the data folder
   * @param network what an example may connect to
   * @throws IOException when the key can be neither read nor made
   */
  public AppBundles(Path data, NetworkPolicy network) throws IOException {
    this.folder = data.resolve("bundles");
    this.key = PublisherKey.in(data.resolve("keys"));
    this.store = new BundleStore(folder, Optional.empty());
    this.examples = new ExampleRun(data, network);
    Files.createDirectories(folder.resolve("apps"));
  }

  @Override
  public Optional<Sandbox.Published> of(App app) {
    return wants(app) ? known(app).orElse(Optional.empty()) : Optional.empty();
  }

  @Override
  public Optional<String> refusal(App app) {
    return Optional.ofNullable(refused.get(app.digest()));
  }

  @Override
  public synchronized void publish(App app, Trial trial) throws Refused, IOException {
    if (!wants(app) || known(app).isPresent()) {
      return;
    }
    String before = refused.get(app.digest());
    if (before != null) {
      throw new Refused(before);
    }
    try {
      Bundle bundle = make(app);
      Optional<String> unable = examples.run(bundle, app, trial);
      if (unable.isPresent()) {
        log.warn("not bundled app={} reason={}", app.id(), unable.get());
        store.remove(bundle.id());
      }
      note(app, unable.isPresent() ? NONE_MADE : bundle.id());
      log.info("published app={} bundle={}", app.id(), bundle.id());
    } catch (BundleException | Refused e) {
      String reason = String.valueOf(e.getMessage());
      refused.put(app.digest(), reason);
      throw new Refused(reason);
    }
  }

  @Override
  public byte[] run(App app, Command command) throws Refused, IOException {
    Sandbox.Published bundle =
        of(app).orElseThrow(() -> new Refused("the application has no bundle on this machine"));
    try {
      Bundle open = opened.get(bundle.id());
      if (open == null) {
        open = store.open(bundle.id(), key.open()); // reads all of it, so once
        opened.put(bundle.id(), open);
      }
      return examples.print(open, app, command);
    } catch (BundleException e) {
      throw new Refused(String.valueOf(e.getMessage()));
    }
  }

  private static boolean wants(App app) {
    return !app.packages().isEmpty() && !app.examples().isEmpty() && app.interactive().isEmpty();
  }

  private Bundle make(App app) throws BundleException {
    BundleMaker maker = new BundleMaker(app.allow().contains(Sandbox.GENERATED_CODE));
    for (String name : app.programs()) {
      add(maker, name);
    }
    for (String name : app.packages()) {
      maker.addPackage(name);
    }
    return store.add(maker.manifest(), maker.source(), key.secret());
  }

  /** One that is not there is not in the bundle, and the example says so. */
  private static void add(BundleMaker maker, String name) throws BundleException {
    for (String place : PROGRAMS) {
      Path path = name.startsWith("/") ? Path.of(name) : Path.of(place, name);
      if (Files.isExecutable(path)) {
        maker.addExecutable(path);
        return;
      }
    }
  }

  private void note(App app, String what) throws IOException {
    Path part = Files.createTempFile(folder.resolve("apps"), "note", ".part");
    Files.writeString(part, what + "\n");
    Files.move(part, folder.resolve("apps").resolve(app.digest()), StandardCopyOption.ATOMIC_MOVE);
    published.remove(app.digest());
  }

  /** {@return what became of this version; empty while it was not published} */
  private Optional<Optional<Sandbox.Published>> known(App app) {
    Optional<Sandbox.Published> before = published.get(app.digest());
    if (before != null) {
      return Optional.of(before);
    }
    try {
      Path note = folder.resolve("apps").resolve(app.digest());
      if (!Files.exists(note)) {
        return Optional.empty();
      }
      String id = Files.readString(note).strip();
      Optional<Sandbox.Published> found =
          id.equals(NONE_MADE) ? Optional.empty() : Optional.of(read(id));
      published.put(app.digest(), found);
      return Optional.of(found);
    } catch (IOException | BundleException e) {
      log.warn("bundle unreadable, made anew app={} problem={}", app.id(), e.getMessage());
      return Optional.empty();
    }
  }

  private Sandbox.Published read(String id) throws IOException, BundleException {
    byte[] bytes = Files.readAllBytes(folder.resolve(id).resolve("manifest"));
    byte[] signature = Files.readAllBytes(folder.resolve(id).resolve("signature"));
    Base64.Encoder text = Base64.getEncoder();
    return new Sandbox.Published(
        id,
        bytes.length,
        Manifest.parse(bytes).totalBytes(),
        text.encodeToString(signature),
        text.encodeToString(key.open().getEncoded()));
  }

  @Override
  public Optional<Path> file(String bundle, String sha256) {
    if (!bundle.matches("[0-9a-f]{64}")) {
      return Optional.empty();
    }
    Path home = folder.resolve(bundle);
    if (bundle.equals(sha256)) {
      return Optional.of(home.resolve("manifest")).filter(Files::isRegularFile);
    }
    return Optional.ofNullable(files.computeIfAbsent(bundle, id -> contents(home)).get(sha256));
  }

  private static Map<String, Path> contents(Path home) {
    Map<String, Path> found = new HashMap<>();
    try {
      Manifest manifest = Manifest.parse(Files.readAllBytes(home.resolve("manifest")));
      manifest
          .entries()
          .forEach(
              (path, entry) -> {
                if (entry instanceof Manifest.FileEntry file) {
                  found.put(file.sha256(), home.resolve("root").resolve(path.substring(1)));
                }
              });
    } catch (IOException | BundleException e) {
      log.warn("bundle unreadable folder={} problem={}", home, e.getMessage());
    }
    return found;
  }
}
