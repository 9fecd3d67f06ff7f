package org.gridappliance.portal.settings;

import java.util.List;

/**
 * One key of {@code appliance.yaml}. The table in {@code docs/settings.md} is made from this list.
 *
 * @param name dotted, as {@code login.attempts}
 * @param byDefault as it would be written in the file
 * @param range what is accepted, in words
 * @param about what it does, one line
 */
public record Key(String name, String byDefault, String range, String about) {
  static final Key NAME =
      new Key("name", "host name", "1..64 characters", "this node's name, shown on every page");
  static final Key PORT = new Key("port", "8443", "0..65535; 0 takes a free one", "TCP port");
  static final Key LISTEN =
      new Key(
          "listen",
          "127.0.0.1",
          "an IP address of this machine",
          "address to listen on; every address that is not loopback is served by HTTPS");
  static final Key NAMES =
      new Key(
          "names",
          "[]",
          "up to 32 host names or addresses",
          "further names under which browsers reach this portal; others are refused");
  static final Key REGISTRATION =
      new Key(
          "registration",
          "approval",
          "open, approval or closed",
          "who may make an account; the Admin page changes it later");
  static final Key FILE_BYTES =
      new Key(
          "files.max-bytes",
          "68719476736",
          "1..1099511627776 bytes",
          "largest file that one upload may write");
  static final Key QUOTA_BYTES =
      new Key(
          "files.quota-bytes",
          "53687091200",
          "1048576..1125899906842624 bytes",
          "what one person's files, their trash and their versions may take");
  static final Key KEPT_DAYS =
      new Key(
          "files.kept-days",
          "30",
          "0..3650; 0 keeps nothing",
          "how long what was deleted or overwritten can be restored");
  static final Key KEPT_VERSIONS =
      new Key("files.kept-versions", "20", "0..1000", "earlier versions kept of one file");
  static final Key KEPT_PERCENT =
      new Key(
          "files.kept-percent",
          "30",
          "0..100",
          "share of the quota that trash and versions may take; the oldest go first");
  static final Key RESERVE =
      new Key(
          "disk.reserve-bytes",
          "268435456",
          "0..1099511627776 bytes",
          "with less free space than this in the data folder, writes are refused");
  static final Key ATTEMPTS =
      new Key(
          "login.attempts",
          "10",
          "3..1000",
          "wrong passwords, by account and by address, before further tries are refused");
  static final Key WINDOW =
      new Key(
          "login.window-minutes", "15", "1..1440", "how long such tries are counted and refused");
  static final Key IDLE_HOURS =
      new Key("session.idle-hours", "12", "1..168", "a session unused for so long ends");
  static final Key SESSION_DAYS =
      new Key("session.days", "7", "1..90", "a session ends so long after its login");

  static final Key SAMBA_ENABLED =
      new Key(
          "samba.enabled",
          "true",
          "true or false",
          "whether the agent, where it is root, serves people's files by Samba too");
  static final Key SAMBA_LISTEN =
      new Key(
          "samba.listen",
          "[]",
          "up to 16 IP addresses of this machine",
          "where Samba listens besides 127.0.0.1; these always want a password");
  static final Key SAMBA_PORT =
      new Key("samba.port", "8445", "1..65535", "Samba's TCP port, on every address");
  static final Key SAMBA_VISITORS =
      new Key(
          "samba.visitors",
          "true",
          "true or false",
          "whether programs of this machine's people reach the first administrator's files on"
              + " 127.0.0.1 without a password; switch it off where several people log in");

  static final Key TERMINALS =
      new Key(
          "desktops.terminals",
          "true",
          "true or false",
          "whether people may open terminals in the browser");
  static final Key DESKTOP_IDLE =
      new Key(
          "desktops.idle-hours",
          "0",
          "0..8760; 0: never",
          "a desktop or terminal that nobody has used for so long ends; its owner is warned and can"
              + " put it off");
  static final Key DESKTOP_LIFE =
      new Key(
          "desktops.life-hours",
          "0",
          "0..8760; 0: never",
          "a desktop or terminal ends so long after it was opened; its owner is warned and can put"
              + " it off");

  static final Key POOL_ROLE =
      new Key(
          "pool.role",
          "off",
          "off, manager, worker or submit",
          "this machine's part in an HTCondor pool, where the appliance was started by root; what a"
              + " pool admin sets in the page goes before it");
  static final Key POOL_MANAGER =
      new Key(
          "pool.manager",
          "none",
          "an IPv4 address or none",
          "of a worker: where the pool's manager is");
  static final Key POOL_ADDRESS =
      new Key(
          "pool.address",
          "auto",
          "an IPv4 address, an interface's name or auto",
          "where HTCondor listens; auto: a manager on 127.0.0.1, a worker where its way to the"
              + " manager begins");
  static final Key POOL_PORT =
      new Key("pool.port", "9618", "1..65535", "HTCondor's one TCP port, the same on every node");
  static final Key POOL_CPUS =
      new Key("pool.cpus", "0", "0..4096; 0: all", "cores that a worker lends to HTCondor");

  static final Key POOL_COUNTRIES =
      new Key(
          "pool.countries",
          "/usr/share/libloc-location/location.db",
          "a path, absolute or beneath DATA, or none",
          "table (of Debian's package libloc-database) by which the map guesses the country of a"
              + " machine without a place; none: it guesses nothing");

  static final Key JOBS_NETWORK =
      new Key(
          "jobs.network",
          "off",
          "off, public or private",
          "whether jobs connect to the hosts that their applications name: to none, to hosts of the"
              + " open internet, or to those of private networks too");

