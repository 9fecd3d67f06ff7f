package org.gridappliance.jobs.trigger;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.gridappliance.jobs.http.Problem;

/**
 * What a trigger does, read from the contract's TriggerRequest. Immutable.
 *
 * @param job the saved settings, a JobRequest
 * @param perHour the most runs in an hour, 1..600
 */
record TriggerSpec(String name, JsonNode job, Cause cause, int perHour) {
  static final int PER_HOUR = 60;
  static final int MOST_PER_HOUR = 600;

  /** What starts a run. */
  sealed interface Cause {
    /**
     * A new complete file in a folder.
     *
     * @param path of the folder, names from the home on
     * @param input that takes the file
     * @param settleSeconds how long a file must lie unchanged, 0..3,600
     * @param existing whether files that lie there already start runs too
     */
    record Folder(List<String> path, String input, int settleSeconds, boolean existing)
        implements Cause {
      String shown() {
        return String.join("/", path);
      }
    }

    /** The clock; {@code catchUp} runs once for times missed while the appliance was off. */
    record Timer(Schedule schedule, boolean catchUp) implements Cause {}
  }

  /**
   * {@return the trigger of a request that the contract has checked}
   *
   * @param changed when it was made or last changed; what every so many minutes counts from
   * @throws Problem 400 naming the field
   */
  static TriggerSpec parse(JsonNode request, Instant changed) {
    String name = request.path("name").asText("").strip();
    if (name.isEmpty()) {
      throw field("name", "is missing; give the trigger a name");
    }
    boolean folder = request.path("folder").isObject();
    if (folder == request.path("schedule").isObject()) {
      throw field("folder", "a trigger has either a folder or a schedule: want one of them");
    }
    Cause cause =
        folder ? folder(request.path("folder")) : timer(request.path("schedule"), changed);
    int perHour = request.path("perHour").asInt(PER_HOUR);
    if (perHour < 1 || perHour > MOST_PER_HOUR) {
      throw field("perHour", perHour + " runs an hour: want 1 to " + MOST_PER_HOUR);
    }
    return new TriggerSpec(name, request.path("job"), cause, perHour);
  }

  private static Cause.Folder folder(JsonNode node) {
    List<String> path = new ArrayList<>();
    for (String part : node.path("path").asText().split("/", -1)) {
      if (!part.isEmpty()) {
        path.add(part);
      }
    }
    if (path.isEmpty()) {
      throw field("folder.path", "the home itself cannot be watched; choose a folder in it");
    }
    if (path.contains("..") || path.contains(".") || path.toString().indexOf('\0') >= 0) {
      throw field("folder.path", "is not a folder of the home; choose one");
    }
    if (Normalizer.normalize(path.getFirst(), Normalizer.Form.NFC).equals("jobs")) {
      throw field(
          "folder.path",
          "\"jobs\" is where results land: a trigger there would start itself without end; choose"
              + " another folder");
    }
    int settle = node.path("settleSeconds").asInt(3);
    if (settle < 0 || settle > 3600) {
      throw field("folder.settleSeconds", settle + " s: want 0 to 3,600");
    }
    return new Cause.Folder(
        List.copyOf(path),
        node.path("input").asText(),
        settle,
        node.path("existing").asBoolean(false));
  }

  private static Cause.Timer timer(JsonNode node, Instant changed) {
    boolean catchUp = node.path("missed").asText("skip").equals("once");
    if (node.path("kind").asText().equals("every")) {
      int minutes = node.path("minutes").asInt();
      if (minutes < 1 || minutes > 10_080) {
        throw field("schedule.minutes", minutes + " minutes: want 1 to 10,080 (a week)");
      }
      return new Cause.Timer(new Schedule.Every(minutes, changed), catchUp);
    }
    try {
      Set<DayOfWeek> days = EnumSet.allOf(DayOfWeek.class);
      if (node.path("kind").asText().equals("weekly")) {
        days = EnumSet.noneOf(DayOfWeek.class);
        for (JsonNode day : node.path("days")) {
          days.add(day(day.asText()));
        }
        if (days.isEmpty()) {
          throw field("schedule.days", "choose at least one day of the week");
        }
      }
      LocalTime at = LocalTime.parse(node.path("at").asText());
      ZoneId zone = ZoneId.of(node.path("zone").asText("UTC"));
      return new Cause.Timer(new Schedule.Daily(days, at, zone), catchUp);
    } catch (DateTimeException e) {
      throw field(
          "schedule.at",
          "want a time as 08:30 and a time zone as Europe/Berlin: " + e.getMessage());
    }
  }

  private static DayOfWeek day(String word) {
    for (DayOfWeek day : DayOfWeek.values()) {
      if (day.name().substring(0, 3).toLowerCase(Locale.ROOT).equals(word)) {
        return day;
      }
    }
    throw field("schedule.days", word + ": want mon, tue, wed, thu, fri, sat or sun");
  }

  static Problem field(String name, String message) {
    return Problem.invalid(name + ": " + message, List.of(new Problem.FieldError(name, message)));
  }
}
