package org.gridappliance.jobs.job;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gridappliance.jobs.http.Problem;

/**
 * What must hold of a job to be listed, as people write it: {@code state:held,failed app:vina
 * start>1d -tag:test "part of a name"}. Terms are parted by blanks and all must hold; {@code -}
 * before a term turns it round. Immutable.
 */
public final class JobFilter {
  private static final String KEYS =
      "state, app, owner, name, tag, id, is, submitted, start, end, took, failed, subjobs";

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
    for (FilterTerm term : FilterTerm.parse(text)) {
      Predicate<JobLine> condition = parser.condition(term);
      parser.conditions.add(term.negated() ? condition.negate() : condition);
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

  /** Collects conditions. */
  private static final class Parser {
    final List<Predicate<JobLine>> conditions = new ArrayList<>();
    final long now;
    boolean archivedAsked;

    Parser(long now) {
      this.now = now;
    }

    Predicate<JobLine> condition(FilterTerm term) {
      return switch (term.key()) {
        case "state" -> {
          Set<JobState> states = states(term);
          yield line -> states.contains(line.state());
        }
        case "app" -> {
          Set<String> apps = term.list();
          yield line -> apps.contains(line.app());
        }
        case "owner" -> {
          Set<String> owners = term.list();
          yield line -> owners.contains(line.owner());
        }
        case "name" -> name(term.equal());
        case "tag" -> {
          Set<String> tags = term.list();
          yield line -> line.tags().stream().anyMatch(tags::contains);
        }
        case "is" -> is(term);
        case "id" -> compare(term.sign(), JobLine::id, term.number());
        case "failed" -> compare(term.sign(), JobLine::failed, term.number());
        case "subjobs" -> compare(term.sign(), JobLine::subjobs, term.number());
        case "submitted" -> age(term, JobLine::submittedAt);
        case "start", "started" -> age(term, JobLine::startedAt);
        case "end", "ended" -> age(term, JobLine::endedAt);
        case "took" -> took(term);
        default -> throw term.wrong("there is no \"" + term.key() + "\"; known are " + KEYS);
      };
    }

    private Predicate<JobLine> took(FilterTerm term) {
      Predicate<JobLine> compared =
          compare(
              term.order(),
              line -> (line.endedAt() == JobLine.NEVER ? now : line.endedAt()) - line.startedAt(),
              term.span());
      return line -> line.startedAt() != JobLine.NEVER && compared.test(line);
    }

    private static Predicate<JobLine> compare(
        String sign, ToLongFunction<JobLine> what, long wanted) {
      return switch (sign) {
        case "<" -> line -> what.applyAsLong(line) < wanted;
        case ">" -> line -> what.applyAsLong(line) > wanted;
        default -> line -> what.applyAsLong(line) == wanted;
      };
    }

    private static Set<JobState> states(FilterTerm term) {
      Set<JobState> states = EnumSet.noneOf(JobState.class);
      for (String word : term.equal().split(",", -1)) {
        states.add(
            Stream.of(JobState.values())
                .filter(state -> state.word().equalsIgnoreCase(word))
                .findFirst()
                .orElseThrow(
                    () ->
                        term.wrong(
                            "want states of "
                                + Stream.of(JobState.values())
                                    .map(state -> state.word().toLowerCase(Locale.ROOT))
                                    .collect(Collectors.joining(", ")))));
      }
      return states;
    }

    private Predicate<JobLine> is(FilterTerm term) {
      return switch (term.equal().toLowerCase(Locale.ROOT)) {
        case "archived" -> {
          archivedAsked = true;
          yield JobLine::archived;
        }
        case "swept" -> line -> line.combinations() > 1;
        case "ended" -> line -> line.endedAt() != JobLine.NEVER;
        default -> throw term.wrong("want is:archived, is:swept or is:ended");
      };
    }

    private Predicate<JobLine> age(FilterTerm term, ToLongFunction<JobLine> when) {
      FilterTerm.Bound bound = term.age(now);
      return line -> {
        long at = when.applyAsLong(line);
        return at != JobLine.NEVER && bound.holds(at);
      };
    }
  }
}
