package org.gridappliance.jobs.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.AppCatalog;
import org.gridappliance.jobs.app.CommandLine;
import org.gridappliance.jobs.app.Facts;
import org.gridappliance.jobs.app.Input;
import org.gridappliance.jobs.app.InputValues;
import org.gridappliance.jobs.app.Inputs;
import org.gridappliance.jobs.app.Value;
import org.gridappliance.jobs.split.Chunk;
import org.gridappliance.jobs.split.SplitFile;
import org.gridappliance.jobs.split.Splitter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Descriptor, split, command line and merge with hmmsearch and valgrind themselves. */
class RealProgramsTest {
  private final AppCatalog catalog = new AppCatalog(List.of(Path.of("apps")));
  @TempDir Path folder;

  @Test
  void mergedHitsOfOneFourAndFiftyChunksAreTheUnsplitRuns() throws Exception {
    App app = catalog.find("hmmsearch").orElseThrow();
    Path one = runChunked(app, 1);
    String hits = Files.readString(one.resolve("hits.tsv"));
    assertEquals(unsplitHits(app), new TreeSet<>(hits.lines().skip(1).toList()));
    assertTrue(hits.lines().count() > 100, "lines of hits: " + hits.lines().count());
    for (int chunks : new int[] {4, 50}) {
      Path many = runChunked(app, chunks);
      assertEquals(hits, Files.readString(many.resolve("hits.tsv")), chunks + " chunks");
      assertEquals(
          Files.readString(one.resolve("domains.tsv")),
          Files.readString(many.resolve("domains.tsv")),
          chunks + " chunks");
    }
  }

  @Test
  void largerDataCachesMissLess() throws Exception {
    App app = catalog.find("cachegrind").orElseThrow();
    App.Example example = app.examples().getFirst();
    Inputs inputs = InputValues.check(app, example.inputs(), example.sweep());
    Map<String, Path> files = Map.of("data.txt", app.exampleFile("example:numbers.txt").get());
    Map<String, Facts> facts = Map.of("data", Facts.ofBytes(Files.size(files.get("data.txt"))));
    List<SubjobOutputs> outputs = new ArrayList<>();
    for (int i = 0; i < inputs.combinations(); i += 3) {
      List<String> command = CommandLine.expand(app, inputs.all(i), facts);
      Map<String, String> environment = CommandLine.environment(app, inputs.all(i), facts);
      Map<String, Path> left = run(app, command, environment, files);
      outputs.add(new SubjobOutputs(i, inputs.combination(i), left));
    }
    Path results = Files.createTempDirectory(folder, "results");
    Merged merged = Merge.run(app, inputs.sweep().keySet(), outputs, results);
    assertEquals(3, merged.tables().getFirst().rows());
    assertEquals("L1 data: Number of sets", merged.tables().getFirst().columns().get(0).title());
    List<Long> misses =
        TableFile.read(
                results.resolve("misses.tsv"),
                merged.tables().getFirst().columns(),
                TableFile.Query.of("d1_misses", "dl1_sets", "", 0, 10))
            .rows()
            .stream()
            .map(row -> row.getFirst().longValue())
            .toList();
    assertTrue(misses.get(0) > misses.get(1) && misses.get(1) > misses.get(2), misses.toString());
    assertEquals(
        List.of("dl1_sets"),
        Merge.plots(app, inputs.sweep().keySet()).stream().map(p -> p.x().column()).toList());
  }

  private Path runChunked(App app, int chunks) throws Exception {
    App.Example example = app.examples().getFirst();
    Inputs inputs = InputValues.check(app, example.inputs(), example.sweep());
    Map<String, Path> files = exampleFiles(app, inputs);
    Path sequences = files.get("sequences.fasta");
    SplitFile split =
        Splitter.split(sequences, app.split().orElseThrow(), OptionalInt.of(chunks), 2);
    assertEquals(chunks, split.chunks().size());
    Map<String, Facts> facts = Map.of("profile", Facts.ofBytes(1), "sequences", split.facts());
    List<SubjobOutputs> outputs = new ArrayList<>();
    for (Chunk chunk : split.chunks()) {
      Path part = Files.createTempFile(folder, "chunk", ".fasta");
      Files.write(part, bytes(sequences, chunk));
      Map<String, Path> staged = new HashMap<>(files);
      staged.put("sequences.fasta", part);
      List<String> command = CommandLine.expand(app, inputs.all(0), facts);
      outputs.add(new SubjobOutputs(outputs.size(), Map.of(), run(app, command, Map.of(), staged)));
    }
    Path results = Files.createTempDirectory(folder, "results");
    Merge.run(app, List.of(), outputs, results);
    return results;
  }

  /** What hmmsearch says of the whole file when nobody tells it a database size. */
  private Set<String> unsplitHits(App app) throws Exception {
    Inputs inputs =
        InputValues.check(app, app.examples().getFirst().inputs(), MissingNode.getInstance());
    List<String> command =
        List.of(
            "hmmsearch",
            "--noali",
            "--tblout",
            "hits.tbl",
            "--domtblout",
            "domains.tbl",
            "-o",
            "report.txt",
            "profile.hmm",
            "sequences.fasta");
    Path table = run(app, command, Map.of(), exampleFiles(app, inputs)).get("hits.tbl");
    Set<String> rows = new TreeSet<>();
    TableReader.read(
        table, app.table("hits").orElseThrow(), cells -> rows.add(String.join("\t", cells)));
    return rows;
  }

  private static Map<String, Path> exampleFiles(App app, Inputs inputs) {
    Map<String, Path> files = new HashMap<>();
    inputs
        .values()
        .forEach(
            (name, value) -> {
              if (value instanceof Value.FileValue(String path)
                  && app.input(name).orElseThrow() instanceof Input.FileInput file) {
                files.put(file.stageAs(), app.exampleFile(path).orElseThrow());
              }
            });
    return files;
  }

  private Map<String, Path> run(
      App app, List<String> command, Map<String, String> environment, Map<String, Path> inputs)
      throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory(folder, "scratch");
    for (Map.Entry<String, Path> input : inputs.entrySet()) {
      Files.copy(input.getValue(), scratch.resolve(input.getKey()));
    }
    ProcessBuilder builder = new ProcessBuilder(command).directory(scratch.toFile());
    builder.environment().putAll(environment);
    Path log = Files.createTempFile(folder, "log", ".txt");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), command + " takes more than a minute");
    assertEquals(0, process.exitValue(), command + ": " + Files.readString(log));
    Map<String, Path> left = new HashMap<>();
    app.subjobFiles().forEach(name -> left.put(name, scratch.resolve(name)));
    return left;
  }

  private static byte[] bytes(Path file, Chunk chunk) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) chunk.bytes());
    try (FileChannel channel = FileChannel.open(file)) {
      channel.read(bytes, chunk.offset());
    }
    return bytes.array();
  }
}
