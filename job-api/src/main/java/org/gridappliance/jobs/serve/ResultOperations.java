package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.Column;
import org.gridappliance.jobs.app.Output;
import org.gridappliance.jobs.deliver.Deliverer;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.jobs.job.JobPlan;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.JobState;
import org.gridappliance.jobs.job.MergedNote;
import org.gridappliance.jobs.job.PlanLoader;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.merge.Merge;
import org.gridappliance.jobs.merge.RowNumbers;
import org.gridappliance.jobs.merge.TableFile;

/** The operations on results. */
final class ResultOperations {
  private final Jobs jobs;
  private final Deliverer deliverer;

  ResultOperations(Jobs jobs, Deliverer deliverer) {
    this.jobs = jobs;
    this.deliverer = deliverer;
  }

  void addTo(Map<String, Operation> operations) {
    operations.put("listResults", this::list);
    operations.put("readTable", this::table);
    operations.put("readRows", this::chosen);
  }

  private Response list(Request request) {
    Caller caller = request.requireCaller();
    JobRecord record = jobs.requireReadable(caller, request.pathLong("job")).record();
    ObjectNode answer = Views.JSON.objectNode();
    answer.put("complete", record.state().ended());
    ArrayNode files = answer.putArray("files");
    ArrayNode tables = answer.putArray("tables");
    ArrayNode plots = answer.putArray("plots");
    ArrayNode texts = answer.putArray("texts");
    ArrayNode images = answer.putArray("images");
    Optional<MergedNote> merged =
        record.state().ended() ? jobs.store.merged(record.id()) : Optional.empty();
    answer.put("partial", merged.isPresent() && record.state() != JobState.COMPLETED);
    deliverer
        .find(record.id())
        .filter(delivery -> Jobs.isHis(caller, record)) // it names a folder of his home
        .ifPresent(delivery -> answer.set("home", Views.delivery(delivery)));
    if (merged.isPresent()) {
      List<FileRef> results = jobs.store.results(record.id());
      results.forEach(file -> files.add(Views.file(file)));
      JobPlan plan = jobs.plan(record);
      App app = plan.app();
      Set<String> swept = PlanLoader.inputs(app, record).sweep().keySet();
      for (MergedNote.Table table : merged.get().tables()) {
        ObjectNode node = tables.addObject();
        node.put("name", table.name());
        node.put("title", app.table(table.name()).map(Output::title).orElse(table.name()));
        node.put("file", table.file());
        node.put("rows", table.rows());
        ArrayNode columns = node.putArray("columns");
        columns(app, table.name(), swept).forEach(column -> columns.add(Views.column(column)));
      }
      Merge.plots(app, swept).forEach(plot -> plots.add(Views.plot(plot)));
      for (MergedNote.Text text : merged.get().texts()) {
        texts.addObject().put("title", text.title()).put("file", text.file());
      }
      new Pictures(plan, record.total(), swept, results).addTo(images);
    }
    return Response.ok(answer);
  }

  private static List<Column> columns(App app, String table, Set<String> swept) {
    return app.table(table)
        .map(output -> Merge.columns(app, output, output.fromMerge() ? Set.of() : swept))
        .orElse(List.of());
  }

  private Response table(Request request) throws IOException {
    return page(
        request,
        TableFile.Query.of(
            request.query("columns").orElse(""),
            request.query("sort").orElse(""),
            request.query("text").orElse(""),
            request.queryLong("from", 0),
            (int) request.queryLong("limit", 100)));
  }

  /** As {@link #table}; in a body, as the numbers of chosen rows have no room in an address. */
  private Response chosen(Request request) throws IOException {
    JsonNode body = request.body();
    return page(
        request,
        TableFile.Query.of(
                body.path("columns").asText(""),
                body.path("sort").asText(""),
                body.path("text").asText(""),
                body.path("from").asLong(0),
                body.path("limit").asInt(100))
            .of(RowNumbers.parse(body.path("rows").asText())));
  }

  private Response page(Request request, TableFile.Query query) throws IOException {
    JobRecord record =
        jobs.requireReadable(request.requireCaller(), request.pathLong("job")).record();
    String name = request.path("table");
    MergedNote.Table table =
        jobs.store
            .merged(record.id())
            .filter(merged -> record.state().ended())
            .flatMap(
                merged ->
                    merged.tables().stream().filter(one -> one.name().equals(name)).findFirst())
            .orElseThrow(() -> Problem.notFound("table " + name + " of job " + record.id()));
    JobPlan plan = jobs.plan(record);
    List<Column> columns =
        columns(plan.app(), name, PlanLoader.inputs(plan.app(), record).sweep().keySet());
    TableFile.Page page =
        TableFile.read(plan.folder().results().resolve(table.file()), columns, query);
    ObjectNode answer = Views.JSON.objectNode();
    ArrayNode head = answer.putArray("columns");
    page.columns().forEach(column -> head.add(Views.column(column)));
    ArrayNode rows = answer.putArray("rows");
    for (var row : page.rows()) {
      ArrayNode cells = rows.addArray();
      row.forEach(cells::add);
    }
    ArrayNode numbers = answer.putArray("numbers");
    page.numbers().forEach(numbers::add);
    answer.put("count", page.count());
    return Response.ok(answer);
  }
}
