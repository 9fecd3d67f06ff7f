package org.gridappliance.agent;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.gridappliance.agent.executor.Identity;
import org.gridappliance.agent.executor.PortalException;
import org.jspecify.annotations.Nullable;

/** Finds out who this executor is, or becomes somebody. */
final class Enrolling {
  private static final System.Logger LOG = System.getLogger(Enrolling.class.getName());
  private static final long LOOK_MILLIS = 300;

  private final AgentOptions options;
  private final Path key;

  Enrolling(AgentOptions options) {
    this.options = options;
    this.key = options.data().resolve("keys").resolve("executor.json");
  }

  /** {@return the identity on disk, else the one gained by link or by the portal's own file} */
  Identity identity() throws IOException, InterruptedException {
    JoinLink link = options.link();
    Identity known = Identity.read(key).orElse(null);
    if (link != null) {
      if (known != null && known.portal().equals(link.portal())) {
        System.out.println("This machine has joined " + link.portal() + " before and goes on.");
        return known;
      }
      if (known != null) {
        throw new IOException(
            options.data()
                + " belongs to the executor of "
                + known.portal()
                + "; give another folder with --data, or remove "
                + key
                + " to leave that pool");
      }
      return enrol(link.portal(), link.token(), link.pin());
    }
    URI portal = options.portal();
    if (portal == null) {
      throw new IllegalStateException("neither portal nor link");
    }
    return known != null ? known.at(portal) : local(portal);
  }

  /**
   * {@return whether the portal has laid down a token with which to enrol anew; forgets the old}
   */
  boolean startAnew() throws IOException {
    if (options.link() != null || !Files.exists(localJoin())) {
      return false;
    }
    Files.deleteIfExists(key);
    return true;
  }

  private Path localJoin() {
    return options.data().resolve("run").resolve("local-join");
  }

  /**
   * Enrols as the portal's own machine with the token (or {@code TOKEN&ca=SHA256}) that the portal
   * lays down for us; waits for both, since the agent starts first.
   */
  private Identity local(URI portal) throws IOException, InterruptedException {
    Path file = localJoin();
    String tried = "";
    while (true) {
      String token = read(file);
      if (token != null && !token.isEmpty() && !token.equals(tried)) {
        try {
          JoinLink link = JoinLink.parse(portal + "/join#" + token);
          Identity identity = enrol(portal, link.token(), link.pin());
          Files.deleteIfExists(file);
          return identity;
        } catch (AgentOptions.Wrong e) {
          LOG.log(System.Logger.Level.WARNING, "{0}: {1}", file, e.getMessage());
          tried = token;
        } catch (PortalException e) {
          LOG.log(System.Logger.Level.WARNING, "Not enrolled: {0}", e.getMessage());
          tried = token; // used up: the portal writes another
        } catch (IOException e) { // the portal does not answer yet
          LOG.log(System.Logger.Level.DEBUG, "Not enrolled yet: {0}", e.toString());
        }
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  private static @Nullable String read(Path file) throws IOException {
    try {
      return Files.readString(file).strip();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private Identity enrol(URI portal, String token, @Nullable String pin)
      throws IOException, InterruptedException {
    Identity.Offer offer =
        new Identity.Offer(options.name(), options.slots(), Agent.memoryForJobs(), Agent.version());
    Identity identity = Identity.enrol(portal, token, pin, offer, key);
    LOG.log(
        System.Logger.Level.INFO, "Enrolled at {0} as executor {1}", portal, identity.executor());
    return identity;
  }
}
