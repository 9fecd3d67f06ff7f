package org.gridappliance.portal.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Everything a portal is told before it starts: the command line and {@code DATA/appliance.yaml}.
 * Immutable; checked by {@link SettingsFile}. Keys, defaults and ranges: {@link Key}.
 *
 * @param data the data folder
 * @param port 0..65535; 0 takes a free one
 * @param listen a literal IP address
 * @param apps folders of shipped applications, first wins
 * @param name this node's name
 * @param names further host names and addresses by which browsers may call
 * @param registration open, approval or closed, until an administrator changes it
 * @param maxFileBytes largest upload
 * @param kept what a person may store, and for how long what he deleted is kept
 * @param reserveBytes free space below which writes are refused
 * @param loginAttempts wrong passwords before 429
 * @param loginWindow how long they are counted
 * @param sessionIdle an unused session's life
 * @param sessionLife a session's life at most
 * @param terminals whether people may open terminals
 * @param desktopIdle after which a desktop that nobody uses ends; zero: never
 * @param desktopLife after which any desktop ends; zero: never
 * @param countries a table of networks and their countries, if one is wanted
 * @param seal where subjobs are sealed: never, joined or always
 * @param network what jobs may connect to: off, public or private
 * @param coresPerPerson that one person's jobs use at once on this portal's executors; 0: all
 * @param approvals CA administrators who must approve a certificate request
 * @param webhookNetworks to which webhooks may go besides the open internet
 * @param mail the mail server, if there is one
 * @param dev check answers against the contract too
 */
public record Settings(
    Path data,
    int port,
    String listen,
    List<Path> apps,
    String name,
    List<String> names,
    Registration registration,
    long maxFileBytes,
    Kept kept,
    long reserveBytes,
    int loginAttempts,
    Duration loginWindow,
    Duration sessionIdle,
    Duration sessionLife,
    boolean terminals,
    Duration desktopIdle,
    Duration desktopLife,
    Optional<Path> countries,
    String seal,
    String network,
    int coresPerPerson,
    int approvals,
    List<Network> webhookNetworks,
    Optional<MailSettings> mail,
    boolean dev) {

  /** Who may make an account. */
  public enum Registration {
    OPEN,
    APPROVAL,
    CLOSED
  }

  /**
   * What a person may store.
   *
   * @param quotaBytes files, trash and versions together
   * @param days for which trash and versions are kept; 0: not at all
   * @param versions of one file at most
   * @param percent of the quota that trash and versions may take
   */
  public record Kept(long quotaBytes, int days, int versions, int percent) {}

  public Settings {
    apps = List.copyOf(apps);
    names = List.copyOf(names);
    webhookNetworks = List.copyOf(webhookNetworks);
  }
}
