package org.gridappliance.jobs.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.Inputs;
import org.gridappliance.jobs.app.Value;
import org.gridappliance.jobs.lease.Sandbox;

/**
 * What decides the results of a deterministic application's job, as one SHA-256: the application
 * with its descriptor and bundle, the checked values in the form's order as they stand in an
 * argument, files by their content, the sweep, the number of chunks. Two jobs of one key have the
 * same results. Values are canonical by then: defaults are filled in, what is not asked for is
 * absent, {@code 1} and {@code 1.0} read alike, as do a range and the list of its values.
 *
 * <p>Not in it: names of files that are not swept over, which no program sees, and what a job may
 * use, which decides whether it completes and not with what. The number of chunks is: a merged text
 * shows where it was cut.
 */
final class ResultKey {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Map<String, String> hashes;

  private ResultKey(List<StoredFile> files) {
    this.hashes =
        files.stream().collect(Collectors.toMap(StoredFile::name, StoredFile::sha256, (a, _) -> a));
  }

  /**
   * {@return the key, 64 lower-case hex digits; empty when the application is not deterministic, or
   * runs from what executors have installed, which may differ}
   *
   * @param bundle of this version of the application
   * @param files as they were staged
   * @param chunks of the split input, 0 when it is not split
   */
  static Optional<String> of(
      App app,
      Optional<Sandbox.Published> bundle,
      Inputs inputs,
      List<StoredFile> files,
      int chunks) {
    if (!app.deterministic() || bundle.isEmpty()) {
      return Optional.empty();
    }
    ResultKey key = new ResultKey(files);
    ObjectNode all = JSON.objectNode();
    all.put("app", app.id());
    all.put("descriptor", app.digest());
    all.put("bundle", bundle.get().id());
    all.set("values", key.object(inputs.values()));
    ObjectNode sweep = all.putObject("sweep");
    inputs.sweep().forEach((name, values) -> sweep.set(name, key.swept(values)));
    ArrayNode axes = all.putArray("axes");
    inputs.axes().forEach(names -> names.forEach(axes.addArray()::add));
    all.put("chunks", chunks);
    byte[] text = all.toString().getBytes(StandardCharsets.UTF_8);
    return Optional.of(HexFormat.of().formatHex(Staging.sha256().digest(text)));
  }

  private ObjectNode object(Map<String, Value> values) {
    ObjectNode object = JSON.objectNode();
    values.forEach((name, value) -> object.set(name, node(value)));
    return object;
  }

  /** Of swept files the names too: they stand in the tables. */
  private ArrayNode swept(List<Value> values) {
    ArrayNode array = JSON.arrayNode(values.size());
    for (Value value : values) {
      array.add(node(value));
      if (value instanceof Value.FileValue) {
        array.add(value.shown());
      }
    }
    return array;
  }

  private JsonNode node(Value value) {
    return switch (value) {
      case Value.FileValue(String path) -> {
        String sha256 = hashes.get(path);
        if (sha256 == null) {
          throw new IllegalStateException("the file " + path + " was not staged");
        }
        yield TextNode.valueOf(sha256);
      }
      case Value.RowsValue(List<Map<String, Value>> rows) -> {
        ArrayNode array = JSON.arrayNode(rows.size());
        rows.forEach(row -> array.add(object(row)));
        yield array;
      }
      case Value.ListValue list -> list.json();
      case Value _ -> TextNode.valueOf(value.text());
    };
  }
}
