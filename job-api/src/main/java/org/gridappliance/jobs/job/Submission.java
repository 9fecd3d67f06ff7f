package org.gridappliance.jobs.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.gridappliance.jobs.Bundles;
import org.gridappliance.jobs.NetworkPolicy;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.AppCatalog;
import org.gridappliance.jobs.app.AppShelf;
import org.gridappliance.jobs.app.CommandLine;
import org.gridappliance.jobs.app.Facts;
import org.gridappliance.jobs.app.InputValues;
import org.gridappliance.jobs.app.Inputs;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.split.CannotSplit;
import org.gridappliance.jobs.split.SplitFile;
import org.gridappliance.jobs.split.Splitter;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a job of a request: check against the application → stage files → split → one transaction.
 * When it returns, the job is on disk. When it throws, nothing of it is left.
 */
public final class Submission {
  private static final Logger log = LoggerFactory.getLogger(Submission.class);

  private static final Pattern RESULT = Pattern.compile("(\\d{1,12})/(.+)", Pattern.DOTALL);

  private final Path data;
  private final AppShelf shelf;
  private final SavedApps saved;
  private final JobStore store;
  private final Clock clock;
  private final PoolChoice pools;
  private final Bundles bundles;
  private final NetworkPolicy network;
  private final AtomicLong lastId;
  private final OptionLists options;

  /** What else belongs to a submission. */
  public interface Also {
    /** Nothing else. */
    Also NOTHING = new Also() {};

    /**
     * Asked before anything is kept.
     *
     * @param files the input files as they were staged
     * @throws Problem and nothing is submitted
     */
    default void check(List<StoredFile> files) {}

    /** Runs in the transaction that keeps the job. */
    default void insert(Handle handle, long job) {}
  }

  /** Where jobs may run. Thread-safe. */
  public interface PoolChoice {
    /**
     * {@return the pool for a job}
     *
     * @param wanted as the request says; empty when it leaves that to the portal
     * @throws Problem 400 when it cannot run there, with the reason
     */
    String choose(App app, String wanted);

    /** {@return cores of a pool now, from which the number of chunks is chosen} */
    int slots(String pool);
  }

  /**
   * A job and what its subjobs do.
   *
   * @param earlier the owner's newest job that must have the same results, and has them still
   */
  public record Submitted(JobRecord record, JobPlan plan, Optional<JobRecord> earlier) {}

  /**
   * @param pools where jobs may run
   * @param bundles where applications are published, at the latest by their first job
   * @param network whether jobs reach the hosts that their applications name
   * @throws StorageException when the data folder cannot be read
   */
  public Submission(
      Path data,
      AppShelf shelf,
      SavedApps saved,
      JobStore store,
      Clock clock,
      PoolChoice pools,
      Bundles bundles,
      NetworkPolicy network) {
    this.network = network;
    this.data = data;
    this.shelf = shelf;
    this.saved = saved;
    this.store = store;
    this.clock = clock;
    this.pools = pools;
    this.bundles = bundles;
    this.options = new OptionLists(bundles, this::publish);
    try {
      this.lastId = new AtomicLong(Math.max(store.lastId(), lastFolder(data.resolve("jobs"))));
    } catch (IOException e) {
      throw new StorageException("the folder " + data.resolve("jobs") + " cannot be read: " + e, e);
    }
  }

