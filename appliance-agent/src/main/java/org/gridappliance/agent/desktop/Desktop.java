package org.gridappliance.agent.desktop;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A desktop, application or terminal that was opened, as it is kept in its folder and told to the
 * portal. Immutable.
 *
 * @param id eight letters and digits, never used twice
 * @param owner account name
 * @param uid the Unix user inside
 * @param kind as {@link Wish.Kind#word}
 * @param createdAt ISO 8601, UTC
 * @param outer the process that started the envelope, and when (clock ticks since boot)
 * @param first the envelope's first process; all others end with it
 * @param endedAt null while it runs
 * @param reason why it ended, in words; null while it runs
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
record Desktop(
    String id,
    String owner,
    int uid,
    String kind,
    String title,
    long memoryLimit,
    String createdAt,
    Pid outer,
    Pid first,
    @Nullable String endedAt,
    @Nullable String reason) {

  Desktop ended(Instant at, String why) {
    return new Desktop(
        id, owner, uid, kind, title, memoryLimit, createdAt, outer, first, at.toString(), why);
  }
}
