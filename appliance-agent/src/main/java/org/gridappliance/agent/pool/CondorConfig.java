package org.gridappliance.agent.pool;

import org.gridappliance.agent.pool.PoolSettings.Role;

/**
 * HTCondor's configuration and the accounts it sees, as text. Pure. Inside its root a node's folder
 * is {@code /mnt/node}.
 */
final class CondorConfig {
  /** Names tokens and users: who has it signed by the pool's key is of this pool. */
  static final String DOMAIN = "grid.appliance";

  /** Who the portal is for HTCondor. */
  static final String SUBMITTER = "grid-appliance";

  /** A wait that only one matters: short jobs should start at once, idle pools cost little. */
  private static final String MANAGER =
      """
      DAEMON_LIST = MASTER, COLLECTOR, NEGOTIATOR, SCHEDD
      NEGOTIATOR_INTERVAL = 5
      NEGOTIATOR_MIN_INTERVAL = 1
      NEGOTIATOR_CYCLE_DELAY = 1
      NEGOTIATOR_CONSIDER_PREEMPTION = False
      SCHEDD_INTERVAL = 5
      SCHEDD_MIN_INTERVAL = 1
      JOB_START_COUNT = 100
      MAX_JOBS_SUBMITTED = 200000
      EVENT_LOG = /mnt/node/events/events.json
      EVENT_LOG_FORMAT_OPTIONS = JSON, ISO_DATE, UTC, SUB_SECOND
      EVENT_LOG_MAX_SIZE = 20000000
      EVENT_LOG_MAX_ROTATIONS = 2
      EVENT_LOG_FSYNC = False
      QUEUE_SUPER_USERS = condor
      """;

  /**
   * Jobs run by a user of their own, whoever submitted them, each through the wrapper. START
   * refuses what a submitter could have run beside it: other universes, commands before and after,
   * an environment that would reach the wrapper, transfer programs of his own.
   */
  private static final String WORKER =
      """
      DAEMON_LIST = MASTER, STARTD
      RUNBENCHMARKS = 0
      UPDATE_INTERVAL = 5
      STARTER_ALLOW_RUNAS_OWNER = False
      SLOT1_USER = gridjob
      NOBODY_SLOT_USER = gridjob
      EXECUTE_LOGIN_IS_DEDICATED = False
      USER_JOB_WRAPPER = /mnt/node/etc/job-wrapper
      ENABLE_URL_TRANSFERS = False
      ENABLE_SSH_TO_JOB = False
      MAXJOBRETIREMENTTIME = 0
      CLAIM_WORKLIFE = 3600
      START = TARGET.JobUniverse == 5 && TARGET.PreCmd =?= UNDEFINED \
        && TARGET.PostCmd =?= UNDEFINED && TARGET.TransferPlugins =?= UNDEFINED \
        && TARGET.HookKeyword =?= UNDEFINED && TARGET.DockerImage =?= UNDEFINED \
        && TARGET.ContainerImage =?= UNDEFINED && (TARGET.Environment ?: "") == "" \
        && (TARGET.Env ?: "") == ""
      SUSPEND = False
      PREEMPT = False
      WANT_SUSPEND = False
      """;

  private CondorConfig() {}

  /** {@return the configuration of this machine's daemons} */
  static String daemons(PoolSettings settings, String address, int condor) {
    String manager = settings.role() == Role.MANAGER ? address : settings.manager();
    // Another uid domain on workers: else a job's owner would have to have an account there.
    String uids = settings.role() == Role.MANAGER ? DOMAIN : "exec.invalid";
    return common(manager, settings.port(), address, uids)
        + "CONDOR_IDS = %d.%d\n".formatted(condor, condor)
        + "SEC_PASSWORD_DIRECTORY = /mnt/node/passwords\n"
        + "SEC_TOKEN_SYSTEM_DIRECTORY = /mnt/node/tokens\n"
        + (settings.role() == Role.MANAGER ? MANAGER : WORKER)
        + (settings.cpus() == 0 ? "" : "NUM_CPUS = " + settings.cpus() + "\n");
  }

