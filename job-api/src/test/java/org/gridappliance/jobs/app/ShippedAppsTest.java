package org.gridappliance.jobs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShippedAppsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final AppCatalog catalog = new AppCatalog(List.of(Path.of("apps")));

  @Test
  void everyShippedApplicationIsInOrder() {
    catalog
        .list()
        .forEach(entry -> assertEquals("", entry.problem().orElse(""), "problem of " + entry.id()));
  }

  @Test
  void theyFitThePublishedSchemaAndTheirExamplesTheirForms() throws Exception {
    JsonObject published = published();
    YAMLMapper yaml = new YAMLMapper();
    for (AppCatalog.Entry entry : catalog.list()) {
      App app = entry.app().orElseThrow();
      String text = yaml.readTree(app.folder().resolve("app.yaml").toFile()).toString();
      assertValid(published, new JsonObject(text), entry.id());
      JsonObject form = new JsonObject(AppSchema.schema(app).toString());
      for (App.Example example : app.examples()) {
        ObjectNode one = example.inputs().deepCopy();
        example.sweep().properties().stream()
            .filter(axis -> axis.getValue().isArray())
            .forEach(axis -> one.set(axis.getKey(), axis.getValue().get(0)));
        assertValid(form, new JsonObject(one.toString()), example.title());
      }
      assertTrue(!app.examples().isEmpty(), "examples of " + entry.id());
    }
  }

  @ParameterizedTest
  @CsvSource({"chart.PNG, true", "out/drawing.svg, true", "film.mp4, false", "png, false"})
  void anImageFitsThePublishedSchemaAndTheParserByItsName(String file, boolean fits)
      throws Exception {
    String text =
        Apps.SMALL.replaceAll(
            "(?s)outputs:.*resources:",
            "outputs:\n"
                + "  - { name: p, type: image, title: P, file: "
                + file
                + ", sequence: true }\n"
                + "resources:");
    JsonObject value = new JsonObject(new YAMLMapper().readTree(text).toString());
    assertEquals(fits, validate(published(), value).getValid());
    if (fits) {
      assertEquals(
          new Output.ImageOutput("p", "P", file, false, true),
          Apps.parse(text).outputs().getFirst());
    } else {
      assertThrows(AppInvalid.class, () -> Apps.parse(text));
    }
  }

  @Test
  void theOneInTheDocumentationIsInOrder() throws Exception {
    String page = Files.readString(Path.of("../docs/applications.md"));
    String from = "```yaml\n";
    int start = page.indexOf(from) + from.length();
    App app = Apps.parse(page.substring(start, page.indexOf("```", start)));
    assertEquals("Count words", app.title());
    Inputs inputs =
        InputValues.check(app, JSON.readTree("{\"text\": \"a.txt\"}"), MissingNode.getInstance());
    assertEquals(
        "{ for (i = 1; i <= NF; i++) if (length($i) >= shortest) n++ }"
            + " END { print n + 0 > \"count.txt\" }",
        CommandLine.expand(app, inputs.all(0), Map.of()).get(3));
  }

  private static JsonObject published() throws IOException {
    return new JsonObject(
        new String(
            Objects.requireNonNull(AppSchema.class.getResourceAsStream("/app.schema.json"))
                .readAllBytes(),
            StandardCharsets.UTF_8));
  }

  private static void assertValid(JsonObject schema, JsonObject value, String what) {
    OutputUnit answer = validate(schema, value);
    assertTrue(Boolean.TRUE.equals(answer.getValid()), () -> what + ": " + answer.toJson());
  }

  private static OutputUnit validate(JsonObject schema, JsonObject value) {
    JsonSchemaOptions options =
        new JsonSchemaOptions()
            .setDraft(Draft.DRAFT202012)
            .setBaseUri("app://schema")
            .setOutputFormat(OutputFormat.Basic);
    return Validator.create(JsonSchema.of(schema), options).validate(value);
  }

  @Test
  void hmmsearchGetsTheSizeOfTheWholeDatabase() throws Exception {
    App app = catalog.find("hmmsearch").orElseThrow();
    Inputs inputs =
        InputValues.check(
            app,
            JSON.readTree(
                """
                {"profile": "a b.hmm", "sequences": "$(rm -rf).fasta", "evalue": 1e-30}
                """),
            MissingNode.getInstance());
    List<String> command =
        CommandLine.expand(
            app,
            inputs.all(0),
            Map.of("profile", Facts.ofBytes(10), "sequences", new Facts(12_345, 99)));
    assertEquals(
        "hmmsearch --cpu 0 --noali -Z 12345 --domZ 12345 -E 1e-30 --domE 1e-30 --tblout hits.tbl"
            + " --domtblout domains.tbl -o report.txt profile.hmm sequences.fasta",
        String.join(" ", command));
  }
}
