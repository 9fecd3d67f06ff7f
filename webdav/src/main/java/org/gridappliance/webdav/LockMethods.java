package org.gridappliance.webdav;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.webdav.Exchange.Depth;
import org.gridappliance.webdav.lock.Lock;
import org.gridappliance.webdav.lock.LockTable;
import org.gridappliance.webdav.lock.LockedException;
import org.gridappliance.webdav.lock.TooManyLocksException;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.Upload;
import org.w3c.dom.Element;

/** LOCK, which also refreshes, and UNLOCK. */
final class LockMethods {
  private static final int MAX_OWNER = 8192;

  private final Preconditions preconditions;
  private final LockTable locks;

  LockMethods(Preconditions preconditions, LockTable locks) {
    this.preconditions = preconditions;
    this.locks = locks;
  }

  void lock(Exchange x, HomeState state)
      throws IOException, DavException, LockedException, TooManyLocksException {
    byte[] body = x.body().all(DavXml.MAX_BYTES);
    if (body.length == 0) {
      refresh(x);
      return;
    }
    Lock wanted = wanted(x, DavXml.parse(body));
    boolean isNew;
    Lock made;
    state.mutex.lock();
    try {
      Optional<Node> node = x.tree().stat(x.path());
      Preconditions.conditional(x, node);
      Set<String> tokens = preconditions.ifHeader(x);
      isNew = node.isEmpty();
      if (isNew) {
        x.tree().requireFolder(x.path().parent());
        preconditions.unlocked(x, x.path().parent(), false, false, tokens);
      }
      made = locks.lock(x.home().id(), wanted);
      if (isNew) {
        makeEmpty(x, made);
      }
    } finally {
      state.mutex.unlock();
    }
    x.response().putHeader("Lock-Token", "<" + made.token() + ">");
    x.answer(isNew ? 201 : 200, prop(x, made));
  }

  /** An address without a resource gets an empty file with its lock (RFC 4918 §9.10.4). */
  private void makeEmpty(Exchange x, Lock made) throws IOException {
    boolean isDone = false;
    try (Upload empty = x.tree().upload()) {
      empty.sync();
      x.tree().place(empty, x.path());
      isDone = true;
    } finally {
      if (!isDone) {
        locks.unlock(x.home().id(), made.path(), made.token(), made.principal());
      }
    }
    x.tree().syncFolder(x.path().parent());
  }

  private static Lock wanted(Exchange x, Element info) throws DavException {
    if (!DavXml.isDav(info, "lockinfo")) {
      throw new DavException(400, "LOCK: want a DAV:lockinfo element");
    }
    Depth depth = x.depth(Depth.INFINITY);
    if (depth == Depth.ONE) {
      throw new DavException(400, "Depth: want 0 or infinity");
    }
    boolean isExclusive = false;
    boolean isShared = false;
    boolean isWrite = false;
    String owner = "";
    for (Element child : DavXml.children(info)) {
      List<Element> inner = DavXml.children(child);
      if (DavXml.isDav(child, "lockscope")) {
        isExclusive = inner.stream().anyMatch(e -> DavXml.isDav(e, "exclusive"));
        isShared = inner.stream().anyMatch(e -> DavXml.isDav(e, "shared"));
      } else if (DavXml.isDav(child, "locktype")) {
        isWrite = inner.stream().anyMatch(e -> DavXml.isDav(e, "write"));
      } else if (DavXml.isDav(child, "owner")) {
        owner = DavXml.standalone(child);
      }
    }
    if (isExclusive == isShared || !isWrite) {
      throw new DavException(400, "LOCK: want DAV:exclusive or DAV:shared, and DAV:write");
    }
    if (owner.length() > MAX_OWNER) {
      throw new DavException(400, "LOCK: want an owner of at most " + MAX_OWNER + " characters");
    }
    return new Lock(
        x.path().key(),
        "",
        isExclusive,
        depth == Depth.INFINITY,
        owner,
        x.home().principal(),
        x.timeoutSeconds(),
        Instant.EPOCH);
  }

  private void refresh(Exchange x) throws IOException, DavException {
    Set<String> tokens = preconditions.ifHeader(x);
    if (tokens.size() != 1) {
      throw new DavException(400, "LOCK without a body refreshes: want one token in the If header");
    }
    Lock longer =
        locks
            .refresh(
                x.home().id(),
                x.path().key(),
                tokens.iterator().next(),
                x.home().principal(),
                x.timeoutSeconds())
            .orElseThrow(
                () ->
                    new DavException(
                        412, "no such lock of yours here", "<D:lock-token-matches-request-uri/>"));
    x.answer(200, prop(x, longer));
  }

  void unlock(Exchange x) throws IOException, DavException {
    String header = x.header("Lock-Token").orElse("").trim();
    if (!header.startsWith("<") || !header.endsWith(">")) {
      throw new DavException(400, "Lock-Token: want a token between \"<\" and \">\"");
    }
    x.node();
    String token = header.substring(1, header.length() - 1);
    if (!locks.unlock(x.home().id(), x.path().key(), token, x.home().principal())) {
      throw new DavException(
          409, "no such lock of yours here", "<D:lock-token-matches-request-uri/>");
    }
    x.answer(204);
  }

  private static String prop(Exchange x, Lock lock) {
    return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<D:prop xmlns:D=\"DAV:\">"
        + LiveProperties.discovery(x, List.of(lock))
        + "</D:prop>\n";
  }
}