  /** {@return the configuration of the programs with which the portal submits} */
  static String client(PoolSettings settings, String address) {
    return common(address, settings.port(), address, DOMAIN)
        + "SEC_TOKEN_DIRECTORY = /mnt/node/tokens\n"
        + "SCHEDD_HOST = "
        + host(address)
        + "\n";
  }

  private static String common(String manager, int port, String address, String uids) {
    return """
    CONDOR_HOST = %s
    COLLECTOR_HOST = %s:%d
    SHARED_PORT_PORT = %d
    TRUST_DOMAIN = %s
    UID_DOMAIN = %s
    FILESYSTEM_DOMAIN = $(HOSTNAME)
    NETWORK_INTERFACE = %s
    NO_DNS = true
    DEFAULT_DOMAIN_NAME = %s
    RELEASE_DIR = /usr
    BIN = /usr/bin
    SBIN = /usr/sbin
    LIB = /usr/lib/condor
    LIBEXEC = /usr/libexec/condor
    SHARE = /usr/share/condor
    LOCAL_DIR = /mnt/node
    ETC = /mnt/node/etc
    LOG = /mnt/node/log
    SPOOL = /mnt/node/spool
    EXECUTE = /mnt/node/execute
    LOCK = /mnt/node/lock
    RUN = /run/condor
    use security:recommended_v9_0
    SEC_DEFAULT_AUTHENTICATION_METHODS = IDTOKENS, FS
    ALLOW_DAEMON = condor@%s
    ALLOW_NEGOTIATOR = condor@%s
    ALLOW_ADMINISTRATOR = condor@%s root@$(UID_DOMAIN) condor@$(UID_DOMAIN)
    ALLOW_ADVERTISE_MASTER = condor@%s worker@%s
    ALLOW_ADVERTISE_STARTD = worker@%s
    ALLOW_ADVERTISE_SCHEDD = condor@%s
    ALLOW_WRITE = %s@%s condor@%s
    ALLOW_READ = *@%s condor@$(UID_DOMAIN) root@$(UID_DOMAIN)
    ENABLE_KERNEL_TUNING = false
    MAIL =
    """
        .formatted(
            manager, manager, port, port, DOMAIN, uids, address, DOMAIN, DOMAIN, DOMAIN, DOMAIN,
            DOMAIN, DOMAIN, DOMAIN, DOMAIN, SUBMITTER, DOMAIN, DOMAIN, DOMAIN);
  }

  /** {@return what HTCondor calls a machine of that address: without DNS, by its address} */
  static String host(String address) {
    return address.replace('.', '-') + "." + DOMAIN;
  }

  /**
   * {@return the accounts inside}
   *
   * @param condor runs the daemons, {@code condor + 1} the jobs
   * @param submitter the portal's, as whom job files are read and written
   */
  static String passwd(int condor, int submitter) {
    return """
    root:x:0:0::/root:/bin/bash
    condor:x:%d:%d::/mnt/node:/usr/sbin/nologin
    gridjob:x:%d:%d::/:/usr/sbin/nologin
    %s:x:%d:%d::/:/usr/sbin/nologin
    nobody:x:65534:65534::/:/usr/sbin/nologin
    """
        .formatted(condor, condor, condor + 1, condor + 1, SUBMITTER, submitter, submitter);
  }

  static String group(int condor, int submitter) {
    return """
    root:x:0:
    condor:x:%d:
    gridjob:x:%d:
    %s:x:%d:
    nogroup:x:65534:
    """
        .formatted(condor, condor + 1, SUBMITTER, submitter);
  }

  /** {@return the accounts that a job sees} */
  static String jobPasswd(int condor) {
    return "root:x:0:0::/:/usr/sbin/nologin\njob:x:%d:%d::/work:/bin/sh\n"
            .formatted(condor + 1, condor + 1)
        + "nobody:x:65534:65534::/:/usr/sbin/nologin\n";
  }
}
