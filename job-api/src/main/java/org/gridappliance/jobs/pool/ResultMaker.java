package org.gridappliance.jobs.pool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.Output;
import org.gridappliance.jobs.job.JobFolder;
import org.gridappliance.jobs.job.JobPlan;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.JobStore;
import org.gridappliance.jobs.job.MergedNote;
import org.gridappliance.jobs.job.PlanLoader;
import org.gridappliance.jobs.job.SubjobRow;
import org.gridappliance.jobs.job.SubjobStore;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.merge.Merge;
import org.gridappliance.jobs.merge.MergeException;
import org.gridappliance.jobs.merge.Merged;
import org.gridappliance.jobs.merge.SubjobOutputs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the results folder of a job from its subjobs' outputs, in a new folder beside it that takes
 * its place when all is on disk: half-made results are never seen, and making them again is safe.
 * One job at a time.
 */
public final class ResultMaker {
  private static final Logger log = LoggerFactory.getLogger(ResultMaker.class);

  /** The name of an output that is the program's standard output or error. */
  private static final List<String> STREAMS = List.of("stdout", "stderr");

  /** Short outputs read at a time. */
  private static final int PAGE = 1000;

  private final JobStore jobs;
  private final SubjobStore subjobs;
  private final PlanLoader plans;

  public ResultMaker(JobStore jobs, SubjobStore subjobs, PlanLoader plans) {
    this.jobs = jobs;
    this.subjobs = subjobs;
    this.plans = plans;
  }

  /**
   * What was made.
   *
   * @param files all result files, on disk
   * @param command the application's merge command, still to be run on them
   */
  record Made(List<FileRef> files, MergedNote note, Optional<JobPlan.Work> command) {}

  /**
   * Makes results of what a failed or cancelled job delivered: merged where the outputs of its
   * completed subjobs merge, else each subjob's own files. The merge command does not run.
   */
  public synchronized void makePartial(JobRecord job) throws IOException {
    JobPlan plan = plans.load(job);
    Files.createDirectories(plan.folder().tmp());
    List<SubjobOutputs> outputs = outputs(plan, job);
    if (outputs.isEmpty()) {
      return;
    }
    Path fresh = fresh(plan);
    MergedNote note = new MergedNote(List.of(), List.of());
    try {
      List<String> swept = List.copyOf(PlanLoader.inputs(plan.app(), job).sweep().keySet());
      note = note(Merge.run(plan.app(), swept, outputs, fresh), note);
    } catch (MergeException e) {
      log.debug("outputs do not merge job={}", job.id(), e);
      fresh = fresh(plan);
      for (SubjobOutputs one : outputs) {
        for (Map.Entry<String, Path> file : one.files().entrySet()) {
          Path target = fresh.resolve("subjob-" + one.index()).resolve(file.getKey());
          Files.createDirectories(target.getParent());
          Files.copy(file.getValue(), target);
        }
      }
    }
    List<FileRef> files = files(fresh);
    replace(plan.folder(), fresh);
    jobs.keepPartial(job.id(), files, note);
  }

