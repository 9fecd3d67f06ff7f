package org.gridappliance.portal.shares;

import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.files.FileProblems;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.TreePath;

/** Runs what plain routes do with files on virtual threads, at most so many at once. */
public final class FileWork {
  private static final int AT_ONCE = 200;

  private final Executor virtualThreads;
  private final Semaphore running = new Semaphore(AT_ONCE);

  public FileWork(Executor virtualThreads) {
    this.virtualThreads = virtualThreads;
  }

  /** Some work of a route; what it throws becomes a problem. */
  @FunctionalInterface
  public interface Work {
    void run(Context context) throws IOException;
  }

  /**
   * Begins the work. Call on the event loop.
   *
   * @throws Problem 503 when too many run
   */
  public void run(RoutingContext routing, Work work) {
    if (!running.tryAcquire()) {
      throw new Problem(503, "Busy", "too many files move at once; try again");
    }
    Context context = routing.vertx().getOrCreateContext();
    virtualThreads.execute(
        () -> {
          try {
            work.run(context);
          } catch (IOException | RuntimeException e) { // becomes one problem+json
            Throwable answer = e instanceof IOException trouble ? asProblem(trouble) : e;
            context.runOnContext(v -> routing.fail(answer));
          } finally {
            running.release();
          }
        });
  }

  /** {@return the answer to a refusal of a home; trouble comes back as it is} */
  public static Throwable asProblem(IOException e) {
    if (e instanceof NoSuchFileException) {
      return new Problem(404, "Not found", "it was removed while it was used");
    }
    Optional<Problem> problem = FileProblems.of(e);
    return problem.isPresent() ? problem.get() : e;
  }

  /** {@return a path as a page writes it: not encoded, names between slashes} */
  public static TreePath path(String plain) {
    try {
      return TreePath.parse(encode(plain));
    } catch (TreeException e) {
      throw badPath(String.valueOf(e.getMessage()));
    }
  }

  private static String encode(String plain) {
    StringBuilder text = new StringBuilder();
    for (String name : plain.split("/", -1)) {
      text.append('/');
      TreePath.appendEncoded(text, name);
    }
    return text.toString();
  }

  /** {@return the answer 400 to a path that is none} */
  public static Problem badPath(String words) {
    return Problem.invalid(words, List.of(new Problem.FieldError("path", words)));
  }

  /** {@return the number of a share in the query; 0 when there is none} */
  public static long share(RoutingContext routing) {
    String text = routing.queryParams().get("share");
    try {
      return text == null ? 0 : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw Problem.notFound("the share " + text);
    }
  }
}
