package org.gridappliance.agent.pool;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How the portal of this machine runs HTCondor's programs: as itself, in HTCondor's root. Pure. */
final class CondorClient {
  private CondorClient() {}

  /** {@return what the portal needs to submit: how to run HTCondor's programs, and where} */
  static Map<String, Object> open(PoolFolders folders, Path data, Path root, String own) {
    Map<String, Object> door = new LinkedHashMap<>();
    String client = folders.client().toString();
    door.put(
        "command",
        List.of(
            "bwrap",
            "--die-with-parent",
            "--unshare-user",
            "--unshare-pid",
            "--ro-bind",
            root.toString(),
            "/",
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
    door.put("schedd", CondorConfig.host(own));
    door.put("jobs", "/mnt/jobs");
    door.put("events", folders.events().toString());
    return door;
  }
}
