package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.text.TextFiles;
import org.gridappliance.jobs.text.TextSearch;

/** The operations that read and search one result file as a text. */
final class TextOperations {
  private final Jobs jobs;
  private final TextFiles texts = new TextFiles();

  TextOperations(Jobs jobs) {
    this.jobs = jobs;
  }

  void addTo(Map<String, Operation> operations) {
    operations.put("readText", this::lines);
    operations.put("searchText", this::matches);
  }

  /** Work on a result file that the caller may see. */
  private interface Reading {
    ObjectNode read(Path path, String sha256) throws IOException;
  }

  private Response reading(Request request, Reading work) throws IOException {
    JobRecord record =
        jobs.requireReadable(request.requireCaller(), request.pathLong("job")).record();
    String name = request.query("file").orElse("");
    // only what the database lists is read: no path of a request reaches the file system
    FileRef file =
        jobs.store
            .result(record.id(), name)
            .orElseThrow(() -> Problem.notFound("result file " + name));
    Path path = jobs.plans.folder(record.id()).results().resolve(file.path());
    try {
      return Response.ok(work.read(path, file.sha256()));
    } catch (NoSuchFileException e) {
      throw Problem.notFound("result file " + name); // results are just made anew
    }
  }

  private Response lines(Request request) throws IOException {
    return reading(
        request,
        (path, sha256) -> {
          TextFiles.Page page =
              texts.page(
                  path,
                  sha256,
                  request.queryLong("from", 0),
                  (int) request.queryLong("limit", 200),
                  request.queryLong("column", 0));
          ObjectNode answer = Views.JSON.objectNode();
          answer.put("from", page.from());
          answer.put("count", page.count());
          ArrayNode lines = answer.putArray("lines");
          page.lines()
              .forEach(line -> lines.addObject().put("text", line.text()).put("more", line.more()));
          return answer;
        });
  }

  private Response matches(Request request) throws IOException {
    String cursor = request.query("cursor").orElse("");
    TextSearch.Cursor from =
        cursor.isEmpty()
            ? TextSearch.Cursor.START
            : TextSearch.Cursor.parse(cursor)
                .orElseThrow(
                    () ->
                        new Problem(
                            400, "Not valid", "cursor: want \"next\" of the answer before"));
    boolean anyCase = !request.query("case").orElse("any").equals("exact");
    TextSearch.Wanted wanted = new TextSearch.Wanted(request.query("words").orElse(""), anyCase);
    return reading(
        request,
        (path, sha256) -> {
          TextSearch.Found found =
              texts.search(path, sha256, wanted, from, (int) request.queryLong("limit", 1000));
          ObjectNode answer = Views.JSON.objectNode();
          answer.put("count", found.count());
          ArrayNode places = answer.putArray("places");
          found
              .places()
              .forEach(
                  place ->
                      places.addObject().put("line", place.line()).put("column", place.column()));
          found.next().ifPresent(next -> answer.put("next", next.toString()));
          answer.put("read", found.read());
          answer.put("bytes", found.bytes());
          return answer;
        });
  }
}
