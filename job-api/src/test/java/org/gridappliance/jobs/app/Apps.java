package org.gridappliance.jobs.app;

import java.nio.file.Path;

/** Small descriptors for tests. */
final class Apps {
  /** In order; line numbers are used by tests. */
  static final String SMALL =
      """
      title: Small
      category: Test
      about: Counts words. And more.
      inputs:
        - name: data
          type: file
          title: Data
          as: data.txt
        - name: rate
          type: number
          title: Rate
          default: 0.5
          minimum: 0
          maximum: 1e6
          sweepable: true
        - name: times
          type: integer
          title: Times
          default: 2
          minimum: 1
          maximum: 8
        - name: word
          type: text
          title: Word
          required: false
      command:
        - count
        - "--rate={rate}"
        - "{times * (3 + data.records) / 2}"
        - { when: word, then: [--word, "{word}"] }
        - "{data}"
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
          sort: [-n, word]
      plots:
        - title: Counts
          kind: bar
          table: counts
          x: { column: word, label: Word }
          y: { column: n, label: Number }
      resources:
        memory: 10 MiB
        disk: 1 MiB
        minimumTime: 0 s
        expectedTime: 1 s
        maximumTime: 2 min
      """;

  private Apps() {}

  static App parse(String yaml) throws AppInvalid {
    return AppParser.parse("small", yaml, Path.of("nowhere"), "0".repeat(64));
  }

  static App small() {
    try {
      return parse(SMALL);
    } catch (AppInvalid e) {
      throw new AssertionError(e);
    }
  }
}
