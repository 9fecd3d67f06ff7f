package org.gridappliance.agent.ipsec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * strongSwan's charon with ESP in user space (kernel-libipsec), driven by vici. One connection for
 * each peer, whose identity is its virtual address. Ends with the thread that started it. Used by
 * that thread.
 */
final class Charon implements AutoCloseable {
  /** Of the overlay device's 1,280 bytes ESP in UDP takes up to 80. */
  private static final String MTU = "1200";

  private static final long START_SECONDS = 10;
  private static final long END_SECONDS = 3;
  private static final String PROPOSAL = "aes256gcm16-prfsha384-x25519";
  private static final String ESP = "aes256gcm16-x25519";

  private static final String SETTINGS =
      """
      charon-systemd {
        load = random nonce openssl kdf pem x509 pubkey pkcs1 pkcs8 revocation constraints addrblock kernel-libipsec kernel-netlink socket-default vici
        install_virtual_ip = no
        make_before_break = no
        retransmit_timeout = 0.6
        retransmit_base = 1.6
        retransmit_tries = 6
        plugins {
          kernel-libipsec { allow_peer_ts = yes }
          kernel-netlink { fwmark = !0x42 }
          socket-default { fwmark = 0x42 }
          vici { socket = unix://@SOCKET@ }
        }
        filelog {
          log {
            path = @LOG@
            default = 1
            append = no
          }
        }
      }
      """;

  private final Process process;
  private final Path socket;
  private final String own;
  private final String certificate;
  private final String authority;

  private Charon(Process process, Path socket, String own, String certificate, String authority) {
    this.process = process;
    this.socket = socket;
    this.own = own;
    this.certificate = certificate;
    this.authority = authority;
  }

  /**
   * Starts it and gives it key, certificates and revocation list.
   *
   * @param own this machine's virtual address
   */
  static Charon start(IpsecFolder folder, String own) throws IOException, InterruptedException {
    Path socket = folder.file("charon.vici");
    Files.deleteIfExists(socket);
    folder.write(
        "strongswan.conf",
        SETTINGS
            .replace("@SOCKET@", socket.toString())
            .replace("@LOG@", folder.file("charon.log").toString()));
    ProcessBuilder builder =
        new ProcessBuilder("setpriv", "--pdeathsig", "TERM", "--", "/usr/sbin/charon-systemd");
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    builder.environment().put("STRONGSWAN_CONF", folder.file("strongswan.conf").toString());
    builder.redirectErrorStream(true).redirectOutput(folder.file("charon.out").toFile());
    Process process = builder.start();
    Charon charon =
        new Charon(process, socket, own, pem(folder.read("node.der")), pem(folder.read("ca.der")));
    try {
      charon.awaitSocket();
      try (ViciClient vici = charon.vici()) {
        vici.command("load-key", Map.of("type", "any", "data", text(folder.read("key.pem"))));
        vici.command("load-cert", Map.of("type", "X509", "flag", "CA", "data", charon.authority));
        vici.command(
            "load-cert",
            Map.of("type", "X509", "flag", "NONE", "data", pem(folder.read("list.der"))));
      }
      charon.load(folder.read("crl.der"));
      Words.run("", "ip", "link", "set", "ipsec0", "mtu", MTU);
      return charon;
    } catch (IOException | InterruptedException e) {
      charon.close();
      throw e;
    }
  }

  private void awaitSocket() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!Files.exists(socket) || !Files.exists(Path.of("/sys/class/net/ipsec0"))) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IOException("charon does not start; see " + socket.resolveSibling("charon.log"));
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private ViciClient vici() throws IOException {
    return new ViciClient(socket);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Takes a revocation list and forgets earlier ones, which it would go on believing. */
  void load(byte[] list) throws IOException {
    try (ViciClient vici = vici()) {
      vici.command("flush-certs", Map.of("type", "X509_CRL"));
      vici.command("load-cert", Map.of("type", "X509_CRL", "flag", "NONE", "data", text(list)));
      vici.command("flush-certs", Map.of("type", "X509_CRL"));
    }
  }

  /** Makes a peer's connection known; nothing but IPsec is routed there from now on. */
  void add(String peer) throws IOException {
    Map<String, Object> child = new LinkedHashMap<>();
    child.put("local_ts", List.of(own + "/32"));
    child.put("remote_ts", List.of(peer + "/32"));
    child.put("mode", "tunnel"); // transport is refused by libipsec, and then nothing is protected
    child.put("esp_proposals", List.of(ESP));
    child.put("start_action", "trap");
    child.put("dpd_action", "clear");
    Map<String, Object> connection = new LinkedHashMap<>();
    connection.put("version", "2");
    connection.put("local_addrs", List.of(own));
    connection.put("remote_addrs", List.of(peer));
    connection.put("proposals", List.of(PROPOSAL));
    connection.put("mobike", "no");
    connection.put("dpd_delay", "10s");
    connection.put("reauth_time", "1h");
    connection.put("unique", "replace");
    connection.put("local-1", Map.of("auth", "pubkey", "id", own, "certs", List.of(certificate)));
    connection.put(
        "remote-1",
        Map.of(
            "auth", "pubkey", "id", peer, "cacerts", List.of(authority), "revocation", "strict"));
    connection.put("children", Map.of(peer, child));
    try (ViciClient vici = vici()) {
      vici.command("load-conn", Map.of(peer, connection));
    }
  }

  /** Forgets a peer and cuts it. */
  void remove(String peer) throws IOException {
    try (ViciClient vici = vici()) {
      vici.command("unload-conn", Map.of("name", peer));
    }
    cut(peer);
  }

  /** Ends what is established with a peer, if anything. */
  void cut(String peer) throws IOException {
    if (!established(false).contains(peer)) {
      return;
    }
    try (ViciClient vici = vici()) {
      vici.command("terminate", Map.of("ike", peer, "force", "yes", "timeout", "1000"));
    } catch (IOException e) {
      if (established(false).contains(peer)) {
        throw e;
      }
    }
  }

  /**
   * {@return the peers with an IKE SA}
   *
   * @param whole only those whose ESP stands too
   */
  Set<String> established(boolean whole) throws IOException {
    Set<String> peers = new HashSet<>();
    try (ViciClient vici = vici()) {
      for (Map<String, Object> event : vici.stream("list-sas", "list-sa", Map.of())) {
        event.forEach(
            (name, value) -> {
              if (value instanceof Map<?, ?> sa) {
                boolean up =
                    "ESTABLISHED".equals(sa.get("state"))
                        && sa.get("child-sas") instanceof Map<?, ?> children
                        && children.values().stream()
                            .anyMatch(
                                c ->
                                    c instanceof Map<?, ?> child
                                        && "INSTALLED".equals(child.get("state")));
                if (up || !whole) {
                  peers.add(name);
                }
              }
            });
      }
    }
    return peers;
  }

  /** Establishes IPsec with a peer. {@return why not; empty when it stands} */
  String initiate(String peer, long millis) throws IOException {
    try (ViciClient vici = vici()) {
      vici.command(
          "initiate",
          Map.of("child", peer, "ike", peer, "timeout", Long.toString(millis), "loglevel", "-1"));
      return "";
    } catch (IOException e) {
      if (!isAlive()) {
        throw e;
      }
      return String.valueOf(e.getMessage());
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  static String pem(byte[] der) {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END CERTIFICATE-----\n";
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
