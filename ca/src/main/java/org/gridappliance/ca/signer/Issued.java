package org.gridappliance.ca.signer;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What was issued and revoked, as the log tells it. Used under the signer's lock. */
final class Issued {
  /**
   * One certificate.
   *
   * @param serial lower-case hexadecimal
   * @param keyDigest SHA-256 of its public key
   * @param certificate DER in base64
   */
  record Item(
      String serial,
      String request,
      String profile,
      String name,
      String keyDigest,
      Instant until,
      String certificate) {}

  /** When and why one was revoked. */
  record Revoked(Instant at, int reason) {}

  private final Map<String, Item> bySerial = new LinkedHashMap<>();
  private final Map<String, Item> byRequest = new LinkedHashMap<>();
  private final Map<String, List<Item>> byName = new LinkedHashMap<>();
  private final Map<String, Revoked> revoked = new LinkedHashMap<>();

  /** Takes a line of the log into account. */
  void learn(JsonNode line) {
    switch (line.path("kind").asText()) {
      case "issue" -> {
        Item item =
            new Item(
                line.path("serial").asText(),
                line.path("request").asText(),
                line.path("profile").asText(),
                line.path("name").asText(),
                line.path("key").asText(),
                Instant.parse(line.path("until").asText()),
                line.path("certificate").asText());
        bySerial.put(item.serial(), item);
        byRequest.put(item.request(), item);
        byName.computeIfAbsent(key(item.profile(), item.name()), k -> new ArrayList<>()).add(item);
      }
      case "revoke" ->
          revoked.putIfAbsent(
              line.path("serial").asText(),
              new Revoked(Instant.parse(line.path("at").asText()), line.path("reason").asInt()));
      default -> {
        // others change nothing here
      }
    }
  }

  private static String key(String profile, String name) {
    return profile + " " + name;
  }

  Optional<Item> serial(String serial) {
    return Optional.ofNullable(bySerial.get(serial));
  }

  Optional<Item> request(String request) {
    return Optional.ofNullable(byRequest.get(request));
  }

  /** {@return those of a name that are neither revoked nor over} */
  List<Item> living(String profile, String name, Instant now) {
    return byName.getOrDefault(key(profile, name), List.of()).stream()
        .filter(item -> !revoked.containsKey(item.serial()) && item.until().isAfter(now))
        .toList();
  }

  boolean isRevoked(String serial) {
    return revoked.containsKey(serial);
  }

  Optional<Revoked> revocation(String serial) {
    return Optional.ofNullable(revoked.get(serial));
  }

  Collection<Map.Entry<String, Revoked>> revoked() {
    return List.copyOf(revoked.entrySet());
  }

  int count() {
    return bySerial.size();
  }
}