  /** Merges the outputs of all subjobs. */
  synchronized Made merge(JobPlan plan, JobRecord job) throws MergeException, IOException {
    App app = plan.app();
    List<SubjobOutputs> outputs = outputs(plan, job);
    Path fresh = fresh(plan);
    Merged merged = Merge.run(app, PlanLoader.inputs(app, job).sweep().keySet(), outputs, fresh);
    MergedNote note = note(merged, new MergedNote(List.of(), List.of()));
    List<FileRef> files = files(fresh);
    Optional<JobPlan.Work> command = plan.mergeWork(files);
    if (command.isPresent()) {
      // the merge command fetches them as blobs, like any executor its inputs
      for (FileRef file : files) {
        Path blob = plan.folder().blob(file.sha256());
        Files.createDirectories(plan.folder().blobs(file.sha256()));
        Files.copy(fresh.resolve(file.path()), blob, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    replace(plan.folder(), fresh);
    return new Made(files, note, command);
  }

  /** Adds what the merge command made to the merged results. */
  synchronized Made collect(JobPlan plan, JobRecord job, List<FileRef> made)
      throws MergeException, IOException {
    App app = plan.app();
    List<SubjobOutputs> outputs = outputs(plan, job);
    Path fresh = fresh(plan);
    List<String> swept = List.copyOf(PlanLoader.inputs(app, job).sweep().keySet());
    MergedNote note =
        note(Merge.run(app, swept, outputs, fresh), new MergedNote(List.of(), List.of()));
    Map<String, Path> files = new HashMap<>();
    made.forEach(file -> files.put(file.path(), plan.folder().blob(file.sha256())));
    SubjobOutputs one = new SubjobOutputs(0, Map.of(), files);
    note = note(Merge.run(ofMergeCommand(app), List.of(), List.of(one), fresh), note);
    List<FileRef> all = files(fresh);
    replace(plan.folder(), fresh);
    return new Made(all, note, Optional.empty());
  }

  /** The application whose only outputs are those of the merge command, as if a subjob's. */
  private static App ofMergeCommand(App app) {
    List<Output> outputs =
        app.outputs().stream().filter(Output::fromMerge).map(ResultMaker::asSubjobs).toList();
    return new App(
        app.id(),
        app.title(),
        app.category(),
        app.about(),
        app.packages(),
        app.allow(),
        app.network(),
        app.inputs(),
        app.pages(),
        app.command(),
        app.environment(),
        app.interactive(),
        app.checkpoint(),
        app.deterministic(),
        app.progress(),
        app.split(),
        app.mergeCommand(),
        outputs,
        app.plots(),
        app.resources(),
        app.examples(),
        app.presets(),
        app.folder(),
        app.digest());
  }

  private static Output asSubjobs(Output output) {
    return switch (output) {
      case Output.TableOutput t ->
          new Output.TableOutput(
              t.name(), t.title(), t.file(), false, t.format(), t.columns(), t.sort(), t.sum());
      case Output.TextOutput t ->
          new Output.TextOutput(t.name(), t.title(), t.file(), false, t.join());
      case Output.FileOutput t ->
          new Output.FileOutput(t.name(), t.title(), t.file(), false, t.join());
      case Output.ImageOutput t ->
          new Output.ImageOutput(t.name(), t.title(), t.file(), false, t.sequence());
    };
  }

  private static MergedNote note(Merged merged, MergedNote before) {
    List<MergedNote.Table> tables = new ArrayList<>(before.tables());
    merged.tables().forEach(t -> tables.add(new MergedNote.Table(t.name(), t.file(), t.rows())));
    List<MergedNote.Text> texts = new ArrayList<>(before.texts());
    merged.texts().forEach(t -> texts.add(new MergedNote.Text(t.title(), t.file())));
    return new MergedNote(tables, texts);
  }

  private List<SubjobOutputs> outputs(JobPlan plan, JobRecord job) throws IOException {
    List<SubjobOutputs> outputs = new ArrayList<>();
    List<SubjobRow> rows = new ArrayList<>();
    subjobs.each(job.id(), rows::add);
    Map<String, Map<Integer, Path>> streams = new HashMap<>();
    Path empty = Files.write(plan.folder().tmp().resolve("empty"), new byte[0]);
    for (String stream : STREAMS) {
      if (plan.app().subjobFiles().contains(stream)) {
        streams.put(stream, streams(plan.folder(), job, stream));
      }
    }
    for (SubjobRow row : rows) {
      if (row.index() >= 0 && row.state() == 'C') {
        Map<String, Path> files = new HashMap<>();
        for (FileRef file : row.outputs()) {
          files.put(file.path(), plan.folder().blob(file.sha256()));
        }
        streams.forEach(
            (stream, known) -> files.put(stream, known.getOrDefault(row.index(), empty)));
        outputs.add(new SubjobOutputs(row.index(), plan.swept(row.index()), files));
      }
    }
    return outputs;
  }

  /** {@return the files of one stream by index, those that say something} */
  private Map<Integer, Path> streams(JobFolder folder, JobRecord job, String stream)
      throws IOException {
    Map<Integer, Path> files = new HashMap<>();
    String ending = "." + stream;
    try (Stream<Path> kept = Files.list(folder.path().resolve("output"))) {
      kept.forEach(
          file -> {
            String name = file.getFileName().toString();
            if (name.endsWith(ending) && Character.isDigit(name.charAt(0))) {
              files.put(Integer.parseInt(name.substring(0, name.length() - ending.length())), file);
            }
          });
    }
    for (int from = 0; from < job.total(); from += PAGE) {
      Map<Integer, String> texts = subjobs.shortOutputs(job.id(), from, from + PAGE, stream);
      for (Map.Entry<Integer, String> text : texts.entrySet()) {
        Path copy = folder.tmp().resolve(text.getKey() + ending);
        files.put(text.getKey(), Files.writeString(copy, text.getValue()));
      }
    }
    return files;
  }

  private static Path fresh(JobPlan plan) throws IOException {
    Path fresh = plan.folder().path().resolve("results.new");
    JobFolder.delete(fresh);
    return Files.createDirectories(fresh);
  }

  private static void replace(JobFolder folder, Path fresh) throws IOException {
    Path old = folder.path().resolve("results.old");
    JobFolder.delete(old);
    if (Files.exists(folder.results())) {
      Files.move(folder.results(), old, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(fresh, folder.results(), StandardCopyOption.ATOMIC_MOVE);
    JobFolder.sync(folder.path());
    JobFolder.delete(old);
  }

  /** {@return all files beneath with their hashes, each put on disk} */
  private static List<FileRef> files(Path folder) throws IOException {
    List<FileRef> files = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
        JobFolder.sync(file);
        files.add(new FileRef(folder.relativize(file).toString(), sha256(file), Files.size(file)));
      }
    }
    return files;
  }

  private static String sha256(Path file) throws IOException {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha)) {
        in.transferTo(java.io.OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
