package org.gridappliance.jobs.author;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.gridappliance.jobs.JobAudit;
import org.gridappliance.jobs.access.AccessStore;
import org.gridappliance.jobs.access.Gate;
import org.gridappliance.jobs.access.Stage;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.AppCatalog;
import org.gridappliance.jobs.app.AppFolder;
import org.gridappliance.jobs.app.AppInvalid;
import org.gridappliance.jobs.app.AppParser;
import org.gridappliance.jobs.app.AppProblem;
import org.gridappliance.jobs.app.AppShelf;
import org.gridappliance.jobs.app.Input;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.jobs.job.HomeFile;

/**
 * The operations with which an application is made and changed in the browser. Nothing of what an
 * author writes runs here: a descriptor is read, checked and kept. Every change makes a version,
 * and only of the version that the author saw ({@code If-Match}, else 412).
 */
public final class SourceOperations {
  /** The largest example file, in bytes. */
  static final long FILE_BYTES = 16L << 20;

  /** How many example files an application has at most. */
  static final int FILES = 20;

  /** How many applications of one author are made in the browser at most. */
  static final int APPS = 50;

  /** The longest descriptor that is written in the browser, in characters. */
  static final int TEXT = 1 << 18;

  /** Of what is only looked at: no version has it. */
  private static final String NO_DIGEST = "0".repeat(64);

  private final SourceFolder sources;
  private final AppCatalog catalog;
  private final AppShelf shelf;
  private final AccessStore access;
  private final Gate gate;
  private final Function<App, ObjectNode> shown;
  private final Clock clock;
  private final JobAudit audit;

  /**
   * @param shown an application as the contract's App
   */
  public SourceOperations(
      SourceFolder sources,
      AppCatalog catalog,
      AppShelf shelf,
      AccessStore access,
      Gate gate,
      Function<App, ObjectNode> shown,
      Clock clock,
      JobAudit audit) {
    this.sources = sources;
    this.catalog = catalog;
    this.shelf = shelf;
    this.access = access;
    this.gate = gate;
    this.shown = shown;
    this.clock = clock;
    this.audit = audit;
  }

  /** {@return them by {@code operationId}} */
  public Map<String, Operation> all() {
    Map<String, Operation> all = new HashMap<>();
    all.put("createApp", this::create);
    all.put("getAppSource", this::get);
    all.put("saveAppSource", this::save);
    all.put("checkAppSource", this::check);
    all.put("restoreAppSource", this::restore);
    all.put("putAppExample", this::putExample);
    all.put("deleteAppExample", this::deleteExample);
    return all;
  }

  private static Caller writer(Request request) {
    Caller caller = request.requireCaller();
    if (!caller.mayWrite()) {
      throw Problem.forbidden("this token may only read; make one whose scope may write");
    }
    return caller;
  }

  /** {@return the id of an application that the caller may change here} */
  private String require(Caller caller, Request request) {
    String id = request.path("app");
    AppCatalog.Entry _ = shelf.require(caller, id);
    if (!gate.mayChange(caller, id)) {
      throw Problem.forbidden(
          "only an author of application " + id + " or an administrator changes it");
    }
    if (!catalog.isAuthored(id)) {
      throw Problem.conflict(
          "application " + id + " was not made here; its app.yaml lies in a folder of the machine");
    }
    return id;
  }

  private Response create(Request request) throws IOException {
    Caller caller = writer(request);
    if (!caller.author()) {
      throw Problem.forbidden(
          "you may not make applications; an administrator gives the role Application author");
    }
    String id = request.body().path("id").asText();
    String title = request.body().path("title").asText().strip();
    if (!AppFolder.isId(id)) {
      throw field("id", "\"" + id + "\": want a-z, 0-9 and -, a letter or digit first, at most 64");
    }
    if (title.isEmpty()) {
      throw field("title", "is empty; say in a few words what it does");
    }
    synchronized (access) { // of two who want the same name one is its author
      return create(request, caller, id, title);
    }
  }

  private Response create(Request request, Caller caller, String id, String title)
      throws IOException {
    if (catalog.entry(id).isPresent() || catalog.isRemoved(id) || sources.newest(id) > 0) {
      throw Problem.conflict(
          "there is an application \""
              + id
              + "\" already"
              + (catalog.isRemoved(id) ? ", among the removed ones" : "")
              + "; take another name");
    }
    long own =
        sources.current().keySet().stream().filter(a -> access.isAuthor(caller.name(), a)).count();
    if (own >= APPS) {
      throw Problem.conflict("you are author of " + own + " applications, the most there may be");
    }
    access.createDraft(id, caller.name(), clock.millis());
    String text = starter(title);
    if (!sources.make(id, 0, saved(caller, 0), app -> write(app, text), app -> {})) {
      throw Problem.conflict("there is an application \"" + id + "\" already; take another name");
    }
    changed(caller, "app.created", "app " + id, request);
    return new Response(
        201, view(id, 1), Map.of("Location", "/api/v1/apps/" + id, "ETag", etag(1)));
  }

