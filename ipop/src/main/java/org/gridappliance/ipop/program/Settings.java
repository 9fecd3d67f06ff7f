package org.gridappliance.ipop.program;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.gridappliance.ipop.services.Network;
import org.gridappliance.ipop.services.VirtualNet;
import org.gridappliance.ipop.wire.Contact;
import org.gridappliance.ipop.wire.Endpoint;
import org.gridappliance.ipop.wire.PublicKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings file {@code ipop.yaml}. Every key but {@code namespace} has a default.
 *
 * @param namespace the pool's name, 1 to 64 characters
 * @param secret shared by all nodes of the ring; empty for an open one
 * @param port UDP port, 0 for any; 4800
 * @param tls port to accept TLS connections at, 1 to 65535; none unless it is set
 * @param bootstrap known nodes as {@code KEY@HOST:PORT} (UDP; TLS is tried at port 443 of the same
 *     host), or {@code KEY@tls://HOST:PORT} (TLS only); empty for the first node
 * @param device name of the TAP device, or empty for a node without one ("SimpleNode"); ipop0
 * @param network the virtual network and its search domain; 10.128.0.0/9 and ipop
 * @param name host name for this node in the pool's domain
 * @param resolvers name servers for what is not the pool's; unset: those of /etc/resolv.conf
 * @param offload whether to ask the kernel for super-packets; true, and what it refuses is done
 *     without
 * @param data folder for the key file and the local API's socket
 */
record Settings(
    String namespace,
    String secret,
    int port,
    OptionalInt tls,
    List<String> bootstrap,
    Optional<String> device,
    Network network,
    Optional<String> name,
    Optional<List<InetAddress>> resolvers,
    boolean offload,
    Path data) {

  private static final int TLS_PORT = 443;
  private static final String TLS = "tls://";
  private static final Logger log = LoggerFactory.getLogger(Settings.class);

  /** As it stands in the file. */
  private record File(
      @JsonProperty("namespace") @Nullable String namespace,
      @JsonProperty("secret") @Nullable String secret,
      @JsonProperty("port") @Nullable Integer port,
      @JsonProperty("tls") @Nullable Integer tls,
      @JsonProperty("bootstrap") @Nullable List<String> bootstrap,
      @JsonProperty("device") @Nullable String device,
      @JsonProperty("network") @Nullable String network,
      @JsonProperty("domain") @Nullable String domain,
      @JsonProperty("name") @Nullable String name,
      @JsonProperty("resolvers") @Nullable List<String> resolvers,
      @JsonProperty("offload") @Nullable Boolean offload,
      @JsonProperty("data") @Nullable String data) {}

  /**
   * Reads and checks the file.
   *
   * @throws IOException naming the key, its value and what was wanted
   */
  static Settings read(Path path) throws IOException {
    File file;
    try {
      file =
          new ObjectMapper(new YAMLFactory())
              .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
              .readValue(path.toFile(), File.class);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IOException(path + ": " + e.getOriginalMessage(), e);
    }
    String namespace = or(file.namespace, "");
    if (namespace.isEmpty() || namespace.length() > 64) {
      throw new IOException(
          path + ": namespace \"" + namespace + "\": want the pool's name, 1 to 64 characters");
    }
    int port = file.port == null ? 4800 : file.port;
    if (port < 0 || port > 65_535) {
      throw new IOException(path + ": port " + port + ": want 0 to 65535");
    }
    if (file.tls != null && (file.tls < 1 || file.tls > 65_535)) {
      throw new IOException(path + ": tls " + file.tls + ": want 1 to 65535, or no such line");
    }
    String device = or(file.device, "ipop0");
    try {
      return new Settings(
          namespace,
          or(file.secret, ""),
          port,
          file.tls == null ? OptionalInt.empty() : OptionalInt.of(file.tls),
          file.bootstrap == null ? List.of() : List.copyOf(file.bootstrap),
          device.isEmpty() ? Optional.empty() : Optional.of(device),
          Network.parse(or(file.network, "10.128.0.0/9"), or(file.domain, "ipop")),
          VirtualNet.checkedName(or(file.name, "")),
          Optional.ofNullable(file.resolvers).map(Resolvers::parse),
          file.offload == null || file.offload,
          Path.of(or(file.data, path.toAbsolutePath().getParent() + "/ipop-data")));
    } catch (IllegalArgumentException e) {
      throw new IOException(path + ": " + e.getMessage(), e);
    }
  }

  /**
   * {@return the bootstrap nodes with their hosts looked up}; those that cannot be are left out.
   * Where nothing else is said TLS is tried at port 443 if UDP stays without an answer.
   */
  List<Contact> contacts() throws IOException {
    List<Contact> contacts = new ArrayList<>();
    for (String entry : bootstrap) {
      Contact contact = contact(entry);
      List<Endpoint> all = new ArrayList<>();
      contact.endpoints().stream().limit(Contact.MAX_ENDPOINTS / 2).forEach(all::add);
      for (Endpoint endpoint : List.copyOf(all)) {
        if (endpoint.isUdp()) {
          all.add(endpoint.withPort(TLS_PORT).over(Endpoint.Transport.TLS));
        }
      }
      contacts.add(new Contact(contact.key(), all));
    }
    return contacts;
  }

  /** Reads {@code KEY@HOST:PORT} or {@code KEY@tls://HOST:PORT}. */
  static Contact contact(String entry) throws IOException {
    int at = entry.indexOf('@');
    int colon = entry.lastIndexOf(':');
    if (at < 0 || colon < at) {
      throw new IOException(
          "bootstrap \"" + entry + "\": want KEY@HOST:PORT or KEY@tls://HOST:PORT");
    }
    boolean isTls = entry.startsWith(TLS, at + 1);
    int from = at + 1 + (isTls ? TLS.length() : 0);
    if (colon < from) {
      throw new IOException("bootstrap \"" + entry + "\": has no port");
    }
    try {
      PublicKey key = PublicKey.parse(entry.substring(0, at));
      String host = entry.substring(from, colon).replaceAll("^\\[|]$", "");
      int port = Integer.parseInt(entry.substring(colon + 1));
      List<Endpoint> endpoints = new ArrayList<>();
      for (InetAddress address : InetAddress.getAllByName(host)) {
        if (endpoints.size() < Contact.MAX_ENDPOINTS) {
          Endpoint endpoint = Endpoint.of(new InetSocketAddress(address, port));
          endpoints.add(isTls ? endpoint.over(Endpoint.Transport.TLS) : endpoint);
        }
      }
      return new Contact(key, endpoints);
    } catch (UnknownHostException e) {
      log.warn("bootstrap host unknown entry={}", entry); // others may do: start all the same
      return new Contact(PublicKey.parse(entry.substring(0, at)), List.of());
    } catch (IllegalArgumentException e) {
      throw new IOException("bootstrap \"" + entry + "\": " + e.getMessage(), e);
    }
  }

  private static String or(@Nullable String value, String other) {
    return value == null ? other : value;
  }
}
