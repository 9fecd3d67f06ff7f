package org.gridappliance.tests.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.gridappliance.agent.envelope.Orphans;
import org.gridappliance.agent.envelope.Posix;

/**
 * Figures 5 and 6 of the Entropia paper again: four programs of science, 8 KiB reads and writes,
 * file names, and the start of an empty sandbox; natively, in the Entropia VM from bundles, in
 * bubblewrap and, where it is installed, gVisor. Forwards and backwards in turn (ABBA), so that a
 * machine that gets slower or faster favours nobody. CPU time is user and system of everything that
 * was started; pairs of one round give the ratio's interval.
 */
final class EvmBench implements Bench {
  private static final int META_FILES = 100_000;
  private static final int META_FILES_QUICK = 20_000;

  @Override
  public void run(Report report, boolean quick) throws Exception {
    Path folder = Files.createTempDirectory(shm(), "evm-bench-");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    try {
      EvmPrograms programs = new EvmPrograms(folder, quick);
      EvmSubjects subjects = new EvmSubjects(folder);
      Orphans.adopt();
      subjects.versions(report);
      start(report, subjects, quick ? 40 : 200);
      for (EvmPrograms.Program program : programs.all(report)) {
        figure5(report, subjects, program, quick ? 2 : 8);
      }
      Path io = EvmPrograms.ioBench();
      try {
        new EvmWakeUp(subjects, io.resolve("wakeup")).measure(report, quick);
        figure6(report, subjects, io.resolve("iobench"), quick);
      } finally {
        delete(io);
      }
    } finally {
      delete(folder);
    }
  }

  /** In memory, so that no disk is measured. */
  private static Path shm() {
    Path shm = Path.of("/dev/shm");
    return Files.isDirectory(shm) ? shm : Path.of(System.getProperty("java.io.tmpdir"));
  }

  private static void start(Report report, EvmSubjects subjects, int starts) throws Exception {
    EvmPrograms.Program nothing =
        new EvmPrograms.Program("start", List.of("/usr/bin/true"), Map.of(), List.of(), "");
    Map<String, List<Double>> millis = new LinkedHashMap<>();
    List<EvmSubjects.Subject> all = subjects.of(nothing);
    for (int i = 0; i < starts; i++) {
      for (EvmSubjects.Subject subject : all) {
        if (!subject.name().equals("gvisor") || i < 5) { // 0.2 s each
          millis
              .computeIfAbsent(subject.name(), name -> new ArrayList<>())
              .add(run(subjects, subject, nothing).wall() * 1e3);
        }
      }
    }
    millis.forEach(
        (name, values) ->
            report.add(
                "start",
                name,
                "ms",
                "lower",
                values.stream().sorted().toList().get(values.size() / 2)));
  }

  private static void figure5(
      Report report, EvmSubjects subjects, EvmPrograms.Program program, int rounds)
      throws Exception {
    List<EvmSubjects.Subject> all = new ArrayList<>(subjects.of(program));
    Map<String, List<Double>> cpu = new LinkedHashMap<>();
    for (EvmSubjects.Subject subject : all) {
      Ran _ = run(subjects, subject, program); // into the page cache
    }
    for (int round = 0; round < rounds; round++) {
      for (EvmSubjects.Subject subject : round % 2 == 0 ? all : all.reversed()) {
        Ran ran = run(subjects, subject, program);
        report.add(program.name(), subject.name(), "s user+sys", "lower", ran.cpu());
        report.add(program.name() + "-wall", subject.name(), "s", "lower", ran.wall());
        cpu.computeIfAbsent(subject.name(), name -> new ArrayList<>()).add(ran.cpu());
      }
    }
    List<Double> base = cpu.getOrDefault("native", List.of());
    cpu.forEach(
        (name, values) -> {
          if (!name.equals("native")) {
            report.version(
                program.name() + " " + name + "/native, user+sys", interval(values, base));
          }
        });
  }

