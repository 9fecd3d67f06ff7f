package org.gridappliance.webdav;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.webdav.Exchange.Depth;
import org.gridappliance.webdav.lock.Lock;
import org.gridappliance.webdav.lock.LockTable;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.Upload;
import org.w3c.dom.Element;

/** LOCK, which also refreshes, and UNLOCK. */
final class LockMethods {
  private static final int MAX_OWNER = 8192;

  private LockMethods() {}

  static void lock(Exchange x) throws IOException {
    x.storage().requireWritable();
    byte[] body = x.body().all(DavXml.MAX_BYTES);
    if (body.length == 0) {
      refresh(x);
      return;
    }
    Lock wanted = wanted(x, DavXml.parse(body));
    boolean isNew;
    LockTable.Granted granted;
    HomeStorage storage = x.storage();
    storage.state().mutex.lock();
    try {
      Optional<Node> node = storage.stat(x.path());
      Set<String> tokens = x.guard().admit(node);
      isNew = node.isEmpty();
      if (isNew) {
        storage.tree().requireFolder(storage.at(x.path()).parent());
        storage.requireUnlocked(x.path().parent(), false, false, tokens);
      }
      granted = storage.locks().grant(storage.home().id(), wanted);
      if (isNew) {
        makeEmpty(x, granted.lock());
      }
    } finally {
      storage.state().mutex.unlock();
    }
    granted.written().await(); // without the mutex: others' changes share the flush
    Lock made = granted.lock();
    x.response().putHeader("Lock-Token", "<" + made.token() + ">");
    x.answer(isNew ? 201 : 200, prop(x, made));
  }

  /** An address without a resource gets an empty file with its lock (RFC 4918 §9.10.4). */
  private static void makeEmpty(Exchange x, Lock made) throws IOException {
    boolean isDone = false;
    HomeStorage storage = x.storage();
    try (Upload empty = storage.tree().upload()) {
      empty.sync();
      storage.tree().place(empty, storage.at(x.path()));
      storage.locks().foreign().replaced(storage.home().id(), made.path());
      isDone = true;
    } finally {
      if (!isDone) {
        storage.locks().unlock(storage.home().id(), made.path(), made.token(), made.principal());
      }
    }
    storage.syncFolder(x.path().parent());
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
        x.storage().key(x.path()),
        "",
        isExclusive,
        depth == Depth.INFINITY,
        owner,
        x.storage().home().principal(),
        x.timeoutSeconds(),
        Instant.EPOCH);
  }

  private static void refresh(Exchange x) throws IOException {
    Set<String> tokens = Preconditions.ifHeader(x);
    if (tokens.size() != 1) {
      throw new DavException(400, "LOCK without a body refreshes: want one token in the If header");
    }
    Lock longer =
        x.storage()
            .locks()
            .refresh(
                x.storage().home().id(),
                x.storage().key(x.path()),
                tokens.iterator().next(),
                x.storage().home().principal(),
                x.timeoutSeconds())
            .orElseThrow(
                () ->
                    new DavException(
                        412, "no such lock of yours here", "<D:lock-token-matches-request-uri/>"));
    x.answer(200, prop(x, longer));
  }

  static void unlock(Exchange x) throws IOException {
    String header = x.header("Lock-Token").orElse("").trim();
    if (!header.startsWith("<") || !header.endsWith(">")) {
      throw new DavException(400, "Lock-Token: want a token between \"<\" and \">\"");
    }
    x.node();
    String token = header.substring(1, header.length() - 1);
    HomeStorage storage = x.storage();
    if (!storage
        .locks()
        .unlock(storage.home().id(), storage.key(x.path()), token, storage.home().principal())) {
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
