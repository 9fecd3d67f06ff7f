package org.gridappliance.jobs.job;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gridappliance.jobs.http.Problem;

/**
 * What must hold of a job to be listed, as people write it: {@code state:held,failed app:vina
 * start>1d -tag:test "part of a name"}. Terms are parted by blanks and all must hold; {@code -}
 * before a term turns it round. Immutable.
 */
public final class JobFilter {
  private static final Pattern TERM =
      Pattern.compile("\\s*(-)?(?:([A-Za-z]+)([:<>]))?(\"[^\"]*\"|[^\\s\"]+)");
  private static final Pattern SPAN = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,3})?)(s|min|h|d|w)");
  private static final int MOST_TERMS = 20;
  private static final String KEYS =
      "state, app, owner, name, tag, id, is, submitted, start, end, took, failed, subjobs";
  private static final Map<String, Double> SECONDS =
      Map.of("s", 1.0, "min", 60.0, "h", 3600.0, "d", 86400.0, "w", 604800.0);

  private final List<Predicate<JobLine>> conditions;

  private JobFilter(List<Predicate<JobLine>> conditions) {
    this.conditions = List.copyOf(conditions);
  }

  boolean test(JobLine line) {
    for (Predicate<JobLine> condition : conditions) {
      if (!condition.test(line)) {
        return false;
      }
    }
    return true;
  }

  /**
   * {@return the filter that a text says} Archived jobs are in it only when it asks for them.
   *
   * @param now milliseconds since 1970, from which ages count
   * @throws Problem 400 naming the term, what was wanted, and what is known
   */
  public static JobFilter parse(String text, long now) {
    Parser parser = new Parser(now);
    Matcher term = TERM.matcher(text.strip());
    int at = 0;
    while (at < text.strip().length()) {
      if (!term.find() || term.start() != at) {
        throw wrong(
            text.strip().substring(at), "want words and terms as state:held; close every \"");
      }
      at = term.end();
      String value = term.group(4);
      boolean quoted = value.startsWith("\"");
      String bare = quoted ? value.substring(1, value.length() - 1) : value;
      String key = term.group(2) == null ? "name" : term.group(2).toLowerCase(Locale.ROOT);
      String sign = term.group(3) == null ? ":" : term.group(3);
      Predicate<JobLine> condition = parser.condition(term.group().strip(), key, sign, bare);
      parser.conditions.add(term.group(1) == null ? condition : condition.negate());
      if (parser.conditions.size() > MOST_TERMS) {
        throw wrong(text, "want at most " + MOST_TERMS + " terms");
      }
    }
    if (!parser.archivedAsked) {
      parser.conditions.add(line -> !line.archived());
    }
    return new JobFilter(parser.conditions);
  }

  /** {@return this, and only jobs in a state} */
  public JobFilter inState(String word) {
    return and(line -> line.state().word().equals(word));
  }

  /** {@return this, and only jobs of an application} */
  public JobFilter ofApp(String app) {
    return and(line -> line.app().equals(app));
  }

  /** {@return this, and only jobs whose name has this in it} */
  public JobFilter named(String part) {
    return and(name(part));
  }

  private JobFilter and(Predicate<JobLine> condition) {
    List<Predicate<JobLine>> more = new ArrayList<>(conditions);
    more.add(condition);
    return new JobFilter(more);
  }

  private static Predicate<JobLine> name(String part) {
    String wanted = part.toLowerCase(Locale.ROOT);
    return line -> line.name().toLowerCase(Locale.ROOT).contains(wanted);
  }

  private static Problem wrong(String term, String message) {
    String shown = term.length() > 80 ? term.substring(0, 79) + "…" : term;
    String whole = "the filter's \"" + shown + "\": " + message;
    return Problem.invalid(whole, List.of(new Problem.FieldError("q", whole)));
  }

  /** Collects conditions. */
  private static final class Parser {
    final List<Predicate<JobLine>> conditions = new ArrayList<>();
    final long now;
    boolean archivedAsked;

    Parser(long now) {
      this.now = now;
    }

    Predicate<JobLine> condition(String term, String key, String sign, String value) {
      return switch (key) {
        case "state" -> {
          Set<JobState> states = states(term, equal(term, sign, value));
          yield line -> states.contains(line.state());
        }
        case "app" -> {
          Set<String> apps = list(equal(term, sign, value));
          yield line -> apps.contains(line.app());
        }
        case "owner" -> {
          Set<String> owners = list(equal(term, sign, value));
          yield line -> owners.contains(line.owner());
        }
        case "name" -> name(equal(term, sign, value));
        case "tag" -> {
          Set<String> tags = list(equal(term, sign, value));
          yield line -> line.tags().stream().anyMatch(tags::contains);
        }
        case "is" -> is(term, equal(term, sign, value));
        case "id" -> compare(sign, JobLine::id, number(term, value));
        case "failed" -> compare(sign, JobLine::failed, number(term, value));
        case "subjobs" -> compare(sign, JobLine::subjobs, number(term, value));
        case "submitted" -> age(term, JobLine::submittedAt, sign, value);
        case "start", "started" -> age(term, JobLine::startedAt, sign, value);
        case "end", "ended" -> age(term, JobLine::endedAt, sign, value);
        case "took" -> took(term, order(term, sign), value);
        default -> throw wrong(term, "there is no \"" + key + "\"; known are " + KEYS);
      };
    }

    private Predicate<JobLine> took(String term, String sign, String value) {
      long wanted =
          millis(value).orElseThrow(() -> wrong(term, "want a time as 30s, 10min, 2h or 1d"));
      Predicate<JobLine> compared =
          compare(
              sign,
              line -> (line.endedAt() == JobLine.NEVER ? now : line.endedAt()) - line.startedAt(),
              wanted);
      return line -> line.startedAt() != JobLine.NEVER && compared.test(line);
    }

    private static String equal(String term, String sign, String value) {
      if (!sign.equals(":")) {
        throw wrong(term, "want \":\" here; < and > compare numbers and times");
      }
      return value;
    }

    private static String order(String term, String sign) {
      if (sign.equals(":")) {
        throw wrong(term, "want < or > here, as took>1h");
      }
      return sign;
    }

    private static Predicate<JobLine> compare(
        String sign, ToLongFunction<JobLine> what, long wanted) {
      return switch (sign) {
        case "<" -> line -> what.applyAsLong(line) < wanted;
        case ">" -> line -> what.applyAsLong(line) > wanted;
        default -> line -> what.applyAsLong(line) == wanted;
      };
    }

    private static Set<String> list(String values) {
      return Set.copyOf(Arrays.asList(values.split(",", -1)));
    }

    private static Set<JobState> states(String term, String values) {
      Set<JobState> states = EnumSet.noneOf(JobState.class);
      for (String word : values.split(",", -1)) {
        states.add(
            Stream.of(JobState.values())
                .filter(state -> state.word().equalsIgnoreCase(word))
                .findFirst()
                .orElseThrow(
                    () ->
                        wrong(
                            term,
                            "want states of "
                                + Stream.of(JobState.values())
                                    .map(state -> state.word().toLowerCase(Locale.ROOT))
                                    .collect(Collectors.joining(", ")))));
      }
      return states;
    }

    private Predicate<JobLine> is(String term, String value) {
      return switch (value.toLowerCase(Locale.ROOT)) {
        case "archived" -> {
          archivedAsked = true;
          yield JobLine::archived;
        }
        case "swept" -> line -> line.combinations() > 1;
        case "ended" -> line -> line.endedAt() != JobLine.NEVER;
        default -> throw wrong(term, "want is:archived, is:swept or is:ended");
      };
    }

    private static long number(String term, String value) {
      if (!value.matches("\\d{1,15}")) {
        throw wrong(term, "want a whole number");
      }
      return Long.parseLong(value);
    }

    /** {@code start>1d}: longer ago than a day; {@code start>2026-11-20}: after that day began. */
    private Predicate<JobLine> age(
        String term, ToLongFunction<JobLine> when, String sign, String value) {
      boolean more = order(term, sign).equals(">");
      Optional<Long> span = millis(value);
      if (span.isPresent()) {
        long then = now - span.get();
        return line -> {
          long at = when.applyAsLong(line);
          return at != JobLine.NEVER && (more ? at < then : at > then);
        };
      }
      try {
        long day = LocalDate.parse(value).atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
        return line -> {
          long at = when.applyAsLong(line);
          return at != JobLine.NEVER && (more ? at >= day : at < day);
        };
      } catch (DateTimeParseException e) {
        throw wrong(term, "want an age as 30s, 10min, 2h, 1d or 1w, or a day as 2026-11-20");
      }
    }

    private static Optional<Long> millis(String value) {
      Matcher span = SPAN.matcher(value);
      return span.matches()
          ? Optional.of(
              (long)
                  (Double.parseDouble(span.group(1))
                      * SECONDS.getOrDefault(span.group(2), 1.0)
                      * 1000))
          : Optional.empty();
    }
  }
}
