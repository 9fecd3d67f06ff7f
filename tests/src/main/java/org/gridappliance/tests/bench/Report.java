package org.gridappliance.tests.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Collects runs into rows, prints medians with ratios to us, and writes {@code NAME.json}. */
final class Report {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final String bench;
  private final Map<String, Row> rows = new LinkedHashMap<>();
  private final Map<String, String> versions = new LinkedHashMap<>();

  Report(String bench) {
    this.bench = bench;
  }

  /** Adds one run's figure to the row of this case and subject. */
  void add(String name, String subject, String unit, String better, double value) {
    rows.computeIfAbsent(
            name + " · " + subject, key -> new Row(name, subject, unit, better, new ArrayList<>()))
        .runs()
        .add(value);
    System.out.printf(Locale.ROOT, "  %-12s %-16s %,12.2f %s%n", name, subject, value, unit);
  }

  /** Notes a peer's version, or that it is missing and how to install it. */
  void version(String peer, String text) {
    versions.put(peer, text);
  }

  /** Prints the table and writes {@code folder/NAME.json}. */
  void finish(Path folder) throws IOException {
    ObjectNode root = JSON.createObjectNode().put("bench", bench);
    root.put("commit", Shell.line("git", "rev-parse", "--short=12", "HEAD"));
    ObjectNode machine = root.putObject("machine");
    machine.put("cores", Runtime.getRuntime().availableProcessors());
    machine.put("kernel", Shell.line("uname", "-r"));
    machine.put("cpu", cpuModel());
    machine.put("java", Runtime.version().toString());
    root.set("peers", JSON.valueToTree(versions));
    ArrayNode list = root.putArray("rows");
    System.out.printf(
        "%n%-14s %-16s %14s  %-10s %s%n", "case", "subject", "median", "unit", "ours / it");
    for (Row row : rows.values()) {
      ObjectNode node = list.addObject();
      node.put("case", row.name()).put("subject", row.subject());
      node.put("unit", row.unit()).put("better", row.better());
      row.runs().forEach(node.putArray("runs")::add);
      node.put("median", row.median());
      System.out.printf(
          Locale.ROOT,
          "%-14s %-16s %,14.2f  %-10s %s%n",
          row.name(),
          row.subject(),
          row.median(),
          row.unit(),
          ratio(row));
    }
    versions.forEach((peer, text) -> System.out.println(peer + ": " + text));
    Files.createDirectories(folder);
    Path file = folder.resolve(bench + ".json");
    JSON.writeValue(file.toFile(), root);
    System.out.println("written: " + file);
  }

  private String ratio(Row row) {
    Row ours = rows.get(row.name() + " · ours");
    return ours == null || ours.equals(row)
        ? ""
        : String.format(Locale.ROOT, "%.2f", ours.median() / row.median());
  }

  private static String cpuModel() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/cpuinfo"));
    return lines.stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }
}
