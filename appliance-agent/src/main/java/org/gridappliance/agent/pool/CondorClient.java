package org.gridappliance.agent.pool;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How the portal of this machine runs HTCondor's programs: as itself, in HTCondor's root. */
final class CondorClient {
  private CondorClient() {}

  /** {@return what the portal needs to submit: how to run HTCondor's programs, and where} */
  static Map<String, Object> open(PoolFolders folders, Path data, Path root, String own) {
    Map<String, Object> door = new LinkedHashMap<>();
    String client = folders.client().toString();
    List<String> command =
        new ArrayList<>(List.of("bwrap", "--die-with-parent", "--unshare-user", "--unshare-pid"));
    command.addAll(shown(root));
    command.addAll(
        List.of(
            "--dev",
            "/dev",
            "--proc",
            "/proc",
            "--tmpfs",
            "/tmp",
            "--tmpfs",
            "/run",
            "--tmpfs",
            "/mnt",
            "--ro-bind",
            client,
            "/mnt/node",
            "--bind",
            data.resolve("jobs").toString(),
            "/mnt/jobs",
            "--ro-bind",
            client + "/etc/passwd",
            "/etc/passwd",
            "--ro-bind",
            client + "/etc/group",
            "/etc/group",
            "--chdir",
            "/",
            "--clearenv",
            "--setenv",
            "PATH",
            "/usr/bin:/bin:/usr/sbin",
            "--setenv",
            "CONDOR_CONFIG",
            "/mnt/node/etc/condor_config",
            "--setenv",
            "LANG",
            "C.UTF-8",
            "--setenv",
            "HOME",
            "/tmp",
            "--"));
    door.put("command", command);
    door.put("schedd", CondorConfig.host(own));
    door.put("jobs", "/mnt/jobs");
    door.put("events", folders.events().toString());
    return door;
  }

  /**
   * {@return what shows a root folder with HTCondor}
   *
   * @param root {@code /} for HTCondor of this machine's packages, of which only the programs are
   *     shown
   */
  static List<String> shown(Path root) {
    if (root.getNameCount() > 0) {
      return List.of("--ro-bind", root.toString(), "/");
    }
    List<String> words = new ArrayList<>();
    for (String name : List.of("usr", "bin", "sbin", "lib", "lib32", "lib64")) {
      Path path = root.resolve(name);
      if (Files.isSymbolicLink(path)) {
        words.addAll(List.of("--symlink", "usr/" + name, path.toString()));
      } else if (Files.isDirectory(path)) {
        words.addAll(List.of("--ro-bind", path.toString(), path.toString()));
      }
    }
    for (String path : List.of("/etc/ld.so.cache", "/etc/alternatives")) {
      words.addAll(List.of("--ro-bind-try", path, path));
    }
    return words;
  }
}
