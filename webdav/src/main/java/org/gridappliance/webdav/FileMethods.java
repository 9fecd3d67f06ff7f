package org.gridappliance.webdav;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.webdav.lock.LockedException;
import org.gridappliance.webdav.tree.HomeTree.OpenFile;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.Upload;

/** GET, HEAD and PUT. */
final class FileMethods {
  private final Preconditions preconditions;
  private final boolean sync;

  /**
   * @param sync whether a PUT is answered only when it would survive a power cut; false is for
   *     measurements
   */
  FileMethods(Preconditions preconditions, boolean sync) {
    this.preconditions = preconditions;
    this.sync = sync;
  }

  /** GET and HEAD: the kernel sends the file; one range, or the whole (RFC 9110 §14.2). */
  void get(Exchange x) throws IOException, DavException {
    Node found = x.node();
    boolean isHead = x.request().method().equals(HttpMethod.HEAD);
    HttpServerResponse response = x.response();
    if (found.isFolder()) {
      Preconditions.conditional(x, Optional.of(found));
      String text = "A folder. Mount this address as a network drive to see what it holds.\n";
      response.putHeader("Content-Type", "text/plain; charset=utf-8");
      if (isHead) {
        response.putHeader("Content-Length", Integer.toString(text.length()));
        Exchange.await(response.end());
        return;
      }
      Exchange.await(response.end(Buffer.buffer(text)));
      return;
    }
    OpenFile file = x.tree().read(x.path());
    try (var channel = file.channel()) {
      Node node = file.node();
      response
          .putHeader("ETag", node.etag())
          .putHeader("Last-Modified", Preconditions.HTTP_DATE.format(node.modified()))
          .putHeader("Accept-Ranges", "bytes");
      Preconditions.conditional(x, Optional.of(node));
      response
          .putHeader("Content-Type", ContentTypes.of(x.path().name()))
          // a page in someone's home must not run with the portal's rights
          .putHeader("Content-Security-Policy", "sandbox; default-src 'none'")
          .putHeader("X-Content-Type-Options", "nosniff")
          .putHeader("Cache-Control", "private, no-cache");
      ByteRange range = isHead ? ByteRange.whole(node.size()) : ByteRange.of(x, node);
      if (range.isPart()) {
        response
            .setStatusCode(206)
            .putHeader(
                "Content-Range",
                "bytes " + range.from() + "-" + (range.to() - 1) + "/" + node.size());
      }
      response.putHeader("Content-Length", Long.toString(range.to() - range.from()));
      if (isHead || range.to() == range.from()) {
        Exchange.await(response.end());
      } else {
        Exchange.await(response.sendFile(channel, range.from(), range.to() - range.from()));
      }
    }
  }

  /** PUT: checks, streams into the spool, checks again under the mutex, renames. */
  void put(Exchange x, HomeState state, boolean sendsContinue)
      throws IOException, DavException, LockedException {
    if (x.header("Content-Range").isPresent()) {
      throw new DavException(400, "Content-Range: a PUT replaces the whole file");
    }
    Optional<Node> before = check(x);
    long announced = x.header("Content-Length").map(FileMethods::length).orElse(0L);
    if (announced > state.availableBytes(x.home(), x.tree()) + before.map(Node::size).orElse(0L)) {
      throw new TreeException(
          TreeException.Reason.FULL, "there is no room for " + announced + " bytes");
    }
    if (sendsContinue && x.header("Expect").isPresent()) {
      Exchange.await(x.response().writeContinue());
    }
    long charged = 0;
    boolean isPlaced = false;
    boolean isNew;
    try (Upload upload = x.tree().upload()) {
      for (Optional<Buffer> part = x.body().next(); part.isPresent(); part = x.body().next()) {
        state.charge(x.home(), x.tree(), part.get().length());
        charged += part.get().length();
        upload.write(ByteBuffer.wrap(part.get().getBytes()));
      }
      if (sync) {
        upload.sync();
      }
      state.mutex.lock();
      try {
        before = check(x);
        isNew = x.tree().place(upload, x.path());
        isPlaced = true;
      } finally {
        state.mutex.unlock();
      }
    } finally {
      if (!isPlaced) {
        state.release(charged);
      }
    }
    state.release(before.map(Node::size).orElse(0L));
    if (sync) {
      x.tree().syncFolder(x.path().parent());
    }
    x.tree().stat(x.path()).ifPresent(node -> x.response().putHeader("ETag", node.etag()));
    x.answer(isNew ? 201 : 204);
  }

  private Optional<Node> check(Exchange x) throws IOException, DavException, LockedException {
    Optional<Node> node = x.tree().stat(x.path());
    Preconditions.conditional(x, node);
    Set<String> tokens = preconditions.ifHeader(x);
    if (node.filter(Node::isFolder).isPresent()) {
      throw new DavException(405, x.path() + " is a folder; PUT makes files");
    }
    x.tree().requireFolder(x.path().parent());
    preconditions.unlocked(x, x.path(), false, node.isEmpty(), tokens);
    return node;
  }

  private static long length(String text) {
    return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
  }
}
