package org.gridappliance.agent.pool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.gridappliance.agent.pool.PoolSettings.Role;

/**
 * Lays out what HTCondor reads on this machine: folders, accounts, tokens, configuration. Files
 * that are right already are left as they are.
 *
 * @param data the data folder; its owner submits
 * @param condorUid HTCondor's own user
 */
record CondorLayout(Path data, PoolFolders folders, int condorUid) {

  /**
   * {@return why HTCondor cannot be started; empty when all is there}
   *
   * @param own this machine's address
   * @param root the root folder with HTCondor
   * @param owner what the startd is told of its owner
   * @param left whether another pool was left since the daemons were started
   */
  Optional<String> lay(PoolSettings settings, String own, Path root, String owner, boolean left)
      throws IOException, InterruptedException {
    int submitter = (int) Files.getAttribute(data, "unix:uid");
    if (submitter == 0) {
      if (settings.role().submits() && settings.role() != Role.WORKER) {
        return Optional.of("the data folder belongs to root, as whom no job is submitted");
      }
      submitter = 65_534; // a worker needs no such account
    }
    folders.make(condorUid);
    Path etc = folders.etc();
    PoolFolders.put(etc.resolve("owner"), owner);
    PoolFolders.put(etc.resolve("passwd"), CondorConfig.passwd(condorUid, submitter));
    PoolFolders.put(etc.resolve("group"), CondorConfig.group(condorUid, submitter));
    PoolFolders.put(etc.resolve("hosts"), "127.0.0.1 localhost\n");
    PoolFolders.put(etc.resolve("job/passwd"), CondorConfig.jobPasswd());
    PoolFolders.put(etc.resolve("job/group"), "root:x:0:\njob:x:1000:\n");
    PoolFolders.put(etc.resolve("job/hosts"), "127.0.0.1 localhost subjob\n");
    PoolFolders.put(
        etc.resolve("job/nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files\n");
    if (settings.role() == Role.WORKER) {
      folders.makeWorker();
    }
    boolean manager = settings.role() == Role.MANAGER;
    Optional<String> missing = manager ? Optional.empty() : workerToken();
    if (missing.isPresent()) {
      return missing;
    }
    boolean submits = submits(settings);
    CondorTokens tokens = new CondorTokens(folders, root);
    String trust = tokens.makeTrust(manager);
    List<Neighbours.Neighbour> others = Neighbours.of(folders).all();
    PoolFolders.put(
        etc.resolve("condor_config"),
        CondorConfig.daemons(settings, own, condorUid, trust, submits, others)
            + (left && others.isEmpty() ? CondorConfig.LEFT : "")
            + (manager ? Standings.of(folders).config() + GroupBounds.of(folders).config() : ""));
    tokens.makeKey(manager, submits);
    if (submits) {
      layClient(settings, own, trust, tokens, submitter);
    }
    return Optional.empty();
  }

  /** What the portal of this machine submits with. */
  private void layClient(
      PoolSettings settings, String own, String trust, CondorTokens tokens, int submitter)
      throws IOException, InterruptedException {
    Path client = folders.client();
    for (String name : List.of("etc", "tokens")) {
      Files.createDirectories(client.resolve(name));
    }
    PoolFolders.put(client.resolve("etc/condor_config"), CondorConfig.client(settings, own, trust));
    PoolFolders.put(client.resolve("etc/passwd"), CondorConfig.passwd(condorUid, submitter));
    PoolFolders.put(client.resolve("etc/group"), CondorConfig.group(condorUid, submitter));
    boolean manager = settings.role() == Role.MANAGER;
    PoolFolders.write(
        client.resolve("tokens/submitter"),
        tokens.mintSubmitter(manager) + "\n",
        "r--------",
        submitter);
    // The token above counts for this machine's schedd; the collector is asked with the machine's.
    Path pool = client.resolve("tokens/pool");
    if (manager) {
      Files.deleteIfExists(pool);
    } else {
      PoolFolders.write(
          pool, PoolFolders.text(folders.tokens().resolve("worker")), "r--------", submitter);
    }
  }

  /** A machine submits where a portal runs that has jobs. */
  boolean submits(PoolSettings settings) {
    return settings.role().submits()
        && Files.isDirectory(data.resolve("jobs"), LinkOption.NOFOLLOW_LINKS)
        && Files.isDirectory(data.resolve("bundles"), LinkOption.NOFOLLOW_LINKS);
  }

  /** Takes the token that a person laid down; half of one is named, and an older one goes on. */
  private Optional<String> workerToken() throws IOException {
    Path given = data.resolve("keys").resolve("pool.token");
    String text =
        Files.isRegularFile(given, LinkOption.NOFOLLOW_LINKS) ? PoolFolders.text(given) : "";
    Path kept = folders.tokens().resolve("worker");
    if (!text.isBlank()) {
      if (!CondorTokens.isToken(text.strip())) {
        return Optional.of(
            given
                + " is no whole token; make it anew on the manager: ./appliance pool token worker");
      }
      PoolFolders.write(kept, text.strip() + "\n", "rw-------", 0);
    }
    return Files.exists(kept)
        ? Optional.empty()
        : Optional.of(
            given + " is missing; make it on the manager: ./appliance pool token worker >FILE");
  }
}