  private static void figure6(Report report, EvmSubjects subjects, Path iobench, boolean quick)
      throws Exception {
    String mib = quick ? "256" : "512";
    String files = Integer.toString(quick ? META_FILES_QUICK : META_FILES);
    Map<String, List<String>> cases = new LinkedHashMap<>();
    cases.put("write-8k", List.of("write", "/work", mib));
    cases.put("read-8k", List.of("read", "/work", mib));
    cases.put("make", List.of("make", "/work", files));
    cases.put("meta", List.of("meta", "/work", files));
    Map<String, Map<String, List<Double>>> figures = new LinkedHashMap<>();
    int rounds = quick ? 4 : 10;
    for (int round = 0; round < rounds; round++) {
      EvmPrograms.Program any =
          new EvmPrograms.Program("io", List.of(iobench.toString()), Map.of(), List.of(), "");
      List<EvmSubjects.Subject> all = new ArrayList<>(subjects.of(any));
      // its caches end with each run: evm-native/src/bench/figure6.sh measures it in one
      all.removeIf(subject -> subject.key() != null);
      for (EvmSubjects.Subject subject : round % 2 == 0 ? all : all.reversed()) {
        empty(subjects.work());
        for (Map.Entry<String, List<String>> one : cases.entrySet()) {
          List<String> arguments = new ArrayList<>(List.of(iobench.toString()));
          arguments.addAll(one.getValue());
          if (subject.name().equals("native")) {
            arguments.replaceAll(a -> a.replace("/work", subjects.work().toString()));
          }
          Ran ran = run(subjects, subject.with(arguments), any);
          double value = Double.parseDouble(ran.output().strip());
          String unit = one.getKey().startsWith("m") ? "us/file" : "MB/s";
          String better = one.getKey().startsWith("m") ? "lower" : "higher";
          report.add(one.getKey(), subject.name(), unit, better, value);
          figures
              .computeIfAbsent(one.getKey(), key -> new LinkedHashMap<>())
              .computeIfAbsent(subject.name(), key -> new ArrayList<>())
              .add(value);
        }
      }
    }
    figures.forEach(
        (name, rows) ->
            rows.forEach(
                (subject, values) -> {
                  if (!subject.equals("native")) {
                    report.version(
                        name + " " + subject + "/native",
                        interval(values, rows.getOrDefault("native", List.of())));
                  }
                }));
    empty(subjects.work());
  }

  private record Ran(double wall, double cpu, String output) {}

  /** A process of its own, waited for with everything that it waited for. */
  private static Ran run(
      EvmSubjects subjects, EvmSubjects.Subject subject, EvmPrograms.Program program)
      throws IOException {
    List<Posix.Opened> opened = new ArrayList<>();
    if (subject.key() != null) {
      subjects.seal();
      opened.add(new Posix.Opened(subject.key().toString(), 3, Posix.O_RDONLY));
    }
    subjects.layDown(subject);
    Path out = subject.scratch().resolve("out");
    Path err = subject.scratch().resolve("err");
    Files.write(out, new byte[0]);
    Files.write(err, new byte[0]);
    opened.add(new Posix.Opened("/dev/null", 0, Posix.O_RDONLY));
    opened.add(new Posix.Opened(out.toString(), 1, Posix.O_WRONLY_APPEND));
    opened.add(new Posix.Opened(err.toString(), 2, Posix.O_WRONLY_APPEND));
    long begin = System.nanoTime();
    int pid = Posix.spawn(subject.command(), subject.environment(), opened, List.of());
    Posix.Ended ended = pid < 0 ? null : Posix.wait4(pid);
    long orphans = Orphans.await();
    double wall = (System.nanoTime() - begin) / 1e9;
    if (ended == null || ended.status() != 0) {
      throw new IllegalStateException(
          program.name()
              + " in "
              + subject.name()
              + " ended with "
              + ended
              + ": "
              + new String(Files.readAllBytes(err), StandardCharsets.UTF_8));
    }
    String output = new String(Files.readAllBytes(out), StandardCharsets.UTF_8);
    return new Ran(wall, (ended.cpuNanos() + orphans) / 1e9, output);
  }

  /** The mean of the rounds' ratios with a 95 % interval by Student's t. */
  private static String interval(List<Double> values, List<Double> base) {
    int n = Math.min(values.size(), base.size());
    if (n < 2) {
      return "too few runs";
    }
    double[] ratios = new double[n];
    for (int i = 0; i < n; i++) {
      ratios[i] = values.get(i) / base.get(i);
    }
    double mean = Arrays.stream(ratios).average().orElse(0);
    double squares = Arrays.stream(ratios).map(r -> (r - mean) * (r - mean)).sum();
    double half = student(n - 1) * Math.sqrt(squares / (n - 1) / n);
    return String.format(Locale.ROOT, "%.3f ± %.3f (95 %%, n = %d)", mean, half, n);
  }

  /** Student's t for 95 %, two-sided. */
  private static double student(int freedom) {
    double[] table = {12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26};
    return freedom <= table.length ? table[freedom - 1] : 2.0;
  }

  static void empty(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      for (Path path : all.toList()) {
        delete(path);
      }
    }
  }

  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
