package org.gridappliance.jobs.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.FilterTerm;
import org.gridappliance.jobs.job.Ids;

/**
 * What must hold of a run to be listed, in the language of the list of jobs ({@link FilterTerm}):
 * {@code state:failed machine:10.77.0.11 start<1d memory>2GiB}. Becomes conditions of SQL: the
 * texts are this class's own, every value is bound. Immutable.
 */
public final class RunFilter {
  private static final String KEYS =
      "state, app, owner, machine, pool, name, job, exit, try, start, end, took, memory, efficiency";

  /** Larger numbers have no key. */
  private static final long MOST_JOB = 1L << 42;

  private final List<String> conditions = new ArrayList<>();
  private final List<Object> values = new ArrayList<>();

  private RunFilter() {}

  /**
   * {@return the filter that a text says}
   *
   * @param now milliseconds since 1970, from which ages count
   * @throws Problem 400 naming the term, what was wanted, and what is known
   */
  public static RunFilter parse(String text, long now) {
    RunFilter filter = new RunFilter();
    for (FilterTerm term : FilterTerm.parse(text)) {
      String condition = filter.condition(term, now);
      // what is not known of a run is neither above nor below; turned round it is in
      filter.conditions.add(term.negated() ? "NOT COALESCE(" + condition + ", FALSE)" : condition);
    }
    return filter;
  }

  /** {@return conditions to be joined with AND, with a question mark for each of the values} */
  List<String> conditions() {
    return List.copyOf(conditions);
  }

  /** {@return what the question marks stand for, in order} */
  List<Object> values() {
    return List.copyOf(values);
  }

  private String condition(FilterTerm term, long now) {
    return switch (term.key()) {
      case "state" -> in("state", states(term));
      case "app" -> in("app", term.list());
      case "owner" -> in("owner", term.list());
      case "machine" -> in("machine", term.list());
      case "pool" -> in("pool", term.list());
      case "name" -> bound("LOCATE(?, LOWER(job_name)) > 0", term.equal().toLowerCase(Locale.ROOT));
      case "job" -> job(term);
      case "exit" -> compare("exit_code", term.sign(), term.number());
      case "try" -> compare("attempt", term.sign(), term.number());
      case "start", "started" -> age("started_at", term.age(now));
      case "end", "ended" -> age("ended_at", term.age(now));
      case "took" -> compare("wall_seconds", term.order(), term.span() / 1000.0);
      case "memory" -> compare("peak_memory", term.order(), term.bytes());
      case "efficiency" ->
          compare(
              "(100 * cpu_seconds / NULLIF(wall_seconds * cpus, 0))", term.order(), term.number());
      default -> throw term.wrong("there is no \"" + term.key() + "\"; known are " + KEYS);
    };
  }

  private String bound(String condition, Object value) {
    values.add(value);
    return condition;
  }

  private String in(String column, Set<String> wanted) {
    values.addAll(wanted);
    return column + wanted.stream().map(one -> "?").collect(Collectors.joining(", ", " IN (", ")"));
  }

  private String compare(String what, String sign, Object wanted) {
    return bound(what + (sign.equals(":") ? " = ?" : " " + sign + " ?"), wanted);
  }

  private String age(String column, FilterTerm.Bound bound) {
    return bound(column + " " + bound.operator() + " ?", bound.at());
  }

  private String job(FilterTerm term) {
    term.equal();
    long job = term.number();
    if (job > MOST_JOB) {
      throw term.wrong("want a job's number");
    }
    values.add(Ids.subjob(job, -1));
    values.add(Ids.first(job + 1));
    return "(subjob >= ? AND subjob < ?)";
  }

  private static Set<String> states(FilterTerm term) {
    return term.list().stream()
        .map(
            word ->
                Stream.of(Run.State.values())
                    .filter(state -> state.word().equalsIgnoreCase(word))
                    .map(state -> String.valueOf(state.letter()))
                    .findFirst()
                    .orElseThrow(
                        () -> term.wrong("want states of completed, failed, retried, removed")))
        .collect(Collectors.toSet());
  }
}
