package org.gridappliance.jobs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Applications that tests drop into an apps folder. */
final class TestApps {
  /** Counts words of chunks of lines; swept over {@code times}; makes one table. */
  static final String COUNT =
      """
      title: Count
      category: Test
      about: Counts words. And more.
      inputs:
        - { name: data, type: file, title: Data, as: data.txt }
        - { name: times, type: integer, title: Times, default: 1, minimum: 1, maximum: 100000, sweepable: true }
      command: [count, "{times}", "{data.records}", "{data}"]
      split: { input: data, by: lines, unit: lines }
      outputs:
        - name: counts
          type: table
          title: Counts
          file: counts.tsv
          format: tsv
          columns:
            - { name: word, title: Word }
            - { name: n, title: Number, type: integer }
          sort: [word]
      plots:
        - { title: Counts, kind: bar, table: counts, x: { column: word, label: Word }, y: { column: n, label: Number } }
      resources: { memory: 10 MiB, disk: 1 MiB, minimumTime: 0 s, expectedTime: 0.01 s, maximumTime: 2 min }
      """;

  /** Does nothing, as often as is wished; its only output is its standard output. */
  static final String NOTHING =
      """
      title: Nothing
      category: Test
      about: Runs true.
      inputs:
        - { name: number, type: integer, title: Number, default: 1, minimum: 1, maximum: 1000000, sweepable: true }
      command: ["true", "{number}"]
      outputs:
        - { name: said, type: text, title: Output, file: stdout }
      resources: { memory: 10 MiB, disk: 1 MiB, minimumTime: 0 s, expectedTime: 0.01 s, maximumTime: 2 min }
      """;

  /** As {@link #NOTHING}, and tells how far it is. */
  static final String TELLING =
      NOTHING.replace("expectedTime: 0.01 s", "expectedTime: 60 s")
          + """
          progress:
            pattern: 'step (?<done>\\d+) of (?<total>\\d+): (?<message>.*)'
          """;

  private TestApps() {}

  static void install(Path data) throws IOException {
    install(data, "count", COUNT);
    install(data, "nothing", NOTHING);
    install(data, "slow", NOTHING.replace("expectedTime: 0.01 s", "expectedTime: 60 s"));
    install(
        data,
        "long",
        NOTHING
            .replace("expectedTime: 0.01 s", "expectedTime: 20 min")
            .replace("maximumTime: 2 min", "maximumTime: 60 min"));
    install(
        data,
        "merging",
        COUNT
            .replace(
                "resources:",
                """
            merge: [summarize, counts.tsv]
            resources:""")
            .replace(
                "plots:",
                """
                  - { name: summary, type: text, title: Summary, file: summary.txt, from: merge }
                plots:"""));
  }

  static void install(Path data, String id, String yaml) throws IOException {
    Path folder = Files.createDirectories(data.resolve("apps").resolve(id));
    Files.writeString(folder.resolve("app.yaml"), yaml);
  }
}
