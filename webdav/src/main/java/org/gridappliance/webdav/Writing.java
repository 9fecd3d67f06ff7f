package org.gridappliance.webdav;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import org.gridappliance.webdav.history.Kept;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.Slot;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.TreePath;
import org.gridappliance.webdav.tree.Upload;

/**
 * A file on its way into a home: {@link #write} what there is, then {@link #finish}; {@link #close}
 * without it leaves everything as it was. Its bytes count to the quota from the start. Owned by one
 * thread.
 */
public final class Writing implements AutoCloseable {
  private final HomeStorage storage;
  private final TreePath path;
  private final Guard guard;
  private final Upload upload;
  private final Optional<Node> first; // what was there when the writing began
  private long bytes;
  private boolean isPlaced;

  Writing(HomeStorage storage, TreePath path, Guard guard, Optional<Node> first, Upload upload) {
    this.storage = storage;
    this.path = path;
    this.guard = guard;
    this.upload = upload;
    this.first = first;
  }

  /**
   * What came of it.
   *
   * @param isNew whether nothing had the path before
   * @param node the file as it is now
   */
  public record Placed(boolean isNew, Node node) {}

  /**
   * Appends all of the bytes.
   *
   * @throws TreeException FULL
   * @throws DavException 413 when it becomes larger than a file may be
   */
  public void write(ByteBuffer more) throws IOException {
    storage.requireSize(bytes + more.remaining());
    storage.charge(more.remaining());
    bytes += more.remaining();
    upload.write(more);
  }

  /** Gives the file a date of its own, once all is written. */
  public void setModified(Instant modified) throws IOException {
    upload.setModified(modified);
  }

  /** Puts the file in its place, durably, unless the guard or a lock now forbids it. */
  public Placed finish() throws IOException {
    if (storage.isSynced()) {
      upload.sync();
    }
    // before the mutex, so that several files' rows share a commit
    Optional<Kept> ready = first.flatMap(this::begin);
    Done done;
    storage.state().mutex.lock(); // from here to the rename no folder above may go to the trash
    try {
      done = place(ready);
    } finally {
      storage.state().mutex.unlock();
    }
    try (Slot slot = done.slot()) {
      if (storage.isSynced()) {
        slot.sync();
      }
    }
    if (done.kept().isPresent()) {
      storage.keeping().done(done.kept().get());
    } else if (done.before().isPresent()) {
      storage.state().release(done.before().get().size());
    }
    return new Placed(done.before().isEmpty(), upload.node());
  }

  private record Done(Slot slot, Optional<Node> before, Optional<Kept> kept) {}

  private Optional<Kept> begin(Node before) {
    return storage.keeping().begin(true, path, before, before.size(), Optional.empty());
  }

  private Done place(Optional<Kept> ready) throws IOException {
    Optional<Slot> opened = Optional.empty();
    Optional<Kept> unused = ready;
    try {
      Slot slot = storage.slot(path, guard);
      opened = Optional.of(slot);
      Optional<Node> before = storage.checkPut(path, slot, guard);
      boolean isSame = before.map(Node::etag).equals(first.map(Node::etag));
      Optional<Kept> kept = isSame ? ready : before.flatMap(this::begin);
      unused = isSame ? Optional.empty() : ready;
      place(slot, before, kept);
      storage.locks().foreign().replaced(storage.home().id(), storage.key(path));
      return new Done(slot, before, kept);
    } finally {
      if (unused.isPresent()) {
        storage.keeping().undo(unused.get());
      }
      if (!isPlaced) {
        opened.ifPresent(Slot::close);
      }
    }
  }

  private void place(Slot slot, Optional<Node> before, Optional<Kept> kept) throws IOException {
    try {
      if (kept.isPresent()) {
        slot.keepReplaced(kept.get().id());
      }
      slot.place(upload, before);
      isPlaced = true;
    } finally {
      if (!isPlaced && kept.isPresent()) {
        storage.keeping().undo(kept.get());
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (!isPlaced) {
      storage.state().release(bytes);
    }
    upload.close();
  }
}
