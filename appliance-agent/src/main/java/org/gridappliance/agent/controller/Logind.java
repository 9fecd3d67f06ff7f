package org.gridappliance.agent.controller;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The desktop session's own word through systemd-logind (property IdleSinceHint of its manager).
 * Asked every five seconds, since each question is a process; between them the time runs on.
 */
final class Logind implements IdleSource {
  private static final System.Logger LOG = System.getLogger(Logind.class.getName());
  private static final Duration EVERY = Duration.ofSeconds(5);
  private static final Pattern ANSWER =
      Pattern.compile("b (true|false)\\s+t (\\d{1,18})", Pattern.DOTALL);

  private final Path seats;
  private Instant asked = Instant.EPOCH;
  private Optional<Instant> since = Optional.empty();

  Logind(Path seats) {
    this.seats = seats;
  }

  @Override
  public String name() {
    return "the desktop session";
  }

  @Override
  public Optional<Duration> idle() {
    Instant now = Instant.now();
    if (Duration.between(asked, now).compareTo(EVERY) >= 0) {
      asked = now;
      since = Files.isDirectory(seats) ? ask(now) : Optional.empty();
    }
    return since.map(s -> Duration.between(s, now));
  }

  private static Optional<Instant> ask(Instant now) {
    try {
      Process busctl =
          new ProcessBuilder(
                  "busctl",
                  "--timeout=1",
                  "get-property",
                  "org.freedesktop.login1",
                  "/org/freedesktop/login1",
                  "org.freedesktop.login1.Manager",
                  "IdleHint",
                  "IdleSinceHint")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      busctl.getOutputStream().close();
      if (!busctl.waitFor(2, TimeUnit.SECONDS)) {
        busctl.destroyForcibly();
        return Optional.empty();
      }
      return parse(
          new String(busctl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII), now);
    } catch (IOException e) { // no busctl here
      LOG.log(System.Logger.Level.DEBUG, "busctl: {0}", e.toString());
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** {@return since when the session has been idle; {@code now} while it is in use} */
  static Optional<Instant> parse(String answer, Instant now) {
    Matcher found = ANSWER.matcher(answer);
    if (!found.find()) {
      return Optional.empty();
    }
    if (found.group(1).equals("false")) {
      return Optional.of(now);
    }
    Instant since = Instant.EPOCH.plusNanos(Long.parseLong(found.group(2)) * 1000);
    return since.isAfter(now) ? Optional.of(now) : Optional.of(since);
  }
}
