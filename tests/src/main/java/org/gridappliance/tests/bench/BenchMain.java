package org.gridappliance.tests.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The entry of {@code ./appliance bench [NAME] [--quick]}, all of them without NAME; each writes
 * {@code target/bench/NAME.json}.
 */
public final class BenchMain {
  private static final Map<String, Supplier<Bench>> BENCHES =
      new TreeMap<>(
          Map.of(
              "evm",
              EvmBench::new,
              "jobs",
              JobsBench::new,
              "overlay",
              OverlayBench::new,
              "pool",
              PoolBench::new,
              "storage",
              StorageBench::new,
              "vnc",
              VncBench::new));

  private BenchMain() {}

  /** Exits with 2 when the name is unknown. */
  public static void main(String[] arguments) throws Exception {
    List<String> words = List.of(arguments);
    List<String> names = words.stream().filter(word -> !word.startsWith("--")).toList();
    boolean quick = words.contains("--quick");
    for (String name : names.isEmpty() ? BENCHES.keySet() : names) {
      Supplier<Bench> bench = BENCHES.get(name);
      if (bench == null) {
        System.err.println("bench " + name + ": want one of " + BENCHES.keySet());
        System.exit(2);
        return;
      }
      Report report = new Report(name);
      bench.get().run(report, quick);
      report.finish(Path.of("target", "bench"));
    }
  }
}
