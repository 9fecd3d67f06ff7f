package org.gridappliance.jobs.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.CommandLine;
import org.gridappliance.jobs.app.Facts;
import org.gridappliance.jobs.app.Input;
import org.gridappliance.jobs.app.Inputs;
import org.gridappliance.jobs.app.Resources;
import org.gridappliance.jobs.app.Value;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Limits;
import org.jspecify.annotations.Nullable;

/**
 * What the subjobs of one job do: command, files and limits by index. Subjob {@code i} of a job
 * with {@code c} chunks runs sweep combination {@code i / c} on chunk {@code i % c}. Immutable;
 * made once at submission and again from the database at a restart.
 */
public final class JobPlan {
  /** What an executor is told of one subjob. */
  public record Work(
      List<String> command,
      Map<String, String> environment,
      List<FileRef> inputs,
      List<String> outputs) {}

  /** Bytes {@code start} to {@code start + bytes} of a file of the job. */
  public record Range(Path file, long start, long bytes) {}

  /** Outputs of these names are the program's standard output and error, not files it leaves. */
  private static final Set<String> STREAMS = Set.of("stdout", "stderr");

  private static final int PROCESSES_A_CORE = 64;
  private static final int PROCESSES = 128;
  private static final long OUTPUT_BYTES = 16L << 20;

  private final App app;
  private final Inputs inputs;
  private final Map<String, Facts> facts;
  private final Map<String, StoredFile> files;
  private final List<ChunkRow> chunks;
  private final JobFolder folder;
  private final Resources resources;

  /**
   * @param files staged files, by the text of their value
   * @param chunks of the split input, empty when the job is not split
   * @param request as accepted; it may ask for another amount of memory than the application
   */
  public JobPlan(
      App app,
      Inputs inputs,
      Map<String, Facts> facts,
      List<StoredFile> files,
      List<ChunkRow> chunks,
      JobFolder folder,
      JsonNode request) {
    JsonNode memory = request.path("memoryBytes");
    this.resources =
        memory.isIntegralNumber() ? app.resources().withMemory(memory.asLong()) : app.resources();
    this.app = app;
    this.inputs = inputs;
    this.facts = Map.copyOf(facts);
    this.files = files.stream().collect(Collectors.toMap(f -> key(f.input(), f.name()), f -> f));
    this.chunks = List.copyOf(chunks);
    this.folder = folder;
  }

  private static String key(String input, String name) {
    return input + "\0" + name;
  }

  public App app() {
    return app;
  }

  public Resources resources() {
    return resources;
  }

  public JobFolder folder() {
    return folder;
  }

  private int perCombination() {
    return Math.max(1, chunks.size());
  }

  private Map<String, Value> values(int index) {
    return inputs.all(index / perCombination());
  }

  /** {@return the swept values of a subjob, empty without a sweep} */
  public Map<String, Value> swept(int index) {
    return inputs.combination(index / perCombination());
  }

  /** {@return what a subjob works on, in words} */
  public String label(int index) {
    List<String> words = new ArrayList<>();
    swept(index).forEach((name, value) -> words.add(name + " = " + value.shown()));
    if (!chunks.isEmpty()) {
      words.add(chunks.get(index % chunks.size()).label());
    }
    return words.isEmpty() ? "the whole input" : String.join(", ", words);
  }

  /**
   * {@return what a subjob runs}
   *
   * @throws CommandLine.CannotExpand when the command cannot be written from its values
   */
  public Work work(int index) {
    Map<String, Value> values = values(index);
    Map<String, Facts> known = factsOf(values);
    List<FileRef> staged = new ArrayList<>();
    eachFile(
        values,
        (input, file) -> {
          ChunkRow chunk = isSplit(input) ? chunks.get(index % chunks.size()) : null;
          staged.add(
              chunk == null
                  ? new FileRef(input.stageAs(), file.sha256(), file.bytes())
                  : new FileRef(input.stageAs(), chunk.sha256(), chunk.bytes()));
        });
    return new Work(
        CommandLine.expand(app, values, known),
        CommandLine.environment(app, values, known),
        staged,
        app.subjobFiles().stream().filter(file -> !STREAMS.contains(file)).toList());
  }

  /**
   * {@return what the program of a subjob counts to while it tells how far it is}
   *
   * @throws CommandLine.CannotExpand when arithmetic fails
   * @throws NumberFormatException when it is no number
   */
  public OptionalDouble progressTotal(int index) {
    Map<String, Value> values = values(index);
    Optional<String> total = CommandLine.progressTotal(app, values, factsOf(values));
    return total.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(Double.parseDouble(total.get()));
  }

  /**
   * {@return what the merge command runs, when the application has one}
   *
   * @param merged the files of the results folder, its inputs
   */
  public Optional<Work> mergeWork(List<FileRef> merged) {
    if (app.mergeCommand().isEmpty()) {
      return Optional.empty();
    }
    Map<String, Value> values = values(0);
    Map<String, Facts> known = factsOf(values);
    List<String> makes =
        app.outputs().stream()
            .filter(output -> output.fromMerge())
            .map(output -> output.file())
            .distinct()
            .toList();
    return Optional.of(
        new Work(
            CommandLine.expandMerge(app, values, known),
            CommandLine.environment(app, values, known),
            merged,
            makes));
  }

  /** {@return where the bytes of one input of a subjob lie; empty when it has no such input} */
  public Optional<Range> input(int index, String sha256) {
    @Nullable Range[] found = {null};
    eachFile(
        values(index),
        (input, file) -> {
          Path path = folder.input(file.sha256());
          if (isSplit(input)) {
            ChunkRow chunk = chunks.get(index % chunks.size());
            if (chunk.sha256().equals(sha256)) {
              found[0] = new Range(path, chunk.start(), chunk.bytes());
            }
          } else if (file.sha256().equals(sha256)) {
            found[0] = new Range(path, 0, file.bytes());
          }
        });
    return Optional.ofNullable(found[0]);
  }

  /** {@return what every subjob and the merge command may use} */
  public Limits limits() {
    return new Limits(
        resources.cpus(),
        resources.memoryBytes(),
        resources.diskBytes(),
        PROCESSES + PROCESSES_A_CORE * resources.cpus(),
        resources.maximumSeconds(),
        OUTPUT_BYTES);
  }

  private boolean isSplit(Input.FileInput input) {
    return !chunks.isEmpty()
        && app.split().map(split -> split.input().equals(input.name())).orElse(false);
  }

  private Map<String, Facts> factsOf(Map<String, Value> values) {
    Map<String, Facts> known = new LinkedHashMap<>();
    eachFile(
        values,
        (input, file) ->
            known.put(input.name(), facts.getOrDefault(input.name(), Facts.ofBytes(file.bytes()))));
    return known;
  }

  private void eachFile(
      Map<String, Value> values, java.util.function.BiConsumer<Input.FileInput, StoredFile> visit) {
    Input.eachFile(
        app.inputs(),
        values,
        (file, given) -> {
          StoredFile stored = files.get(key(file.name(), given.path()));
          if (stored == null) {
            throw new StorageException(
                "job file " + given.path() + " of input " + file.name() + " is lost", null);
          }
          visit.accept(file, stored);
        });
  }
}
