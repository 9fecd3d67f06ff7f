package org.gridappliance.jobs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.lease.Limits;
import org.gridappliance.jobs.lease.Sandbox;

/**
 * Applications as bundles: the files that an application needs, made once from its packages when it
 * is published, so that every executor runs the same bytes and never its own. The portal's side of
 * the door. Thread-safe.
 */
public interface Bundles {
  /** Nothing is published; programs run from what is installed on the executors. */
  Bundles NONE =
      new Bundles() {
        @Override
        public void publish(App app, Trial trial) {}

        @Override
        public Optional<Sandbox.Published> of(App app) {
          return Optional.empty();
        }

        @Override
        public Optional<String> refusal(App app) {
          return Optional.empty();
        }

        @Override
        public Optional<Path> file(String bundle, String sha256) {
          return Optional.empty();
        }
      };

  /**
   * Publishes this version of an application, unless it is or needs no bundle. Blocks, for seconds
   * the first time: the files are gathered and its example runs from them alone.
   *
   * @param trial opened when the example is to run
   * @throws Refused with the reasons, when a bundle cannot be made or its example does not run
   */
  void publish(App app, Trial trial) throws Refused, IOException;

  /** {@return the bundle of this version; empty when it runs from what executors have installed} */
  Optional<Sandbox.Published> of(App app);

  /** {@return why this version cannot be published, when that was tried} */
  Optional<String> refusal(App app);

  /**
   * {@return a file of a bundle by its content; the bundle's own name is its manifest's}
   *
   * @param bundle as {@link Sandbox.Published#id}
   */
  Optional<Path> file(String bundle, String sha256);

  /**
   * Runs a command of an application from its bundle alone, on this machine, in the sandbox. Blocks
   * at most for the time of its limits.
   *
   * @return what it wrote to its standard output, at most {@link Limits#outputBytes}
   * @throws Refused when there is no bundle, it failed or went over a limit
   */
  default byte[] run(App app, Command command) throws Refused, IOException {
    throw new Refused("applications have no bundles here");
  }

  /**
   * A command to run.
   *
   * @param inputs what to lay into the scratch folder
   */
  record Command(
      List<String> command, Map<String, String> environment, List<Part> inputs, Limits limits) {}

  /** Makes an example ready to run. */
  interface Trial {
    Example open() throws IOException;
  }

  /**
   * An application's first example, as its first subjob would run it.
   *
   * @param inputs what to lay into the scratch folder
   * @param outputs what it must leave, paths or globs relative to the scratch folder
   * @param cleanup removes what the inputs lie in
   */
  record Example(
      List<String> command,
      Map<String, String> environment,
      List<Part> inputs,
      List<String> outputs,
      Limits limits,
      Closeable cleanup)
      implements Closeable {
    @Override
    public void close() throws IOException {
      cleanup.close();
    }
  }

  /**
   * A range of bytes of a file that the program sees under a path of its own.
   *
   * @param path relative to the scratch folder
   */
  record Part(String path, Path file, long start, long bytes) {}

  /** An application cannot be published; the message says why. */
  final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    public Refused(String reason) {
      super(reason);
    }

    /** {@return why} */
    public String reason() {
      return String.valueOf(getMessage());
    }
  }
}
