package org.gridappliance.webdav;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import org.gridappliance.webdav.tree.HomeTree.OpenFile;
import org.gridappliance.webdav.tree.Node;

/** GET, HEAD and PUT. */
final class FileMethods {
  private static final String FOLDER =
      "A folder. Mount this address as a network drive to see what it holds.\n";

  /** Seconds since 1970 that the file shall have as its date; rclone and ownCloud's clients. */
  private static final String MTIME = "X-OC-Mtime";

  private FileMethods() {}

  static void get(Exchange x) throws IOException {
    Node found = x.node();
    if (found.isFolder()) {
      Preconditions.conditional(x.request(), Optional.of(found));
      HttpServerResponse response =
          x.response().putHeader("Content-Type", "text/plain; charset=utf-8");
      if (x.request().method().equals(HttpMethod.HEAD)) {
        response.putHeader("Content-Length", Integer.toString(FOLDER.length()));
        Exchange.await(response.end());
      } else {
        Exchange.await(response.end(Buffer.buffer(FOLDER)));
      }
      return;
    }
    try (OpenFile file = x.storage().read(x.path())) {
      FileAnswer.send(x.request(), file, x.name(), false);
    }
  }

  static void put(Exchange x, boolean sendsContinue) throws IOException {
    if (x.header("Content-Range").isPresent()) {
      throw new DavException(400, "Content-Range: a PUT replaces the whole file");
    }
    long announced = x.header("Content-Length").map(FileMethods::length).orElse(0L);
    Writing.Placed placed;
    try (Writing writing = x.storage().put(x.path(), announced, x.guard())) {
      if (sendsContinue && x.header("Expect").isPresent()) {
        Exchange.await(x.response().writeContinue());
      }
      for (Optional<ByteBuffer> part = x.body().next(); part.isPresent(); part = x.body().next()) {
        writing.write(part.get());
      }
      if (x.header(MTIME).filter(t -> t.matches("\\d{1,11}")).isPresent()) {
        writing.setModified(Instant.ofEpochSecond(Long.parseLong(x.header(MTIME).get())));
        x.response().putHeader(MTIME, "accepted");
      }
      placed = writing.finish();
    }
    x.response().putHeader("ETag", placed.node().etag());
    x.answer(placed.isNew() ? 201 : 204);
  }

  private static long length(String text) {
    return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
  }
}
