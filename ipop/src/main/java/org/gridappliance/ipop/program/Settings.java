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
import org.gridappliance.ipop.services.Network;
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
 * @param bootstrap known nodes as {@code KEY@HOST:PORT}; empty for the first node
 * @param device name of the TAP device, or empty for a node without one ("SimpleNode"); ipop0
 * @param network the virtual network and its search domain; 10.128.0.0/9 and ipop
 * @param data folder for the key file and the local API's socket
 */
record Settings(
    String namespace,
    String secret,
    int port,
    List<String> bootstrap,
    Optional<String> device,
    Network network,
    Path data) {

  private static final Logger log = LoggerFactory.getLogger(Settings.class);

  /** As it stands in the file. */
  private record File(
      @JsonProperty("namespace") @Nullable String namespace,
      @JsonProperty("secret") @Nullable String secret,
      @JsonProperty("port") @Nullable Integer port,
      @JsonProperty("bootstrap") @Nullable List<String> bootstrap,
      @JsonProperty("device") @Nullable String device,
      @JsonProperty("network") @Nullable String network,
      @JsonProperty("domain") @Nullable String domain,
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
    String device = or(file.device, "ipop0");
    try {
      return new Settings(
          namespace,
          or(file.secret, ""),
          port,
          file.bootstrap == null ? List.of() : List.copyOf(file.bootstrap),
          device.isEmpty() ? Optional.empty() : Optional.of(device),
          Network.parse(or(file.network, "10.128.0.0/9"), or(file.domain, "ipop")),
          Path.of(or(file.data, path.toAbsolutePath().getParent() + "/ipop-data")));
    } catch (IllegalArgumentException e) {
      throw new IOException(path + ": " + e.getMessage(), e);
    }
  }

  /**
   * {@return the bootstrap nodes with their hosts looked up}; those that cannot be are left out.
   */
  List<Contact> contacts() throws IOException {
    List<Contact> contacts = new ArrayList<>();
    for (String entry : bootstrap) {
      contacts.add(contact(entry));
    }
    return contacts;
  }

  /** Reads {@code KEY@HOST:PORT}. */
  static Contact contact(String entry) throws IOException {
    int at = entry.indexOf('@');
    int colon = entry.lastIndexOf(':');
    if (at < 0 || colon < at) {
      throw new IOException("bootstrap \"" + entry + "\": want KEY@HOST:PORT");
    }
    try {
      PublicKey key = PublicKey.parse(entry.substring(0, at));
      String host = entry.substring(at + 1, colon).replaceAll("^\\[|]$", "");
      int port = Integer.parseInt(entry.substring(colon + 1));
      List<Endpoint> endpoints = new ArrayList<>();
      for (InetAddress address : InetAddress.getAllByName(host)) {
        if (endpoints.size() < Contact.MAX_ENDPOINTS) {
          endpoints.add(Endpoint.of(new InetSocketAddress(address, port)));
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
