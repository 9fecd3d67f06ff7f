package org.gridappliance.jobs.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.FilterTerm;
import org.jspecify.annotations.Nullable;

/**
 * What must hold of a machine to be listed, in the language of the list of jobs ({@link
 * FilterTerm}): {@code state:ready,busy free>4 memory>8G -place:Utrecht node1}. A word without a
 * key may stand in name, state, reason, place, version or pool. Immutable.
 */
public final class NodeFilter {
  private static final String KEYS =
      "state, name, kind, place, version, pool, cpus, free, memory, load, seen";
  private static final List<String> STATES =
      List.of("ready", "busy", "paused", "away", "problem", "draining", "banned");

  private final List<Predicate<Line>> conditions;

  private NodeFilter(List<Predicate<Line>> conditions) {
    this.conditions = List.copyOf(conditions);
  }

  /**
   * A machine, of this pool or of one that is watched.
   *
   * @param kind of {@link NodeSnapshot.Kind}, in small letters
   * @param seenAt milliseconds since 1970
   * @param pool what the pool is called that it is watched in; empty for this one's
   */
  public record Line(
      String name,
      String kind,
      String state,
      @Nullable String reason,
      int cpus,
      int freeCpus,
      long memoryBytes,
      @Nullable Double load,
      @Nullable String version,
      long seenAt,
      @Nullable String place,
      String pool) {

    /** {@return a node of this pool as a line} */
    public static Line of(NodeSnapshot node) {
      Place place = node.place();
      return new Line(
          node.name(),
          node.kind().name().toLowerCase(Locale.ROOT),
          node.state(),
          node.reason(),
          node.cpus(),
          node.freeCpus(),
          node.memoryBytes(),
          node.load(),
          node.version(),
          node.lastSeenAt(),
          place == null ? null : place.name(),
          "");
    }
  }

  /** {@return whether a machine is to be listed} */
  public boolean test(Line line) {
    for (Predicate<Line> condition : conditions) {
      if (!condition.test(line)) {
        return false;
      }
    }
    return true;
  }

  /**
   * {@return the filter that a text says}
   *
   * @param now milliseconds since 1970, from which ages count
   * @throws Problem 400 naming the term, what was wanted, and what is known
   */
  public static NodeFilter parse(String text, long now) {
    List<Predicate<Line>> conditions = new ArrayList<>();
    for (FilterTerm term : FilterTerm.parse(text)) {
      Predicate<Line> condition = condition(term, now);
      conditions.add(term.negated() ? condition.negate() : condition);
    }
    return new NodeFilter(conditions);
  }

  private static Predicate<Line> condition(FilterTerm term, long now) {
    return switch (term.key()) {
      case "state" -> in(states(term), Line::state);
      case "kind" -> in(term.list(), Line::kind);
      case "name" -> term.text().contains(":") ? holds(term, Line::name) : word(term);
      case "place" -> holds(term, Line::place);
      case "version" -> holds(term, Line::version);
      case "pool" -> holds(term, Line::pool);
      case "cpus" -> compare(term, Line::cpus, term.number());
      case "free" -> compare(term, Line::freeCpus, term.number());
      case "memory" -> compare(term, Line::memoryBytes, term.bytes());
      case "load" -> {
        Predicate<Line> compared =
            compare(term, line -> line.load() == null ? 0 : line.load(), term.number());
        yield line -> line.load() != null && compared.test(line);
      }
      case "seen" -> {
        FilterTerm.Bound bound = term.age(now);
        yield line -> bound.holds(line.seenAt());
      }
      default -> throw term.wrong("there is no \"" + term.key() + "\"; known are " + KEYS);
    };
  }

  private static Predicate<Line> word(FilterTerm term) {
    String wanted = term.value().toLowerCase(Locale.ROOT);
    return line ->
        Stream.of(
                line.name(), line.state(), line.reason(), line.place(), line.version(), line.pool())
            .anyMatch(one -> one != null && one.toLowerCase(Locale.ROOT).contains(wanted));
  }

  private static Predicate<Line> holds(FilterTerm term, Function<Line, @Nullable String> what) {
    String wanted = term.equal().toLowerCase(Locale.ROOT);
    return line -> {
      String one = what.apply(line);
      return one != null && one.toLowerCase(Locale.ROOT).contains(wanted);
    };
  }

  private static Predicate<Line> in(Set<String> wanted, Function<Line, String> what) {
    Set<String> small =
        wanted.stream().map(one -> one.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    return line -> small.contains(what.apply(line).toLowerCase(Locale.ROOT));
  }

  private static Set<String> states(FilterTerm term) {
    Set<String> wanted = term.list();
    for (String one : wanted) {
      if (!STATES.contains(one.toLowerCase(Locale.ROOT))) {
        throw term.wrong("want states of " + String.join(", ", STATES));
      }
    }
    return wanted;
  }

  private static Predicate<Line> compare(FilterTerm term, ToDoubleFunction<Line> what, long to) {
    return switch (term.sign()) {
      case "<" -> line -> what.applyAsDouble(line) < to;
      case ">" -> line -> what.applyAsDouble(line) > to;
      default -> line -> what.applyAsDouble(line) == to;
    };
  }
}
