package org.gridappliance.agent.pool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.gridappliance.evm.bundle.BundleException;
import org.gridappliance.evm.bundle.Manifest;

/**
 * What is kept of applications' files on a worker of HTCondor. {@code job-wrapper.sh} brings and
 * checks them as the user of its slot; here they are given to root, so that none of those users can
 * change them any more, and the least recently used leave when they are too many.
 *
 * <pre>
 * kept/ID/              manifest, root/…: complete, or not there
 * kept/ID.part-PID/     is being brought
 * use/ID/               locked shared by who uses it, alone by who brings or removes it; when last used
 * use/ID/checked        every byte was compared since HTCondor was started
 * use/ID/altered        it was found to be another
 * </pre>
 *
 * <p>Used by one thread only.
 */
final class KeptBundles {
  /** The most that all of them may have, in bytes. */
  static final long MOST_BYTES = 10L << 30;

  private static final System.Logger LOG = System.getLogger(KeptBundles.class.getName());

  private static final Pattern PART = Pattern.compile("([0-9a-f]{64})\\.part-[0-9]+");

  private final Path kept;
  private final Path use;
  private final long mostBytes;
  private final Map<String, Long> sizes = new HashMap<>();

  /**
   * @param folder with {@code kept} and {@code use}; nothing is done while it is not there
   */
  KeptBundles(Path folder, long mostBytes) {
    this.kept = folder.resolve("kept");
    this.use = folder.resolve("use");
    this.mostBytes = mostBytes;
  }

  /** HTCondor is about to be started: what it had begun is gone, what is there is to be checked. */
  void begin() throws IOException, InterruptedException {
    for (Path part : names(kept)) {
      if (!isBundle(part)) {
        delete(part);
      }
    }
    for (Path one : names(use)) {
      if (isBundle(one)) {
        Files.deleteIfExists(one.resolve("checked"));
      } else {
        delete(one);
      }
    }
  }

  /** Takes what was brought meanwhile, and removes what is altered or too much. */
  void look() throws InterruptedException {
    try {
      long sum = 0;
      List<Path> all = new ArrayList<>();
      for (Path one : names(kept)) {
        if (!isBundle(one)) {
          dropAbandoned(one);
          continue;
        }
        String id = one.getFileName().toString();
        if ((int) Files.getAttribute(one, "unix:uid", LinkOption.NOFOLLOW_LINKS) != 0) {
          run(List.of("chown", "-hR", "0:0", one.toString()));
        }
        if (Files.exists(use.resolve(id).resolve("altered")) && remove(id)) {
          continue;
        }
        sum += bytes(one, id);
        all.add(one);
      }
      all.sort(Comparator.comparingLong(this::lastUsed));
      for (Path one : all) {
        String id = one.getFileName().toString();
        long bytes = sizes.getOrDefault(id, 0L);
        if (sum > mostBytes && remove(id)) {
          sum -= bytes;
        }
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "{0} cannot be looked through: {1}", kept, e.toString());
    }
  }

  private long lastUsed(Path one) {
    return use.resolve(one.getFileName()).toFile().lastModified();
  }

  /** {@return whether it was removed: not while it is used} */
  private boolean remove(String id) throws IOException, InterruptedException {
    Path gone = kept.resolve(id + ".gone");
    boolean done =
        run(
            List.of(
                "flock",
                "--nonblock",
                "--exclusive",
                use.resolve(id).toString(),
                "mv",
                "-T",
                kept.resolve(id).toString(),
                gone.toString()));
    if (done) {
      sizes.remove(id);
      Files.deleteIfExists(use.resolve(id).resolve("altered"));
      Files.deleteIfExists(use.resolve(id).resolve("checked"));
      delete(gone);
      LOG.log(System.Logger.Level.INFO, "bundle {0} is no longer kept", id);
    }
    return done;
  }

  private long bytes(Path one, String id) throws IOException {
    Long known = sizes.get(id);
    if (known != null) {
      return known;
    }
    try {
      long bytes = Manifest.parse(Files.readAllBytes(one.resolve("manifest"))).totalBytes();
      sizes.put(id, bytes);
      return bytes;
    } catch (BundleException e) {
      return 0; // it was checked when it came, so this is not to be expected; the next check says
    }
  }

  /** Removes what a wrapper that was ended had begun to bring: whoever brings holds the lock. */
  private void dropAbandoned(Path one) throws IOException, InterruptedException {
    Matcher part = PART.matcher(one.getFileName().toString());
    if (part.matches()) {
      Path lock = use.resolve(part.group(1));
      run(
          List.of(
              "flock",
              "--nonblock",
              "--exclusive",
              lock.toString(),
              "rm",
              "-rf",
              "--one-file-system",
              one.toString()));
    }
  }

  /** Slots' users may make anything here; what is no folder by a bundle's name is none. */
  private static boolean isBundle(Path path) {
    return path.getFileName().toString().matches("[0-9a-f]{64}")
        && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static List<Path> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private static void delete(Path folder) throws IOException, InterruptedException {
    run(List.of("rm", "-rf", "--one-file-system", folder.toString()));
  }

  private static boolean run(List<String> command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }
}
