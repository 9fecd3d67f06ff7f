package org.gridappliance.jobs.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.gridappliance.jobs.Bundles;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.CommandLine;
import org.gridappliance.jobs.app.Input;
import org.gridappliance.jobs.app.InputValues;
import org.gridappliance.jobs.app.Inputs;
import org.gridappliance.jobs.app.OptionList;
import org.gridappliance.jobs.app.OptionReader;
import org.gridappliance.jobs.app.OptionSource;
import org.gridappliance.jobs.app.Value;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.lease.Limits;
import org.jspecify.annotations.Nullable;

/**
 * Choices that come from files or commands: reads or runs, keeps what it has read by the hash of
 * what it was made from, and holds a job's values against it. A form asks by {@link #find}, a
 * submission by {@link #check} with the bytes that it has staged. Thread-safe; blocks.
 */
public final class OptionLists {
  /** What lists may take in memory together, in bytes. */
  private static final long KEPT = 48L << 20;

  /** How many lists are made at once; who waits longer than {@link #PATIENCE_SECONDS} is told. */
  private static final int AT_ONCE = 2;

  private static final int PATIENCE_SECONDS = 30;
  private static final long COMMAND_OUTPUT = 16L << 20;
  private static final int PROCESSES = 64;
  private static final int MOST_ERRORS = 100;

  /** How many lists of commands the rows of one job may need. */
  private static final int MOST_RUNS = 50;

  /** Makes the bundle that a command runs from. */
  interface Publisher {
    void publish(App app) throws IOException;
  }

  /**
   * A list that a form asked for.
   *
   * @param id under which it is found again by the same caller, while it is kept
   */
  public record Found(String id, OptionList list) {}

  /** What a list is made from: the version of the application, and values and hashes by input. */
  private record Key(String app, OptionSource source, Map<String, String> from) {}

  private record Kept(OptionList list, long weight) {}

