package org.gridappliance.agent.wall;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.gridappliance.agent.desktop.Kernel;
import org.gridappliance.agent.envelope.Posix;
import org.gridappliance.agent.verb.Verb;
import org.gridappliance.agent.verb.Verb.Refused;
import org.gridappliance.agent.verb.Verb.Reply;

/**
 * The verb on quotas: holds {@code DATA/users/NAME}, that is a home with its trash, versions and
 * what is on its way, to a number of bytes by the file system's own means ({@link HomeWall}), so
 * that Samba, desktops, terminals and jobs meet it at once (decision 0306). Where that cannot be,
 * it answers why. Thread-safe.
 */
public final class HomeWalls {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9._-]{0,31}");
  private static final long LEAST = 1L << 20;
  private static final long MOST = 1L << 50;
  private static final long LEAST_BOOKS = 4L << 20;

  private final Path data;

  /**
   * @param data the data folder
   */
  public HomeWalls(Path data) {
    this.data = data;
  }

  /** {@return the verb by method and pattern} */
  public Map<String, Verb> verbs() {
    return Map.of("PUT /walls/{name}", this::set);
  }

  /** One after the other: two at once could find the same project free. */
  private synchronized Reply set(Verb.Call call) throws IOException {
    String name = call.path().getOrDefault("name", "");
    if (!NAME.matcher(name).matches()) {
      throw new Refused(400, "name: " + name + "; want a person's name");
    }
    long quota = number(call.body(), "quotaBytes", LEAST);
    long copies = number(call.body(), "copiesBytes", 0);
    if (Posix.geteuid() != 0) {
      return answer("", "the appliance was not started by root, who alone can set limits");
    }
    int folder = open(name);
    try {
      HomeWall wall = HomeWall.of(folder);
      wall.limit(folder, limit(quota, wall.copiesTakeRoom() ? copies : 0));
      return answer(wall.kind(), "");
    } catch (HomeWall.Cannot e) {
      return answer("", String.valueOf(e.getMessage()));
    } finally {
      Posix.close(folder);
    }
  }

  private int open(String name) throws IOException {
    int data = Kernel.openFolder(this.data.toString());
    try {
      return Syscalls.openBeneath(data, "users/" + name, true);
    } catch (Syscalls.Failed e) {
      throw new Refused(404, name + " has no folder (error " + e.errno() + ")");
    } finally {
      Posix.close(data);
    }
  }

  /**
   * {@return the limit on the disk} A little more than the quota: file systems count their own
   * books too, and who is at his quota must still be able to rename.
   */
  static long limit(long quota, long copies) {
    return (quota + copies + Math.max(LEAST_BOOKS, quota / 32)) & -1024;
  }

  private static long number(JsonNode body, String field, long least) {
    long value = body.path(field).asLong(-1);
    if (value < least || value > MOST) {
      throw new Refused(
          400, field + ": " + body.path(field) + "; want " + least + ".." + MOST + " bytes");
    }
    return value;
  }

  private static Reply answer(String kind, String why) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("holds", why.isEmpty());
    answer.put("kind", kind);
    answer.put("why", why);
    return Reply.ok(answer);
  }
}
