package org.gridappliance.agent.verb;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;

/**
 * One thing that the portal may ask for. Runs on a virtual thread, many at once. What comes in is
 * not to be trusted: the portal may have been taken over.
 */
@FunctionalInterface
public interface Verb {

  /**
   * What was asked.
   *
   * @param path the words in place of {@code {name}} in the verb's pattern, not yet checked
   * @param body the JSON that was sent; a missing node when there was none
   */
  record Call(Map<String, String> path, JsonNode body) {}

  /**
   * The answer.
   *
   * @param status 200..299
   * @param body becomes JSON
   */
  record Reply(int status, Object body) {
    public static Reply ok(Object body) {
      return new Reply(200, body);
    }

    public static Reply done() {
      return new Reply(200, Map.of());
    }
  }

  /** The verb cannot be done; the portal is told why. */
  final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    /**
     * @param status 400..599
     * @param message what, which value, and what to do
     */
    public Refused(int status, String message) {
      super(message, null, false, false);
      this.status = status;
    }

    public int status() {
      return status;
    }
  }

  /**
   * Does it.
   *
   * @throws Refused when it cannot be done, with the reason
   * @throws IOException when the machine fails; the portal learns the message
   */
  Reply run(Call call) throws IOException;
}