  private static String starter(String title) throws IOException {
    try (InputStream in = SourceOperations.class.getResourceAsStream("starter.yaml")) {
      if (in == null) {
        throw new IOException("starter.yaml is not in the program");
      }
      String quoted = JsonNodeFactory.instance.textNode(title).toString();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("TITLE", quoted);
    }
  }

  private Response get(Request request) throws IOException {
    String id = require(request.requireCaller(), request);
    int newest = sources.newest(id);
    int version = (int) request.queryLong("version", newest);
    if (!sources.versions(id).contains(version)) {
      throw Problem.notFound("version " + version + " of application " + id);
    }
    return answer(id, version, newest);
  }

  private Response answer(String id, int version, int newest) throws IOException {
    return new Response(200, view(id, version), Map.of("ETag", etag(newest)));
  }

  private Response save(Request request) throws IOException {
    Caller caller = writer(request);
    String id = require(caller, request);
    String text = request.body().path("text").asText();
    return saved(request, caller, id, app -> write(app, text));
  }

  private Response restore(Request request) throws IOException {
    Caller caller = writer(request);
    String id = require(caller, request);
    int old = (int) request.pathLong("version");
    if (!sources.versions(id).contains(old)) {
      throw Problem.notFound("version " + old + " of application " + id);
    }
    int before = expected(id, request);
    next(caller, id, before, old, old, app -> {});
    changed(caller, "app.restored", "app " + id + " version " + old, request);
    return answer(id, before + 1, before + 1);
  }

  private Response putExample(Request request) throws IOException {
    Caller caller = writer(request);
    String id = require(caller, request);
    String name = exampleName(request);
    String file = request.body().path("file").asText();
    if (!file.startsWith(Input.HOME_PREFIX)) {
      throw field("file", "\"" + file + "\": want home: and the path of one of your files");
    }
    String path = file.substring(Input.HOME_PREFIX.length());
    return saved(
        request, caller, id, app -> copy(caller, path, app.resolve(AppFolder.EXAMPLES), name));
  }

  private Response deleteExample(Request request) throws IOException {
    Caller caller = writer(request);
    String id = require(caller, request);
    String name = exampleName(request);
    return saved(
        request,
        caller,
        id,
        app -> {
          if (!Files.deleteIfExists(app.resolve(AppFolder.EXAMPLES).resolve(name))) {
            throw Problem.notFound("example " + name);
          }
        });
  }

  private static String exampleName(Request request) {
    String name = request.path("file");
    if (!AppFolder.isPlainName(name)) {
      throw field(
          "file", "\"" + name + "\": want letters, digits, . _ and -, at most 100, no dot first");
    }
    return name;
  }

  /** Takes one of the caller's files, as far as it may be as large. */
  private static void copy(Caller caller, String path, Path examples, String name)
      throws IOException {
    Path to = examples.resolve(name);
    Files.deleteIfExists(to); // never written into: earlier versions share it
    try (SeekableByteChannel from = HomeFile.open(caller.home(), path);
        InputStream in = Channels.newInputStream(from);
        OutputStream out = Files.newOutputStream(to)) {
      if (from.size() > FILE_BYTES) {
        throw field("file", "has " + from.size() + " bytes: want at most " + FILE_BYTES);
      }
      byte[] buffer = new byte[1 << 16];
      long left = FILE_BYTES;
      for (int n = in.read(buffer); n >= 0 && left >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        left -= n;
      }
      if (left < 0) { // it grows meanwhile
        throw field("file", "has more than " + FILE_BYTES + " bytes, the most there may be");
      }
    } catch (HomeFile.Refused e) {
      throw field("file", String.valueOf(e.getMessage()));
    }
    try (var files = Files.list(examples)) {
      if (files.count() > FILES) {
        throw Problem.conflict("there are " + FILES + " example files already; remove one first");
      }
    }
  }

  /** Makes the next version of the one that holds, with a change. */
  private Response saved(Request request, Caller caller, String id, SourceFolder.Content change)
      throws IOException {
    int before = expected(id, request);
    next(caller, id, before, before, 0, change);
    changed(caller, "app.saved", "app " + id + " version " + (before + 1), request);
    return answer(id, before + 1, before + 1);
  }