  /** Ids go on after the largest folder: a folder that no job knows is never written into. */
  private static long lastFolder(Path jobs) throws IOException {
    Files.createDirectories(jobs.resolve(".apps"));
    long last = 0;
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(jobs)) {
      for (Path folder : folders) {
        String name = folder.getFileName().toString();
        if (name.matches("\\d{1,12}")) {
          last = Math.max(last, Long.parseLong(name));
        } else if (name.startsWith(".new-")) {
          JobFolder.delete(folder); // a submission or an estimate that was interrupted
        }
      }
    }
    return last;
  }

  /**
   * Takes a request on.
   *
   * @throws Problem 404 when the application is not here for the caller, 400 with an error for
   *     every bad field
   * @throws StorageException when it cannot be put on disk
   */
  public Submitted submit(Caller caller, JsonNode asked, Also also) throws IOException {
    App app = app(caller, asked);
    JsonNode request = placed(app, asked);
    Inputs inputs = inputs(app, request);
    publish(app);
    Path draft = data.resolve("jobs").resolve(".new-" + UUID.randomUUID());
    try {
      Draft made = draft(app, inputs, caller, request, new JobFolder(draft), true);
      options.check(app, inputs, made.files(), new JobFolder(draft));
      also.check(made.files());
      saved.save(app);
      long id = lastId.incrementAndGet();
      JobFolder folder = JobFolder.of(data, id);
      Files.move(draft, folder.path());
      JobFolder.sync(data.resolve("jobs"));
      JobRecord record = record(id, caller, app, inputs, request, made);
      Optional<String> key = resultKey(app, inputs, made);
      Optional<JobRecord> earlier = earlier(caller, key);
      try {
        store.insert(
            record,
            key.orElse(null),
            made.files(),
            made.chunks(),
            handle -> also.insert(handle, id));
      } catch (StorageException e) {
        folder.delete();
        throw e;
      }
      log.info(
          "job submitted job={} user={} app={} subjobs={}",
          id,
          caller.name(),
          app.id(),
          record.total());
      App kept = saved.load(app.id(), app.digest());
      return new Submitted(
          record,
          new JobPlan(kept, inputs, made.facts(), made.files(), made.chunks(), folder, request),
          earlier);
    } finally {
      JobFolder.delete(draft);
    }
  }

  private void publish(App app) throws IOException {
    if (!app.network().isEmpty() && network == NetworkPolicy.OFF) {
      throw new Problem(
          409,
          "No network",
          "application "
              + app.title()
              + " connects to "
              + app.network().stream()
                  .map(one -> one.host() + ":" + one.port())
                  .collect(Collectors.joining(", "))
              + ", which jobs may not; an administrator allows it with jobs.network: public in"
              + " appliance.yaml");
    }
    try {
      bundles.publish(app, () -> example(app));
    } catch (Bundles.Refused e) {
      throw new Problem(
          409,
          "Not published",
          "application " + app.title() + " cannot be published, so it does not run: " + e.reason());
    }
  }

  /** {@return the first example's first subjob; without split there is one of it} */
  private Bundles.Example example(App app) throws IOException {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.set("inputs", app.examples().getFirst().inputs());
    Inputs inputs = inputs(app, request);
    JobFolder folder = new JobFolder(data.resolve("jobs").resolve(".new-" + UUID.randomUUID()));
    try {
      if (app.split().isPresent()) {
        request.put("chunks", 1);
      }
      Caller nobody =
          new Caller("", false, false, false, folder.path()); // an example's files are its own
      Draft made = draft(app, inputs, nobody, request, folder, false);
      JobPlan plan =
          new JobPlan(app, inputs, made.facts(), made.files(), made.chunks(), folder, request);
      JobPlan.Work work = plan.work(0);
      List<Bundles.Part> parts = new ArrayList<>();
      for (FileRef file : work.inputs()) {
        JobPlan.Range range = plan.input(0, file.sha256()).orElseThrow();
        parts.add(new Bundles.Part(file.path(), range.file(), range.start(), range.bytes()));
      }
      return new Bundles.Example(
          work.command(), work.environment(), parts, work.outputs(), plan.limits(), folder::delete);
    } catch (IOException | RuntimeException e) { // whatever it is, the folder must not stay
      folder.delete();
      throw e;
    }
  }

  /**
   * Checks what can be checked without the files.
   *
   * @throws Problem 400 with an error for every bad field
   */
  public void check(Caller caller, JsonNode request) {
    Inputs _ = inputs(app(caller, request), request);
  }

  /** {@return what a request would become; nothing of it is left} */
  public Submitted estimate(Caller caller, JsonNode asked) throws IOException {
    App app = app(caller, asked);
    JsonNode request = placed(app, asked);
    Inputs inputs = inputs(app, request);
    JobFolder folder = new JobFolder(data.resolve("jobs").resolve(".new-" + UUID.randomUUID()));
    try {
      Draft made = draft(app, inputs, caller, request, folder, false);
      options.check(app, inputs, made.files(), folder);
      return new Submitted(
          record(0, caller, app, inputs, request, made),
          new JobPlan(app, inputs, made.facts(), made.files(), made.chunks(), folder, request),
          earlier(caller, resultKey(app, inputs, made)));
    } finally {
      folder.delete();
    }
  }

  /**
   * {@return the choices of an input that come from a file or a command}
   *
   * @param id of the application
   * @param input its name
   * @param body as the contract says: the values of the form, and the id of a list read before
   * @throws Problem 404 without such an input, 400 when what it is made from is wrong or missing
   */
  public OptionLists.Found options(Caller caller, String id, String input, JsonNode body)
      throws IOException {
    App app = app(caller, JsonNodeFactory.instance.objectNode().put("app", id));
    JobFolder folder = new JobFolder(data.resolve("jobs").resolve(".new-" + UUID.randomUUID()));
    try {
      return options.find(app, input, body, sources(app, caller), caller.name(), folder);
    } finally {
      folder.delete();
    }
  }

  private Sources sources(App app, Caller caller) {
    return new Sources(app, caller.home(), at -> result(caller, at));
  }

  /** {@return cores of the pool that a job runs on} */
  public int slots(JobRecord job) {
    return pools.slots(job.pool());
  }

  private Optional<String> resultKey(App app, Inputs inputs, Draft made) {
    return ResultKey.of(app, bundles.of(app), inputs, made.files(), made.chunks().size());
  }

  private Optional<JobRecord> earlier(Caller caller, Optional<String> key) {
    return key.flatMap(known -> store.earlier(caller.name(), known))
        .filter(job -> Files.isDirectory(JobFolder.of(data, job.id()).results()));
  }

  private record Draft(List<StoredFile> files, Map<String, Facts> facts, List<ChunkRow> chunks) {}

  private App app(Caller caller, JsonNode request) {
    String id = request.path("app").asText();
    AppCatalog.Entry entry = shelf.require(caller, id);
    return entry
        .app()
        .orElseThrow(
            () -> field("app", "application " + id + " cannot run: " + entry.problem().orElse("")));
  }

  /** {@return the request with the pool it runs on} */
  private JsonNode placed(App app, JsonNode request) {
    ObjectNode placed = request.deepCopy();
    return placed.put("pool", pools.choose(app, request.path("pool").asText("")));
  }

  private static Inputs inputs(App app, JsonNode request) {
    Inputs inputs = InputValues.check(app, request);
    app.split()
        .filter(split -> inputs.sweep().containsKey(split.input()))
        .ifPresent(
            split -> {
              throw field(split.input(), "is cut into chunks; it takes one file, not a sweep");
            });
    if (inputs.combinations() > Ids.MAX_SUBJOBS) {
      throw field(
          "sweep",
          "the sweep has %s%,d combinations: want at most %,d; give fewer values"
              .formatted(
                  inputs.combinations() == Long.MAX_VALUE ? "more than " : "",
                  inputs.combinations(),
                  Ids.MAX_SUBJOBS));
    }
    return inputs;
  }

  private Draft draft(
      App app, Inputs inputs, Caller caller, JsonNode request, JobFolder folder, boolean kept)
      throws IOException {
    folder.create();
    List<StoredFile> files = Staging.stage(app, inputs, sources(app, caller), folder, kept);
    Map<String, Facts> facts = new HashMap<>();
    List<ChunkRow> chunks = List.of();
    if (app.split().isPresent()) {
      String input = app.split().get().input();
      StoredFile source =
          files.stream().filter(file -> file.input().equals(input)).findFirst().orElse(null);
      if (source != null) {
        SplitFile cut = split(app, request, source, folder);
        facts.put(input, cut.facts());
        chunks =
            cut.chunks().stream()
                .map(c -> new ChunkRow(c.offset(), c.bytes(), c.sha256(), shortened(c.label())))
                .toList();
      }
    } else if (request.path("chunks").isInt()) {
      throw field("chunks", "application " + app.title() + " is not cut into chunks; leave it out");
    }
    long subjobs = inputs.combinations() * Math.max(1, chunks.size());
    if (subjobs > Ids.MAX_SUBJOBS) {
      throw field(
          "sweep",
          "%d combinations of %d chunks are %d subjobs: want at most %d; give fewer values or chunks"
              .formatted(inputs.combinations(), chunks.size(), subjobs, Ids.MAX_SUBJOBS));
    }
    checkCommands(
        new JobPlan(app, inputs, facts, files, chunks, folder, request), inputs, chunks.size());
    return new Draft(files, facts, chunks);
  }

  /** {@return a result of a completed job of the caller} */
  private Path result(Caller caller, String reference) throws HomeFile.Refused {
    Matcher parts = RESULT.matcher(reference);
    if (!parts.matches()) {
      throw new HomeFile.Refused("\"result:" + reference + "\": want result:JOB/FILE");
    }
    long job = Long.parseLong(parts.group(1));
    JobRecord found =
        store
            .find(job)
            .filter(one -> one.owner().equals(caller.name()))
            .orElseThrow(() -> new HomeFile.Refused("job " + job + " is not here"));
    if (found.state() != JobState.COMPLETED) {
      throw new HomeFile.Refused("job " + job + " has not completed; it has no results to use");
    }
    return store
        .result(job, parts.group(2))
        .map(file -> JobFolder.of(data, job).results().resolve(file.path()))
        .orElseThrow(
            () ->
                new HomeFile.Refused(
                    "job "
                        + job
                        + " has no result \""
                        + parts.group(2)
                        + "\"; it has "
                        + String.join(
                            ", ",
                            store.results(job).stream().limit(10).map(FileRef::path).toList())));
  }

  private SplitFile split(App app, JsonNode request, StoredFile source, JobFolder folder)
      throws IOException {
    JsonNode chunks = request.path("chunks");
    try {
      return Splitter.split(
          folder.input(source.sha256()),
          app.split().orElseThrow(),
          chunks.isInt() ? OptionalInt.of(chunks.asInt()) : OptionalInt.empty(),
          pools.slots(request.path("pool").asText("")));
    } catch (CannotSplit e) {
      throw field(source.input(), String.valueOf(e.getMessage()));
    }
  }

  private static void checkCommands(JobPlan plan, Inputs inputs, int chunks) {
    try {
      for (int combination = 0; combination < inputs.combinations(); combination++) {
        plan.work(combination * Math.max(1, chunks));
      }
    } catch (CommandLine.CannotExpand e) {
      throw new Problem(400, "Not valid", "the command cannot be written: " + e.getMessage());
    }
  }

  private static String shortened(String label) {
    return label.length() > 200 ? label.substring(0, 199) + "…" : label;
  }

  private JobRecord record(
      long id, Caller caller, App app, Inputs inputs, JsonNode request, Draft made) {
    ObjectNode facts = JsonNodeFactory.instance.objectNode();
    made.facts()
        .forEach(
            (input, fact) ->
                facts.putObject(input).put("records", fact.records()).put("bytes", fact.bytes()));
    String name = request.path("name").asText("").strip();
    return new JobRecord(
        id,
        caller.name(),
        name.isEmpty() ? app.title() : name,
        app.id(),
        app.title(),
        app.digest(),
        request,
        facts,
        (int) inputs.combinations(),
        made.chunks().size(),
        JobState.IDLE,
        app.resources().priority(),
        0,
        0,
        clock.millis(),
        null,
        null,
        null,
        null);
  }

  private static Problem field(String name, String message) {
    return Problem.invalid(name + ": " + message, List.of(new Problem.FieldError(name, message)));
  }
}