  static final Key JOBS_CORES =
      new Key(
          "jobs.cores-per-person",
          "0",
          "0..4096; 0: all",
          "cores that one person's jobs use at once on this portal's executors; a subjob that alone"
              + " needs more runs by itself");

  static final Key POOL_SEAL =
      new Key(
          "pool.seal",
          "joined",
          "never, joined or always",
          "where a subjob's inputs, scratch and results lie on the disk only sealed with a key of"
              + " its own: on machines other than the portal's, or on all");

  static final Key CA_APPROVALS =
      new Key(
          "ca.approvals",
          "1",
          "1..9",
          "how many CA administrators must approve a certificate request, or a rule that approves"
              + " requests");

  static final Key WEBHOOK_NETWORKS =
      new Key(
          "webhooks.networks",
          "[]",
          "up to 16 networks as 10.1.0.0/16",
          "private networks, or this machine's own addresses, to which people's webhooks may go, by"
              + " http too; else they go to the open internet alone, by https");

  static final Key MAIL_HOST =
      new Key(
          "mail.host",
          "none",
          "a host name, an address or none",
          "the mail server that takes what people are told of their jobs' ends; none: no mail");
  static final Key MAIL_PORT =
      new Key("mail.port", "587", "1..65535", "its TCP port; 465 with tls, as a rule");
  static final Key MAIL_SECURITY =
      new Key(
          "mail.security",
          "starttls",
          "starttls, tls or none",
          "how the connection to it is kept from others; none only without mail.user, or on"
              + " 127.0.0.1");
  static final Key MAIL_USER =
      new Key("mail.user", "none", "1 to 254 letters without spaces, or none", "the account there");
  static final Key MAIL_PASSWORD =
      new Key(
          "mail.password-file",
          "keys/mail.password",
          "a path, absolute or beneath DATA",
          "file of the account's password, which nobody but the portal's user may read; read anew"
              + " for each mail");
  static final Key MAIL_FROM =
      new Key(
          "mail.from",
          "none",
          "an address as grid@example.org, or none without mail.host",
          "the sender of all mail");
  static final Key MAIL_MINUTES =
      new Key(
          "mail.minutes",
          "15",
          "1..1440",
          "a person gets at most one mail in so long; what ends meanwhile is gathered");

  static final Key OVERLAY_POOL =
      new Key(
          "overlay.pool",
          "none",
          "1 to 64 letters, digits, dots, _ and -, or none",
          "the pool whose overlay network this machine is on, where the appliance was started by"
              + " root; a secret of the ring is laid into DATA/keys/overlay.secret");
  static final Key OVERLAY_BOOTSTRAP =
      new Key(
          "overlay.bootstrap",
          "none",
          "KEY@HOST:PORT, or a list of them, or none",
          "nodes to join by; none for the first one. Without an answer by UDP, TLS is tried at port"
              + " 443 of the same host, or where KEY@tls://HOST:PORT says");
  static final Key OVERLAY_PORT =
      new Key("overlay.port", "4800", "0..65535; 0: any", "the overlay's UDP port");
  static final Key OVERLAY_TLS =
      new Key(
          "overlay.tls",
          "none",
          "1..65535, or none",
          "TCP port at which nodes behind a firewall without UDP are let in; 443 on a machine with a"
              + " public address");
  static final Key OVERLAY_NAME =
      new Key(
          "overlay.name",
          "none",
          "1 to 63 lower-case letters, digits and hyphens, or none",
          "host name of this machine in the overlay, as NAME.ipop; the first to take it keeps it");
  static final Key OVERLAY_DEVICE =
      new Key(
          "overlay.device",
          "ipop0",
          "1 to 15 letters, digits, dots, _ and -",
          "the network device that is made");
  static final Key OVERLAY_DHCP =
      new Key(
          "overlay.dhcp",
          "true",
          "true or false",
          "whether the appliance asks for the device's address itself; switch it off where the"
              + " machine's own DHCP client does");

  /** All keys, in the order of the documentation. */
  public static final List<Key> ALL =
      List.of(
          NAME,
          PORT,
          LISTEN,
          NAMES,
          REGISTRATION,
          FILE_BYTES,
          QUOTA_BYTES,
          KEPT_DAYS,
          KEPT_VERSIONS,
          KEPT_PERCENT,
          RESERVE,
          ATTEMPTS,
          WINDOW,
          IDLE_HOURS,
          SESSION_DAYS,
          SAMBA_ENABLED,
          SAMBA_LISTEN,
          SAMBA_PORT,
          SAMBA_VISITORS,
          TERMINALS,
          DESKTOP_IDLE,
          DESKTOP_LIFE,
          POOL_ROLE,
          POOL_MANAGER,
          POOL_ADDRESS,
          POOL_PORT,
          POOL_CPUS,
          POOL_COUNTRIES,
          JOBS_NETWORK,
          JOBS_CORES,
          POOL_SEAL,
          CA_APPROVALS,
          WEBHOOK_NETWORKS,
          MAIL_HOST,
          MAIL_PORT,
          MAIL_SECURITY,
          MAIL_USER,
          MAIL_PASSWORD,
          MAIL_FROM,
          MAIL_MINUTES,
          OVERLAY_POOL,
          OVERLAY_BOOTSTRAP,
          OVERLAY_PORT,
          OVERLAY_TLS,
          OVERLAY_NAME,
          OVERLAY_DEVICE,
          OVERLAY_DHCP);
}