  /**
   * Makes a version of what may be one, or throws and nothing was changed.
   *
   * @param like the version that it is like but for the change
   * @param from the version that it brings back, 0 for none
   */
  private void next(
      Caller caller, String id, int before, int like, int from, SourceFolder.Content change)
      throws IOException {
    SourceFolder.Content content =
        app -> {
          sources.keepExamples(id, like, app);
          write(app, text(id, like));
          change.write(app);
        };
    if (!sources.make(
        id, before, saved(caller, from), content, app -> requireGood(caller, id, app))) {
      throw changedMeanwhile(id);
    }
  }

  private SourceFolder.Saved saved(Caller caller, int from) {
    return new SourceFolder.Saved(caller.name(), clock.millis(), from);
  }

  private void requireGood(Caller caller, String id, Path folder) throws IOException {
    String text = Files.readString(folder.resolve(AppFolder.DESCRIPTOR));
    if (text.length() > TEXT) {
      throw field("text", "has " + text.length() + " characters: want at most " + TEXT);
    }
    try {
      App app = AppParser.parse(id, text, folder, NO_DIGEST);
      List<AppProblem> against =
          AuthorRules.check(app, text, catalog.find(id), caller.administrator());
      if (!against.isEmpty()) {
        throw field("text", against.getFirst().toString());
      }
    } catch (AppInvalid e) {
      if (gate.stage(id) != Stage.DRAFT) {
        throw field(
            "text",
            "others use this application, so only one in order is saved: "
                + e.problems().getFirst());
      }
    }
  }

  /** Checks a text as it is typed; nothing is kept. */
  private Response check(Request request) {
    Caller caller = request.requireCaller();
    String id = require(caller, request);
    String text = request.body().path("text").asText();
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode problems = answer.putArray("problems");
    try {
      App app = AppParser.parse(id, text, sources.app(id, sources.newest(id)), NO_DIGEST);
      List<AppProblem> against =
          AuthorRules.check(app, text, catalog.find(id), caller.administrator());
      against.forEach(problem -> add(problems, problem));
      answer.set("app", against.isEmpty() ? shown.apply(app) : null);
    } catch (AppInvalid e) {
      e.problems().forEach(problem -> add(problems, problem));
      answer.putNull("app");
    }
    return Response.ok(answer);
  }

  private static void add(ArrayNode problems, AppProblem problem) {
    problems
        .addObject()
        .put("line", problem.line())
        .put("column", problem.column())
        .put("place", problem.path())
        .put("message", problem.message());
  }

  /** {@return the version that the request wants to change} */
  private int expected(String id, Request request) {
    int newest = sources.newest(id);
    if (!request.header("If-Match").orElse("").equals(etag(newest))) {
      throw changedMeanwhile(id);
    }
    return newest;
  }

  private static Problem changedMeanwhile(String id) {
    return new Problem(
        412,
        "Changed meanwhile",
        "application " + id + " was changed elsewhere since you opened it; nothing was saved");
  }

  private void changed(Caller caller, String action, String object, Request request) {
    catalog.lookAgain();
    audit.note(caller.name(), action, object, request.remoteAddress());
  }

  private String text(String id, int version) throws IOException {
    return Files.readString(sources.app(id, version).resolve(AppFolder.DESCRIPTOR));
  }

  private static void write(Path app, String text) throws IOException {
    Files.writeString(app.resolve(AppFolder.DESCRIPTOR), text);
  }

  private static String etag(int version) {
    return "\"" + version + "\"";
  }

  private static Problem field(String name, String message) {
    return Problem.invalid(name + ": " + message, List.of(new Problem.FieldError(name, message)));
  }

  private ObjectNode view(String id, int version) throws IOException {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("text", text(id, version));
    node.put("version", version);
    ArrayNode files = node.putArray("files");
    Path examples = sources.app(id, version).resolve(AppFolder.EXAMPLES);
    if (Files.isDirectory(examples)) {
      for (Path file : AppFolder.files(examples)) {
        files.addObject().put("name", file.getFileName().toString()).put("bytes", Files.size(file));
      }
    }
    ArrayNode versions = node.putArray("versions");
    for (int one : sources.versions(id).reversed()) {
      ObjectNode at = versions.addObject().put("version", one);
      Optional<SourceFolder.Saved> saved = sources.saved(id, one);
      at.put("by", saved.map(SourceFolder.Saved::by).orElse(""));
      at.put("at", Instant.ofEpochMilli(saved.map(SourceFolder.Saved::at).orElse(0L)).toString());
      at.put("from", saved.map(SourceFolder.Saved::from).filter(from -> from > 0).orElse(null));
    }
    return node;
  }
}
