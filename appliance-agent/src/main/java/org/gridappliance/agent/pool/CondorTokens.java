package org.gridappliance.agent.pool;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Tokens by which machines and submitters are known, made by HTCondor's own {@code
 * condor_token_create} on the manager, the only place where the pool's key is. Each names an
 * identity, what it may do, and its end.
 */
final class CondorTokens {
  private static final Pattern TOKEN =
      Pattern.compile("[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{20,}");
  private static final int KEY_BYTES = 64;

  /** Who a token is for; none of them an administrator. */
  enum Kind {
    WORKER("worker", Duration.ofDays(365), "ADVERTISE_STARTD", "ADVERTISE_MASTER", "READ"),
    SUBMITTER(CondorConfig.SUBMITTER, Duration.ofDays(30), "READ", "WRITE");

    private final String user;
    private final Duration validity;
    private final String rights;

    Kind(String user, Duration validity, String... rights) {
      this.user = user;
      this.validity = validity;
      this.rights = String.join(" ", rights);
    }
  }

  private final PoolFolders folders;
  private final Path root;

  CondorTokens(PoolFolders folders, Path root) {
    this.folders = folders;
    this.root = root;
  }

  /** Makes the pool's key where there is none yet, and the token of the manager's own daemons. */
  void makeKey() throws IOException, InterruptedException {
    if (!Files.exists(folders.key())) {
      byte[] key = new byte[KEY_BYTES];
      SecureRandom random = new SecureRandom();
      for (int at = 0; at < key.length; at++) {
        key[at] = (byte) (1 + random.nextInt(127)); // HTCondor reads a key up to its first zero
      }
      PoolFolders.write(folders.key(), new String(key, StandardCharsets.US_ASCII), "rw-------", 0);
    }
    if (!Files.exists(folders.tokens().resolve("condor"))) {
      String token = run(List.of("-identity", "condor@" + CondorConfig.DOMAIN));
      PoolFolders.write(folders.tokens().resolve("condor"), token + "\n", "rw-------", 0);
    }
  }

  /** {@return a new token, one line without its end} */
  String mint(Kind kind) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("-identity", kind.user + "@" + CondorConfig.DOMAIN));
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
