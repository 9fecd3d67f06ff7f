package org.gridappliance.portal.work;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.portal.people.PersonOperation;
import org.gridappliance.portal.people.Principal;
import org.gridappliance.portal.shares.FileWork;
import org.gridappliance.portal.shares.Place;
import org.gridappliance.portal.shares.Places;
import org.gridappliance.webdav.Writing;
import org.gridappliance.webdav.tree.TreePath;
import org.jspecify.annotations.Nullable;

/**
 * The contract's file operations: each runs on a thread of its own, is watched by polling and can
 * be cancelled. In memory: a restart ends what runs; what was done until then stays. Thread-safe.
 */
public final class FileOperations {
  private static final int RUNNING_AT_ONCE = 4;
  private static final int REMEMBERED = 500;

  private final Places places;
  private final Executor virtualThreads;
  private final AtomicLong last = new AtomicLong(System.currentTimeMillis());
  private final Map<Long, Task> tasks = new LinkedHashMap<>(); // guarded by this

  public FileOperations(Places places, Executor virtualThreads) {
    this.places = places;
    this.virtualThreads = virtualThreads;
  }

  /** {@return the operations by operationId} */
  public Map<String, PersonOperation> all() {
    return Map.of(
        "startFileOperation", this::start,
        "listFileOperations",
            x ->
                Response.ok(
                    Map.of("operations", of(x.require()).stream().map(Task::view).toList())),
        "getFileOperation", x -> Response.ok(find(x).view()),
        "cancelFileOperation",
            x -> {
              find(x).progress.cancel();
              return Response.noContent();
            });
  }

  private Response start(PersonOperation.Exchange exchange) {
    Principal person = exchange.require();
    Wanted wanted = Wanted.of(exchange.request().body());
    Task task =
        new Task(last.incrementAndGet(), person.name(), wanted.kind, t -> run(t, person, wanted));
    add(task);
    virtualThreads.execute(task);
    task.awaitBriefly();
    return Response.created("/api/v1/file-operations/" + task.id, task.view());
  }

  private synchronized void add(Task task) {
    long running =
        tasks.values().stream()
            .filter(t -> t.account.equals(task.account) && t.isRunning())
            .count();
    if (running >= RUNNING_AT_ONCE) {
      throw new Problem(
          429, "Too many at once", running + " operations run already; wait for one to end");
    }
    tasks.put(task.id, task);
    var oldest = tasks.values().iterator();
    while (tasks.size() > REMEMBERED && oldest.hasNext()) {
      if (!oldest.next().isRunning()) {
        oldest.remove();
      }
    }
  }

  private synchronized List<Task> of(Principal person) {
    return tasks.values().stream().filter(t -> t.account.equals(person.name())).toList();
  }

  private Task find(PersonOperation.Exchange exchange) {
    long id = exchange.request().pathLong("operation");
    return of(exchange.require()).stream()
        .filter(t -> t.id == id)
        .findFirst()
        .orElseThrow(() -> Problem.notFound("the operation " + id));
  }

  private @Nullable String run(Task task, Principal person, Wanted wanted) throws IOException {
    try (Place from = places.of(person, wanted.share);
        Place to = places.of(person, wanted.targetShare)) {
      boolean samePlace = wanted.share == wanted.targetShare;
      return switch (wanted.kind) {
        case "folder" -> {
          TreePath target = wanted.renames ? to.freeName(wanted.target()) : wanted.target();
          to.makeFolder(target);
          task.did("", plain(target));
          yield null;
        }
        case "move" -> move(task, wanted, from, to, samePlace);
        case "copy" -> copy(task, wanted, from, to);
        case "delete" -> delete(task, wanted, from);
        case "archive" -> pack(task, wanted, from, to);
        case "extract" -> extract(task, wanted, from, to);
        default -> throw new IllegalStateException("the contract has no " + wanted.kind);
      };
    }
  }

  private @Nullable String move(Task task, Wanted wanted, Place from, Place to, boolean samePlace)
      throws IOException {
    from.requireWriting();
    if (!samePlace) {
      Walk.measure(from, wanted.sources(), task.progress);
    } else {
      task.progress.totalEntries.set(wanted.items.size());
    }
    for (Wanted.Item item : wanted.items) {
      TreePath target = target(item, to, wanted);
      if (samePlace) {
        from.move(item.from(), target, false);
        task.progress.entry();
      } else {
        makeWhole(to, target, () -> Copying.copy(from, item.from(), to, target, task.progress));
        from.delete(item.from());
      }
      task.did(plain(item.from()), plain(target));
    }
    return null;
  }

