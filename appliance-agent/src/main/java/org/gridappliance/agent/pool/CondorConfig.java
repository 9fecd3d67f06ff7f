package org.gridappliance.agent.pool;

import java.util.ArrayList;
import java.util.List;
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
      NEGOTIATOR_INTERVAL = 5
      NEGOTIATOR_MIN_INTERVAL = 1
      NEGOTIATOR_CYCLE_DELAY = 1
      NEGOTIATOR_CONSIDER_PREEMPTION = False
      """;

  /**
   * A schedd that is told of no other pool any more keeps to those it was told of last. Told of one
   * where nobody answers, it lets go of them.
   */
  static final String LEFT = "FLOCK_TO = 127.0.0.1:9\n";

  private static final String SUBMITS =
      """
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
   * A machine that is drained lets its jobs run to their end, one whose owner wants it does not.
   *
   * <p>Jobs run by a user of their own, whoever submitted them, each through the wrapper. START
   * refuses what a submitter could have run beside it: other universes, commands before and after,
   * an environment that would reach the wrapper, transfer programs of his own.
   */
  private static final String WORKER =
      """
      RUNBENCHMARKS = 0
      UPDATE_INTERVAL = 5
      STARTER_ALLOW_RUNAS_OWNER = False
      SLOT1_USER = gridjob1
      NOBODY_SLOT_USER = gridjob1
      EXECUTE_LOGIN_IS_DEDICATED = False
      USER_JOB_WRAPPER = /mnt/node/etc/job-wrapper
      ENABLE_URL_TRANSFERS = False
      ENABLE_SSH_TO_JOB = False
      MAXJOBRETIREMENTTIME = IfThenElse(OwnerLeaves =?= True, 0, 604800)
      CLAIM_WORKLIFE = 3600
      START = TARGET.JobUniverse == 5 && TARGET.PreCmd =?= UNDEFINED \
        && TARGET.PostCmd =?= UNDEFINED && TARGET.TransferPlugins =?= UNDEFINED \
        && TARGET.HookKeyword =?= UNDEFINED && TARGET.DockerImage =?= UNDEFINED \
        && TARGET.ContainerImage =?= UNDEFINED && (TARGET.Environment ?: "") == "" \
        && (TARGET.Env ?: "") == "" && (OwnerActive =?= True) == False
      STARTD_CRON_JOBLIST = OWNER
      STARTD_CRON_OWNER_EXECUTABLE = /mnt/node/etc/owner-probe
      STARTD_CRON_OWNER_PERIOD = 1s
      POLLING_INTERVAL = 1
      IS_OWNER = (OwnerActive =?= True)
      WANT_SUSPEND = True
      SUSPEND = (OwnerActive =?= True)
      CONTINUE = (OwnerActive =?= True) == False
      PREEMPT = (Activity == "Suspended") && (OwnerLeaves =?= True)
      WANT_VACATE = True
      KILL = False
      MachineMaxVacateTime = 5
      """;

  /** Slots of one machine at once, each with a user of its own. */
  private static final int MOST_SLOTS = 512;

  private static final String ELSEWHERE = "exec.invalid";

  private static final int JOBS_ABOVE = 500_000;

  private CondorConfig() {}

  /** {@return the configuration of this machine's daemons} */
  static String daemons(
      PoolSettings settings,
      String address,
      int condor,
      String trust,
      boolean submits,
      List<Neighbours.Neighbour> neighbours) {
    String manager = settings.role() == Role.MANAGER ? address : settings.manager();
    // Another uid domain for what runs jobs: else a job's owner would have to have an account
    // there.
    // A schedd beside it must have its own, or the shadow may not act for the job's owner.
    boolean worker = settings.role() == Role.WORKER;
    String uids = worker && !submits ? ELSEWHERE : trust;
    List<String> daemons = new ArrayList<>(List.of("MASTER"));
    if (settings.role() == Role.MANAGER) {
      daemons.addAll(List.of("COLLECTOR", "NEGOTIATOR"));
    }
    if (submits) {
      daemons.add("SCHEDD");
    }
    if (settings.role() == Role.WORKER) {
      daemons.add("STARTD");
    }
    return common(manager, settings.port(), address, uids, trust)
        + "DAEMON_LIST = %s\n".formatted(String.join(", ", daemons))
        + flocking(trust, neighbours)
        + (worker && submits
            ? "STARTD.UID_DOMAIN = %1$s\nSTARTER.UID_DOMAIN = %1$s\n".formatted(ELSEWHERE)
            : "")
        + "CONDOR_IDS = %d.%d\n".formatted(condor, condor)
        + "SEC_PASSWORD_DIRECTORY = /mnt/node/passwords\n"
        + "SEC_TOKEN_SYSTEM_DIRECTORY = /mnt/node/tokens\n"
        + (settings.role() == Role.MANAGER ? MANAGER : "")
        + (submits ? SUBMITS : "")
        + (settings.role() == Role.WORKER ? WORKER + slotUsers() : "")
        + (settings.cpus() == 0 ? "" : "NUM_CPUS = " + settings.cpus() + "\n");
  }

  /**
   * Which other pools jobs may go to, and whose negotiators may ask for them: a pool's own, and one
   * that knows this schedd by the token with which it was told of it.
   */
  private static String flocking(String trust, List<Neighbours.Neighbour> neighbours) {
    List<String> negotiators = new ArrayList<>();
    for (String user : List.of("condor", "member", "submit")) {
      negotiators.add(user + "@" + trust);
    }
    List<String> to = new ArrayList<>();
    for (Neighbours.Neighbour one : neighbours) {
      to.add(one.address());
      negotiators.add("condor@" + one.trust());
      negotiators.add("flock@" + one.trust());
    }
    return "ALLOW_NEGOTIATOR = "
        + String.join(" ", negotiators)
        + "\n"
        + (to.isEmpty() ? "" : "FLOCK_TO = " + String.join(", ", to) + "\n");
  }

  /** {@return a user for each slot, so that no job reads what another's folder holds} */
  private static String slotUsers() {
    StringBuilder text = new StringBuilder();
    for (int slot = 1; slot <= MOST_SLOTS; slot++) {
      text.append("SLOT1_%d_USER = gridjob%d\n".formatted(slot, slot));
    }
    return text.toString();
  }

  /** {@return the configuration of the programs with which the portal submits} */
  static String client(PoolSettings settings, String address, String trust) {
    String manager = settings.role() == Role.MANAGER ? address : settings.manager();
    return common(manager, settings.port(), address, trust, trust)
        + "SEC_TOKEN_DIRECTORY = /mnt/node/tokens\n"
        + "SCHEDD_HOST = "
        + host(address)
        + "\n";
  }

  private static String common(
      String manager, int port, String address, String uids, String trust) {
    return """
    CONDOR_HOST = %3$s
    COLLECTOR_HOST = %3$s:%4$d
    SHARED_PORT_PORT = %4$d
    TRUST_DOMAIN = %1$s
    UID_DOMAIN = %6$s
    FILESYSTEM_DOMAIN = $(HOSTNAME)
    NETWORK_INTERFACE = %5$s
    NO_DNS = true
    DEFAULT_DOMAIN_NAME = %7$s
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
    ALLOW_DAEMON = condor@%1$s
    ALLOW_ADMINISTRATOR = condor@%1$s root@$(UID_DOMAIN) condor@$(UID_DOMAIN)
    ALLOW_ADVERTISE_MASTER = condor@%1$s worker@%1$s member@%1$s submit@%1$s
    ALLOW_ADVERTISE_STARTD = worker@%1$s member@%1$s
    ALLOW_ADVERTISE_SCHEDD = condor@%1$s member@%1$s submit@%1$s flock@%1$s
    ALLOW_WRITE = %2$s@%1$s condor@%1$s
    DENY_READ_SCHEDD = worker@%1$s member@%1$s submit@%1$s flock@%1$s watch@%1$s
    ALLOW_READ = *@%1$s condor@$(UID_DOMAIN) root@$(UID_DOMAIN)
    ENABLE_KERNEL_TUNING = false
    MAIL =
    """
        .formatted(trust, SUBMITTER, manager, port, address, uids, DOMAIN);
  }

  /** {@return what HTCondor calls a machine of that address: without DNS, by its address} */
  static String host(String address) {
    return address.replace('.', '-') + "." + DOMAIN;
  }

  /**
   * {@return the accounts inside}
   *
   * @param condor runs the daemons; the jobs' users lie {@value #JOBS_ABOVE} and more above it
   * @param submitter the portal's, as whom job files are read and written
   */
  static String passwd(int condor, int submitter) {
    return """
    root:x:0:0::/root:/bin/bash
    condor:x:%d:%d::/mnt/node:/usr/sbin/nologin
    %s:x:%d:%d::/:/usr/sbin/nologin
    nobody:x:65534:65534::/:/usr/sbin/nologin
    """
            .formatted(condor, condor, SUBMITTER, submitter, submitter)
        + jobUsers("gridjob%d:x:%d:%d::/:/usr/sbin/nologin\n", condor);
  }

  private static String jobUsers(String line, int condor) {
    StringBuilder text = new StringBuilder();
    for (int slot = 1; slot <= MOST_SLOTS; slot++) {
      int uid = condor + JOBS_ABOVE + slot;
      text.append(line.formatted(slot, uid, uid));
    }
    return text.toString();
  }

  static String group(int condor, int submitter) {
    return """
    root:x:0:
    condor:x:%d:
    %s:x:%d:
    nogroup:x:65534:
    """
            .formatted(condor, SUBMITTER, submitter)
        + jobUsers("gridjob%d:x:%d:\n", condor);
  }

  /** {@return the accounts that a job sees} */
  static String jobPasswd() {
    return """
    root:x:0:0::/:/usr/sbin/nologin
    job:x:1000:1000::/work:/bin/sh
    nobody:x:65534:65534::/:/usr/sbin/nologin
    """;
  }
}