  private final Bundles bundles;
  private final Publisher publisher;
  private final Semaphore working = new Semaphore(AT_ONCE, true);
  private final Map<Key, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<String, Key> named =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Key> eldest) {
          return size() > 1000;
        }
      };

  OptionLists(Bundles bundles, Publisher publisher) {
    this.bundles = bundles;
    this.publisher = publisher;
  }

  /**
   * {@return the list of an input}
   *
   * @param name of the input, {@code group.input} for one of a row
   * @param body {@code inputs}, {@code row}, counted from 0, and {@code list}, the id of one that
   *     was found before
   * @param folder for copies of files, not made yet; the caller removes it
   */
  Found find(App app, String name, JsonNode body, Sources sources, String caller, JobFolder folder)
      throws IOException {
    Input declared = app.named(name).orElseThrow(() -> Problem.notFound("input " + name));
    Map<String, Value> values =
        InputValues.before(app, name, body.path("inputs"), body.path("row").asInt());
    Input input = declared.beside(values);
    OptionSource source =
        input
            .optionSource()
            .orElseThrow(() -> Problem.notFound("a list of choices of input " + name));
    String id = body.path("list").asText();
    Optional<OptionList> before = named(caller + "/" + id, app, source);
    if (before.isPresent()) {
      return new Found(id, before.get());
    }
    require(app, name, source, values);
    Key key;
    OptionList list;
    if (source instanceof OptionSource.FileSource file) {
      Read read = working(() -> read(app, name, file, values, sources));
      key = new Key(app.digest(), source, Map.of(file.input(), read.sha256()));
      list = kept(key).orElse(read.list());
      keep(key, list);
    } else {
      folder.create();
      List<StoredFile> files =
          Staging.stage(
              app, new Inputs(inPlace(values, source.needs()), Map.of()), sources, folder, false);
      key = key(app, source, values, files);
      list = list(app, name, key, values, files, folder);
    }
    String made = UUID.randomUUID().toString();
    synchronized (named) {
      named.put(caller + "/" + made, key);
    }
    return new Found(made, list);
  }

  /**
   * Holds the values of a job against the lists that they are chosen from.
   *
   * @param files as staged in {@code folder}
   * @throws Problem 400 with an error for every input with a value that is not there
   */
  void check(App app, Inputs inputs, List<StoredFile> files, JobFolder folder) throws IOException {
    List<Problem.FieldError> errors = new ArrayList<>();
    Set<Key> ran = new HashSet<>();
    for (Input input : app.inputs()) {
      List<Value> given = new ArrayList<>(inputs.sweep().getOrDefault(input.name(), List.of()));
      Value one = inputs.values().get(input.name());
      if (one != null) {
        given.add(one);
      }
      check(app, input, input.name(), given, inputs.values(), files, folder, ran)
          .ifPresent(errors::add);
      if (input instanceof Input.RepeatInput group
          && one instanceof Value.RowsValue(List<Map<String, Value>> rows)) {
        for (int i = 0; i < rows.size(); i++) {
          Map<String, Value> row = rows.get(i);
          Map<String, Value> beside = new LinkedHashMap<>(inputs.values());
          row.forEach((name, value) -> beside.put(group.name() + "." + name, value));
          for (Input inner : group.inputs()) {
            String field = group.name() + "[" + i + "]." + inner.name();
            Value chosen = row.get(inner.name());
            check(
                    app,
                    inner,
                    field,
                    chosen == null ? List.of() : List.of(chosen),
                    beside,
                    files,
                    folder,
                    ran)
                .ifPresent(errors::add);
          }
        }
      }
    }
    if (!errors.isEmpty()) {
      throw Problem.invalid(
          errors.getFirst().field() + ": " + errors.getFirst().message(),
          errors.subList(0, Math.min(errors.size(), MOST_ERRORS)));
    }
  }

  private Optional<Problem.FieldError> check(
      App app,
      Input declared,
      String field,
      List<Value> values,
      Map<String, Value> beside,
      List<StoredFile> files,
      JobFolder folder,
      Set<Key> ran)
      throws IOException {
    OptionSource source = declared.beside(beside).optionSource().orElse(null);
    if (source == null || values.isEmpty()) {
      return Optional.empty();
    }
    require(app, field, source, beside);
    Key key = key(app, source, beside, files);
    if (source instanceof OptionSource.CommandSource && ran.add(key) && ran.size() > MOST_RUNS) {
      throw invalid(
          field,
          "the choices of this job would take more than %d runs of the command that lists them; give fewer rows that differ"
              .formatted(MOST_RUNS));
    }
    OptionList list = list(app, field, key, beside, files, folder);
    return texts(values).stream()
        .filter(value -> !list.has(value))
        .findFirst()
        .map(value -> new Problem.FieldError(field, unknown(app, source, list, value)));
  }

  private static List<String> texts(List<Value> values) {
    return values.stream()
        .flatMap(
            value ->
                value instanceof Value.ListValue several
                    ? several.chosen().stream()
                    : Stream.of(value.text()))
        .toList();
  }

  private static String unknown(App app, OptionSource source, OptionList list, String value) {
    String some = String.join(", ", list.search("", 3).stream().map(Map.Entry::getKey).toList());
    String from =
        source instanceof OptionSource.FileSource file ? title(app, file.input()) : app.title();
    return "\"%s\" is not in %s, which gives %,d names%s; choose one of them"
        .formatted(value, from, list.count(), some.isEmpty() ? "" : ", as " + some);
  }

  private static String title(App app, String input) {
    return app.named(input).map(Input::title).orElse(input);
  }

  /** What a list is made from must be there; of a command at least the files. */
  private static void require(
      App app, String name, OptionSource source, Map<String, Value> values) {
    if (source instanceof OptionSource.FileSource file && !values.containsKey(file.input())) {
      String message =
          "its choices come from " + title(app, file.input()) + "; choose that file first";
      throw invalid(name, message);
    }
  }

  private static Problem invalid(String name, String message) {
    return Problem.invalid(name + ": " + message, List.of(new Problem.FieldError(name, message)));
  }

  private static Key key(
      App app, OptionSource source, Map<String, Value> values, List<StoredFile> files) {
    Map<String, String> from = new LinkedHashMap<>();
    for (String need : source.needs()) {
      Value value = values.get(need);
      if (value instanceof Value.FileValue(String path)) {
        staged(files, need, path).ifPresent(file -> from.put(need, file.sha256()));
      } else if (value != null) {
        from.put(need, value.text());
      }
    }
    return new Key(app.digest(), source, from);
  }

  /** {@return the staged copy of a file of the form, or of a row} */
  private static Optional<StoredFile> staged(List<StoredFile> files, String input, String path) {
    int dot = input.indexOf('.');
    String base = dot < 0 ? input : input.substring(0, dot);
    return files.stream().filter(f -> f.input().equals(base) && f.name().equals(path)).findFirst();
  }

  /** {@return the values that a list is made from, those of a row in a group of one row} */
  private static Map<String, Value> inPlace(Map<String, Value> values, Set<String> needs) {
    Map<String, Value> form = new LinkedHashMap<>();
    Map<String, Map<String, Value>> rows = new LinkedHashMap<>();
    for (String need : needs) {
      Value value = values.get(need);
      int dot = need.indexOf('.');
      if (value != null && dot < 0) {
        form.put(need, value);
      } else if (value != null) {
        rows.computeIfAbsent(need.substring(0, dot), _ -> new LinkedHashMap<>())
            .put(need.substring(dot + 1), value);
      }
    }
    rows.forEach((group, row) -> form.put(group, new Value.RowsValue(List.of(row))));
    return form;
  }

  private OptionList list(
      App app,
      String name,
      Key key,
      Map<String, Value> values,
      List<StoredFile> files,
      JobFolder folder)
      throws IOException {
    Optional<OptionList> before = kept(key);
    if (before.isPresent()) {
      return before.get();
    }
    if (key.source() instanceof OptionSource.CommandSource) {
      publisher.publish(app);
    }
    OptionList made =
        working(
            () ->
                switch (key.source()) {
                  case OptionSource.FileSource(String input, OptionSource.Layout layout) -> {
                    Path file = folder.input(String.valueOf(key.from().get(input)));
                    try (InputStream in = Files.newInputStream(file)) {
                      yield OptionReader.read(in, layout);
                    } catch (OptionReader.NoList e) {
                      throw invalid(name, title(app, input) + " " + e.reason());
                    }
                  }
                  case OptionSource.CommandSource command ->
                      run(app, name, command, values, files, folder);
                });
    keep(key, made);
    return made;
  }

  private OptionList run(
      App app,
      String name,
      OptionSource.CommandSource source,
      Map<String, Value> values,
      List<StoredFile> files,
      JobFolder folder)
      throws IOException {
    List<Bundles.Part> parts = new ArrayList<>();
    Map<String, Value> needed = new LinkedHashMap<>(values);
    needed.keySet().retainAll(source.needs());
    needed.forEach(
        (need, value) -> {
          if (value instanceof Value.FileValue(String path)
              && app.named(need).orElse(null) instanceof Input.FileInput input) {
            staged(files, need, path)
                .ifPresent(
                    f ->
                        parts.add(
                            new Bundles.Part(
                                input.stageAs(), folder.input(f.sha256()), 0, f.bytes())));
          }
        });
    Limits limits =
        new Limits(
            1,
            app.resources().memoryBytes(),
            app.resources().diskBytes(),
            PROCESSES,
            source.seconds(),
            COMMAND_OUTPUT);
    try {
      byte[] printed =
          bundles.run(
              app,
              new Bundles.Command(
                  CommandLine.expandOptions(app, source, needed),
                  CommandLine.fixedEnvironment(app),
                  parts,
                  limits));
      return OptionReader.read(new ByteArrayInputStream(printed), source.layout());
    } catch (Bundles.Refused e) {
      throw invalid(name, "its choices cannot be listed: " + e.reason());
    } catch (CommandLine.CannotExpand e) {
      throw invalid(name, "its choices cannot be listed yet: " + e.getMessage());
    } catch (OptionReader.NoList e) {
      throw invalid(name, "its choices cannot be listed: what the command printed " + e.reason());
    }
  }

  private record Read(String sha256, OptionList list) {}

  /** Hashes a file while reading its list, without a copy. */
  private static Read read(
      App app,
      String name,
      OptionSource.FileSource source,
      Map<String, Value> values,
      Sources sources)
      throws IOException {
    if (!(app.named(source.input()).orElse(null) instanceof Input.FileInput input)
        || !(values.get(source.input()) instanceof Value.FileValue(String path))) {
      throw new IllegalStateException("input " + source.input() + " is no file");
    }
    MessageDigest sha = Staging.sha256();
    try (SeekableByteChannel file = sources.open(input, path);
        InputStream in = new DigestInputStream(Channels.newInputStream(file), sha)) {
      OptionList list = OptionReader.read(in, source.layout());
      return new Read(HexFormat.of().formatHex(sha.digest()), list);
    } catch (HomeFile.Refused e) {
      throw invalid(name, String.valueOf(e.getMessage()));
    } catch (OptionReader.NoList e) {
      throw invalid(name, input.title() + " " + e.reason());
    }
  }

  /** Makes a list. */
  private interface Work<T> {
    T run() throws IOException;
  }

  private <T> T working(Work<T> work) throws IOException {
    try {
      if (!working.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new Problem(
            503, "Busy", "other lists of choices are being made; try again in a minute");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    try {
      return work.run();
    } finally {
      working.release();
    }
  }

  private Optional<OptionList> named(String id, App app, OptionSource source) {
    @Nullable Key found;
    synchronized (named) {
      found = named.get(id);
    }
    return found != null && found.app().equals(app.digest()) && found.source().equals(source)
        ? kept(found)
        : Optional.empty();
  }

  private Optional<OptionList> kept(Key key) {
    synchronized (kept) {
      return Optional.ofNullable(kept.get(key)).map(Kept::list);
    }
  }

  /** The least recently used go first; one that is too heavy alone is not kept. */
  private void keep(Key key, OptionList list) {
    Kept made = new Kept(list, list.weight());
    synchronized (kept) {
      kept.put(key, made);
      long weight = kept.values().stream().mapToLong(Kept::weight).sum();
      for (var eldest = kept.entrySet().iterator(); weight > KEPT && eldest.hasNext(); ) {
        weight -= eldest.next().getValue().weight();
        eldest.remove();
      }
    }
  }
}
