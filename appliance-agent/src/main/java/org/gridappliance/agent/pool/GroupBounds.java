package org.gridappliance.agent.pool;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.gridappliance.agent.verb.Verb;
import org.gridappliance.jobs.lease.GroupPolicies;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.Sharing;

/**
 * The pool's policy at the manager, kept as {@code policies.json}: its portal says it, and the
 * collector tells it to every machine that asks, in the ad of its own ({@value #ATTRIBUTE}). Nobody
 * but the manager's daemons may write that ad, and a machine's token lets it read it.
 */
record GroupBounds(Path file) {
  /** Base64 of the JSON of {@link GroupPolicies}: no character of it means anything to HTCondor. */
  static final String ATTRIBUTE = "GridPolicies";

  /** 10,000 machines in groups of long names are half of it. */
  private static final int MOST_CHARACTERS = 2 << 20;

  static GroupBounds of(PoolFolders folders) {
    return new GroupBounds(folders.root().resolve("policies.json"));
  }

  /**
   * Keeps another policy.
   *
   * @param revision what its portal calls it
   * @throws Verb.Refused when it is none
   */
  void set(String revision, JsonNode policies) throws IOException {
    try {
      Map<String, ?> kept = Map.of("revision", revision, "policies", read(policies));
      PoolFolders.write(file, LeaseProtocol.json().writeValueAsString(kept) + "\n", "rw-------", 0);
    } catch (JacksonException e) {
      throw new Verb.Refused(422, "no policies: " + why(e));
    }
  }

  /** {@return what its portal called the policy that holds; empty before it said any} */
  String revision() throws IOException {
    return kept().path("revision").asText("");
  }

  /** {@return the manager's configuration that has the collector tell it} */
  String config() throws IOException {
    JsonNode policies = kept().path("policies");
    if (policies.path("groups").isEmpty()) {
      return "";
    }
    String text =
        Base64.getEncoder().encodeToString(LeaseProtocol.json().writeValueAsBytes(policies));
    return "COLLECTOR_ATTRS = %1$s\n%1$s = \"%2$s\"\n".formatted(ATTRIBUTE, text);
  }

  private JsonNode kept() throws IOException {
    String text = PoolFolders.text(file);
    try {
      return LeaseProtocol.json().readTree(text.isEmpty() ? "{}" : text);
    } catch (JacksonException e) {
      throw new IOException(file + " is damaged (" + e.getOriginalMessage() + "); remove it", e);
    }
  }

  /**
   * {@return what a collector told}
   *
   * @param said the attribute's text; empty or {@code undefined} for no policy
   * @throws IOException when it cannot be understood
   */
  static GroupPolicies told(String said) throws IOException {
    String text = said.strip();
    if (text.isEmpty() || text.equals("undefined")) {
      return GroupPolicies.NONE;
    }
    if (text.length() > MOST_CHARACTERS) {
      throw new IOException("policies of " + text.length() + " characters");
    }
    try {
      byte[] json = Base64.getDecoder().decode(text);
      return read(LeaseProtocol.json().readTree(new String(json, StandardCharsets.UTF_8)));
    } catch (IllegalArgumentException e) {
      throw new IOException("policies that are no base64", e);
    } catch (JacksonException e) {
      throw new IOException("no policies: " + why(e), e);
    }
  }

  private static GroupPolicies read(JsonNode policies) throws JacksonException {
    return LeaseProtocol.json().treeToValue(policies, GroupPolicies.class);
  }

  private static String why(JacksonException e) {
    return e.getCause() instanceof Sharing.Wrong wrong
        ? String.valueOf(wrong.getMessage())
        : e.getOriginalMessage();
  }
}