  private @Nullable String copy(Task task, Wanted wanted, Place from, Place to) throws IOException {
    Walk.measure(from, wanted.sources(), task.progress);
    to.requireRoom(task.progress.totalBytes.get());
    for (Wanted.Item item : wanted.items) {
      TreePath target = target(item, to, wanted);
      if (target.isWithin(item.from()) && wanted.share == wanted.targetShare) {
        throw Problem.conflict(item.from() + " cannot be copied into itself");
      }
      makeWhole(to, target, () -> Copying.copy(from, item.from(), to, target, task.progress));
      task.did(plain(item.from()), plain(target));
    }
    return null;
  }

  private @Nullable String delete(Task task, Wanted wanted, Place from) throws IOException {
    task.progress.totalEntries.set(wanted.items.size());
    for (Wanted.Item item : wanted.items) {
      from.delete(item.from());
      task.did(plain(item.from()), null);
      task.progress.entry();
    }
    return null;
  }

  private @Nullable String pack(Task task, Wanted wanted, Place from, Place to) throws IOException {
    Packing.Kind kind =
        Packing.Kind.of(wanted.target().name())
            .orElseThrow(
                () ->
                    Problem.conflict(
                        wanted.target().name() + ": want a name in .zip, .tar, .tar.gz or .tgz"));
    Walk.measure(from, wanted.sources(), task.progress);
    TreePath target = to.freeName(wanted.target());
    try (Writing writing = to.write(target, 0)) {
      Packing.pack(kind, from, wanted.sources(), Copying.stream(writing), task.progress);
      var _ = writing.finish();
    }
    task.did("", plain(target));
    return null;
  }

  private @Nullable String extract(Task task, Wanted wanted, Place from, Place to)
      throws IOException {
    TreePath target = to.freeName(wanted.target());
    int[] leftOut = new int[1];
    makeWhole(
        to,
        target,
        () -> {
          to.makeFolder(target);
          leftOut[0] =
              Extracting.extract(from, wanted.items.getFirst().from(), to, target, task.progress);
        });
    task.did(plain(wanted.items.getFirst().from()), plain(target));
    return leftOut[0] == 0 ? null : leftOut[0] + " links or special files were left out";
  }

  private interface Making {
    void run() throws IOException;
  }

  /** Makes something at a path that nothing has; half of it is deleted when it fails. */
  private static void makeWhole(Place place, TreePath target, Making making) throws IOException {
    boolean whole = false;
    try {
      making.run();
      whole = true;
    } finally {
      if (!whole && place.stat(target).isPresent()) {
        place.delete(target);
      }
    }
  }

  private static TreePath target(Wanted.Item item, Place to, Wanted wanted) throws IOException {
    if (to.stat(item.to()).isEmpty()) {
      return item.to();
    }
    if (wanted.renames) {
      return to.freeName(item.to());
    }
    throw Problem.conflict(item.to() + " exists already; choose another name");
  }

  private static String plain(TreePath path) {
    return String.join("/", path.names());
  }

  /** What a body asks for. */
  private static final class Wanted {
    record Item(TreePath from, TreePath to) {}

    final String kind;
    final long share;
    final long targetShare;
    final List<Item> items = new ArrayList<>();
    final boolean renames;
    private final String target;

    private Wanted(JsonNode body) {
      kind = body.path("kind").asText();
      share = body.path("share").asLong(0);
      targetShare = body.path("targetShare").asLong(share);
      target = body.path("target").asText("");
      renames = body.path("conflict").asText("rename").equals("rename");
      for (JsonNode item : body.path("items")) {
        TreePath from = FileWork.path(item.path("from").asText());
        items.add(new Item(from, FileWork.path(item.path("to").asText(""))));
      }
    }

    static Wanted of(JsonNode body) {
      Wanted wanted = new Wanted(body);
      boolean needsTo = wanted.kind.equals("move") || wanted.kind.equals("copy");
      boolean needsTarget = List.of("folder", "archive", "extract").contains(wanted.kind);
      boolean needsItems = !wanted.kind.equals("folder");
      if (needsItems && wanted.items.isEmpty()) {
        throw bad("items", "is empty; name what to " + wanted.kind);
      }
      if (needsTo && wanted.items.stream().anyMatch(i -> i.to().isRoot() || i.from().isRoot())) {
        throw bad("items", "each needs from and to");
      }
      if (needsTarget && FileWork.path(wanted.target).isRoot()) {
        throw bad("target", "is missing; name what to make");
      }
      return wanted;
    }

    private static Problem bad(String field, String words) {
      return Problem.invalid(
          field + " " + words, List.of(new Problem.FieldError(field, field + " " + words)));
    }

    TreePath target() {
      return FileWork.path(target);
    }

    List<TreePath> sources() {
      return items.stream().map(Item::from).toList();
    }
  }
}
