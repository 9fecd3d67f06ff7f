package org.gridappliance.jobs.job;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gridappliance.jobs.http.Problem;

/**
 * One term of a filter as people write it: {@code state:held,failed}, {@code start>1d}, {@code
 * -tag:test}, {@code "part of a name"}. Terms are parted by blanks; {@code -} before one turns it
 * round. What a list can be filtered by is the list's to say; how it is written is said here once.
 *
 * @param text the term as written
 * @param key in small letters; {@code name} for bare words
 * @param sign {@code :}, {@code <} or {@code >}
 * @param value without quotes
 */
public record FilterTerm(String text, boolean negated, String key, String sign, String value) {
  private static final Pattern TERM =
      Pattern.compile("\\s*(-)?(?:([A-Za-z]+)([:<>]))?(\"[^\"]*\"|[^\\s\"]+)");
  private static final Pattern SPAN = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,3})?)(s|min|h|d|w)");
  private static final Pattern BYTES = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)([KMGT])i?B?");
  private static final Map<String, Integer> SHIFTS = Map.of("K", 10, "M", 20, "G", 30, "T", 40);
  private static final int MOST_TERMS = 20;
  private static final Map<String, Double> SECONDS =
      Map.of("s", 1.0, "min", 60.0, "h", 3600.0, "d", 86400.0, "w", 604800.0);

  /**
   * A time and the side of it that is wanted.
   *
   * @param operator {@code <}, {@code >} or {@code >=}, as SQL too
   * @param at milliseconds since 1970
   */
  public record Bound(String operator, long at) {
    /** {@return whether a time lies on the wanted side} */
    public boolean holds(long time) {
      return switch (operator) {
        case "<" -> time < at;
        case ">" -> time > at;
        default -> time >= at;
      };
    }
  }

  /**
   * {@return the terms of a text, at most {@value #MOST_TERMS}}
   *
   * @throws Problem 400 naming what cannot be read
   */
  public static List<FilterTerm> parse(String text) {
    List<FilterTerm> terms = new ArrayList<>();
    String whole = text.strip();
    Matcher term = TERM.matcher(whole);
    int at = 0;
    while (at < whole.length()) {
      if (!term.find() || term.start() != at) {
        throw wrong(whole.substring(at), "want words and terms as state:held; close every \"");
      }
      at = term.end();
      String value = term.group(4);
      terms.add(
          new FilterTerm(
              term.group().strip(),
              term.group(1) != null,
              term.group(2) == null ? "name" : term.group(2).toLowerCase(Locale.ROOT),
              term.group(3) == null ? ":" : term.group(3),
              value.startsWith("\"") ? value.substring(1, value.length() - 1) : value));
      if (terms.size() > MOST_TERMS) {
        throw wrong(text, "want at most " + MOST_TERMS + " terms");
      }
    }
    return terms;
  }

  /** {@return the value of a term that compares nothing} */
  public String equal() {
    if (!sign.equals(":")) {
      throw wrong("want \":\" here; < and > compare numbers and times");
    }
    return value;
  }

  /** {@return the values between the commas of such a term} */
  public Set<String> list() {
    return Set.copyOf(Arrays.asList(equal().split(",", -1)));
  }

  /** {@return {@code <} or {@code >}} */
  public String order() {
    if (sign.equals(":")) {
      throw wrong("want < or > here, as took>1h");
    }
    return sign;
  }

  /** {@return a whole number from 0 on} */
  public long number() {
    if (!value.matches("\\d{1,15}")) {
      throw wrong("want a whole number");
    }
    return Long.parseLong(value);
  }

  /** {@return an amount of memory, in bytes} */
  public long bytes() {
    Matcher size = BYTES.matcher(value);
    if (!size.matches()) {
      throw wrong("want an amount as 500M, 2G or 2GiB");
    }
    return (long)
        (Double.parseDouble(size.group(1)) * (1L << SHIFTS.getOrDefault(size.group(2), 0)));
  }

  /** {@return a span of time, in milliseconds} */
  public long span() {
    return millis().orElseThrow(() -> wrong("want a time as 30s, 10min, 2h or 1d"));
  }

  /**
   * {@return {@code start>1d}: longer ago than a day; {@code start>2026-11-20}: after that day
   * began, UTC}
   *
   * @param now milliseconds since 1970, from which ages count
   */
  public Bound age(long now) {
    boolean more = order().equals(">");
    Optional<Long> span = millis();
    if (span.isPresent()) {
      return new Bound(more ? "<" : ">", now - span.get());
    }
    try {
      long day = LocalDate.parse(value).atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
      return new Bound(more ? ">=" : "<", day);
    } catch (DateTimeParseException e) {
      throw wrong("want an age as 30s, 10min, 2h, 1d or 1w, or a day as 2026-11-20");
    }
  }

  /** {@return what to answer to a term that cannot be} */
  public Problem wrong(String message) {
    return wrong(text, message);
  }

  private static Problem wrong(String term, String message) {
    String shown = term.length() > 80 ? term.substring(0, 79) + "…" : term;
    String whole = "the filter's \"" + shown + "\": " + message;
    return Problem.invalid(whole, List.of(new Problem.FieldError("q", whole)));
  }

  private Optional<Long> millis() {
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
