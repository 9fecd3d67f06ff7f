package org.gridappliance.agent.pool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.gridappliance.jobs.lease.LeaseProtocol;

/**
 * Tokens by which machines and submitters are known, made by HTCondor's own {@code
 * condor_token_create} on the manager, the only place where the pool's key is. Each names an
 * identity, what it may do, and its end.
 */
final class CondorTokens {
  private static final Pattern TOKEN =
      Pattern.compile("[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{20,}");
  private static final int KEY_BYTES = 64;
  private static final String LOCAL = "LOCAL";

  /** Who a token is for; none of them an administrator. */
  enum Kind {
    /** Runs jobs. */
    WORKER("worker", Duration.ofDays(365), "ADVERTISE_STARTD", "ADVERTISE_MASTER", "READ"),
    /** Runs jobs and submits. */
    MEMBER(
        "member",
        Duration.ofDays(365),
        "ADVERTISE_STARTD",
        "ADVERTISE_SCHEDD",
        "ADVERTISE_MASTER",
        "READ"),
    /** Only submits. */
    SUBMIT("submit", Duration.ofDays(365), "ADVERTISE_SCHEDD", "ADVERTISE_MASTER", "READ"),
    /** Another pool, whose jobs may come here when it has no room. */
    FLOCK("flock", Duration.ofDays(365), "ADVERTISE_SCHEDD", "READ"),
    /** Another portal, that shows this pool's machines. */
    WATCH("watch", Duration.ofDays(365), "READ");

    private final String user;
    private final Duration validity;
    private final String rights;

    Kind(String user, Duration validity, String... rights) {
      this.user = user;
      this.validity = validity;
      this.rights = String.join(" ", rights);
    }

    /**
     * {@return the kind of a word}
     *
     * @throws IOException for another word
     */
    static Kind of(String word) throws IOException {
      return switch (word) {
        case "worker" -> WORKER;
        case "member" -> MEMBER;
        case "submit" -> SUBMIT;
        case "flock" -> FLOCK;
        case "watch" -> WATCH;
        default ->
            throw new IOException(
                "kind '" + word + "': want worker, member, submit, flock or watch");
      };
    }
  }

  private final PoolFolders folders;
  private final Path root;

  CondorTokens(PoolFolders folders, Path root) {
    this.folders = folders;
    this.root = root;
  }

  /**
   * {@return what this pool's tokens are called by, different in each pool: a machine that holds
   * tokens of several shows each the right one}
   *
   * @param manager whether this machine makes the pool's tokens; else its own token tells
   */
  String makeTrust(boolean manager) throws IOException {
    if (!manager) {
      return trust(PoolFolders.text(folders.tokens().resolve("worker")).strip());
    }
    String known = PoolFolders.text(folders.trust()).strip();
    if (known.isEmpty()) {
      known =
          Files.exists(folders.key())
              ? CondorConfig.DOMAIN // made before pools had names of their own
              : "p%08x.%s".formatted(new SecureRandom().nextInt(), CondorConfig.DOMAIN);
      PoolFolders.write(folders.trust(), known + "\n", "rw-r--r--", 0);
    }
    return known;
  }

  /** {@return who made a token; empty when it does not say} */
  static String trust(String token) {
    return claims(token).path("iss").asText("");
  }

  /** {@return what a token says of itself (RFC 7519 §4), unproven; nothing when it is none} */
  static JsonNode claims(String token) {
    String[] parts = token.split("\\.", -1);
    try {
      return parts.length == 3
          ? LeaseProtocol.json().readTree(Base64.getUrlDecoder().decode(parts[1]))
          : MissingNode.getInstance();
    } catch (IOException | IllegalArgumentException e) { // no token
      return MissingNode.getInstance();
    }
  }

  /**
   * Makes the keys that this machine needs where there is none yet: the pool's own on the manager,
   * and where jobs are submitted elsewhere one that counts on this machine only.
   */
  void makeKey(boolean manager, boolean submits) throws IOException, InterruptedException {
    if (!manager) {
      if (submits) {
        makeKey(folders.key().resolveSibling(LOCAL));
      }
      return;
    }
    makeKey(folders.key());
    if (!Files.exists(folders.tokens().resolve("condor"))) {
      String token = run(List.of("-identity", "condor@" + makeTrust(true)));
      PoolFolders.write(folders.tokens().resolve("condor"), token + "\n", "rw-------", 0);
    }
  }

  private static void makeKey(Path file) throws IOException {
    if (!Files.exists(file)) {
      byte[] key = new byte[KEY_BYTES];
      SecureRandom random = new SecureRandom();
      for (int at = 0; at < key.length; at++) {
        key[at] = (byte) (1 + random.nextInt(127)); // HTCondor reads a key up to its first zero
      }
      PoolFolders.write(file, new String(key, StandardCharsets.US_ASCII), "rw-------", 0);
    }
  }

  /**
   * {@return a token for this machine's portal, made anew at every start of the agent}
   *
   * @param manager whether by the pool's key, else by this machine's own
   */
  String mintSubmitter(boolean manager) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("-identity", CondorConfig.SUBMITTER + "@" + makeTrust(manager)));
    words.addAll(List.of("-authz", "READ", "-authz", "WRITE"));
    words.addAll(List.of("-lifetime", Long.toString(Duration.ofDays(30).toSeconds())));
    if (!manager) {
      words.addAll(List.of("-key", LOCAL));
    }
    return run(words);
  }

  /** {@return a new token, one line without its end} */
  String mint(Kind kind) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("-identity", kind.user + "@" + makeTrust(true)));
    for (String right : kind.rights.split(" ", -1)) {
      words.addAll(List.of("-authz", right));
    }
    words.addAll(List.of("-lifetime", Long.toString(kind.validity.toSeconds())));
    return run(words);
  }

  private String run(List<String> words) throws IOException, InterruptedException {
    List<String> command =
        CondorLaunch.command(folders, root, "mint", "", false, "condor_token_create");
    command.addAll(words);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0 || !isToken(said)) {
      process.destroyForcibly();
      throw new IOException("condor_token_create made no token: " + shortened(said));
    }
    return said;
  }

  /** {@return whether it is a whole token} */
  static boolean isToken(String text) {
    return TOKEN.matcher(text).matches();
  }

  private static String shortened(String text) {
    return text.length() > 300 ? text.substring(text.length() - 300) : text;
  }
}
