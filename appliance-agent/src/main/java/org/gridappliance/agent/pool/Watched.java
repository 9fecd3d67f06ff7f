package org.gridappliance.agent.pool;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.regex.Pattern;
import org.gridappliance.agent.verb.Verb;
import org.gridappliance.jobs.lease.LeaseProtocol;

/**
 * Other pools that are looked at and nothing else: their names in {@code watched.json}, and for
 * each that wants one a token beside the portal's own, {@code client/tokens/watch-ADDRESS}, which
 * no daemon of ours shows to anybody.
 */
record Watched(Path file, Path tokens) {
  private static final Pattern ADDRESS =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}(:[0-9]{1,5})?");
  private static final String READ = "condor:/READ";
  private static final int MOST = 16;
  private static final int LONGEST_NAME = 80;

  static Watched of(PoolFolders folders) {
    return new Watched(folders.root().resolve("watched.json"), folders.client().resolve("tokens"));
  }

  /**
   * {@return each as {@code {address, name, place?, expires?}}; when its token ends in seconds
   * since 1970}
   */
  ArrayNode all() throws IOException {
    String text = PoolFolders.text(file);
    if (text.isEmpty()) {
      return LeaseProtocol.json().createArrayNode();
    }
    try {
      if (LeaseProtocol.json().readTree(text) instanceof ArrayNode all) {
        return all;
      }
    } catch (JacksonException e) {
      throw new IOException(file + " is damaged (" + e.getOriginalMessage() + "); remove it", e);
    }
    throw new IOException(file + " is damaged (no list); remove it");
  }

  /**
   * Adds a pool, or says something else of it.
   *
   * @param asked its collector's address, a name, and maybe a place and a token
   * @param submitter who reads the token
   * @throws Verb.Refused when it cannot be
   */
  void put(JsonNode asked, int submitter) throws IOException {
    String address = checked(asked.path("address").asText());
    String name = asked.path("name").asText().strip();
    if (name.isEmpty()
        || name.length() > LONGEST_NAME
        || name.chars().anyMatch(Character::isISOControl)) {
      throw new Verb.Refused(
          422, "name: want 1 to " + LONGEST_NAME + " letters, by which people know the pool");
    }
    String token = asked.path("token").asText("").strip();
    long expires = token.isEmpty() ? 0 : expiry(token);
    if (!Files.isDirectory(tokens)) {
      throw new Verb.Refused(
          409,
          "other pools are read with the programs of HTCondor as this machine submits with; make it"
              + " a manager, or one that submits");
    }
    ArrayNode all = without(address);
    if (all.size() >= MOST) {
      throw new Verb.Refused(409, MOST + " pools are watched already; remove one");
    }
    ObjectNode one = all.addObject().put("address", address).put("name", name);
    if (asked.path("place").isObject()) {
      one.set("place", asked.path("place"));
    }
    if (expires != 0) {
      one.put("expires", expires);
    }
    if (token.isEmpty()) {
      Files.deleteIfExists(token(address));
    } else {
      PoolFolders.write(token(address), token + "\n", "r--------", submitter);
    }
    keep(all);
  }

  /**
   * {@return when a token ends, seconds since 1970; 0 for one that says nothing of it}
   *
   * @throws Verb.Refused when it is none, ended, or may do more than read: the portal's user could
   *     use it
   */
  private static long expiry(String token) throws Verb.Refused {
    JsonNode claims = CondorTokens.claims(token);
    if (!CondorTokens.isToken(token) || !claims.isObject()) {
      throw new Verb.Refused(
          422, "this is no whole token; the other pool's manager makes one of the kind watch");
    }
    String scope = claims.path("scope").asText("");
    if (!scope.equals(READ)) {
      throw new Verb.Refused(
          422,
          "this token may do more than read ("
              + (scope.isEmpty() ? "it has no bounds" : scope.replace("condor:/", ""))
              + "); have the other pool's manager make one of the kind watch");
    }
    long expires = claims.path("exp").asLong(0);
    if (expires != 0 && expires <= System.currentTimeMillis() / 1000) {
      throw new Verb.Refused(
          422,
          "this token ended at "
              + Instant.ofEpochSecond(expires)
              + "; have the other pool's manager make a new one");
    }
    return expires;
  }

  /** Looks at it no more. */
  void remove(String address) throws IOException {
    ArrayNode rest = without(checked(address));
    if (rest.size() == all().size()) {
      throw new Verb.Refused(404, "pool " + address + " is not watched");
    }
    Files.deleteIfExists(token(address));
    keep(rest);
  }

  private static String checked(String address) {
    if (!ADDRESS.matcher(address).matches()) {
      throw new Verb.Refused(
          422,
          "address=" + address + ": want the collector's IPv4 address, as 10.0.0.7 or with :PORT");
    }
    return address;
  }

  private Path token(String address) {
    return tokens.resolve("watch-" + address.replace(':', '_'));
  }

  private ArrayNode without(String address) throws IOException {
    ArrayNode rest = LeaseProtocol.json().createArrayNode();
    for (JsonNode one : all()) {
      if (!one.path("address").asText().equals(address)) {
        rest.add(one);
      }
    }
    return rest;
  }

  private void keep(ArrayNode all) throws IOException {
    PoolFolders.write(file, all + "\n", "rw-------", 0);
  }
}
