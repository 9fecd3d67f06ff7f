package org.gridappliance.jobs.app;

/** Reads {@code resources:}. */
final class ResourcesReader {
  static final Resources SMALLEST = new Resources(1, 1 << 20, 0, 0, 0, 1, 0);

  private ResourcesReader() {}

  static Resources resources(Yaml at) {
    YamlFields fields =
        at.fields(
            "cpus", "memory", "disk", "minimumTime", "expectedTime", "maximumTime", "priority");
    double minimum = seconds(fields, "minimumTime");
    double expected = seconds(fields, "expectedTime");
    double maximum = seconds(fields, "maximumTime");
    if (minimum > expected || expected > maximum) {
      at.problem("want minimumTime ≤ expectedTime ≤ maximumTime");
    }
    return new Resources(
        fields.get("cpus").map(c -> (int) c.integer(1, 64)).orElse(1),
        bytes(fields, "memory", 0x1p20, 0x1p40, "1 MiB..1 TiB"),
        bytes(fields, "disk", 0, 0x1p50, "0 B..1024 TiB"),
        minimum,
        expected,
        maximum,
        fields.get("priority").map(p -> (int) p.integer(-20, 20)).orElse(0));
  }

  private static double seconds(YamlFields fields, String key) {
    return fields.need(
        key, value -> value.quantity(Quantity::seconds, 0, 366 * 86400.0, "0 s..366 d"), 0.0);
  }

  private static long bytes(YamlFields fields, String key, double low, double high, String range) {
    return fields.need(
        key, value -> (long) value.quantity(Quantity::bytes, low, high, range), (long) low);
  }
}
