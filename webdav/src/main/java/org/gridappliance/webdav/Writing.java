package org.gridappliance.webdav;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import org.gridappliance.webdav.history.Kept;
import org.gridappliance.webdav.tree.Node;
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
  private long bytes;
  private boolean isPlaced;

  Writing(HomeStorage storage, TreePath path, Guard guard, Upload upload) {
    this.storage = storage;
    this.path = path;
    this.guard = guard;
    this.upload = upload;
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
    Optional<Node> before;
    Optional<Kept> kept;
    boolean isNew;
    storage.state().mutex.lock();
    try {
      before = storage.checkPut(path, guard);
      kept =
          before.flatMap(b -> storage.keeping().begin(true, path, b, b.size(), Optional.empty()));
      isNew = place(kept);
      storage.locks().foreign().replaced(storage.home().id(), storage.key(path));
    } finally {
      storage.state().mutex.unlock();
    }
    storage.syncFolder(path.parent());
    if (kept.isPresent()) {
      storage.keeping().done(kept.get());
    } else {
      storage.state().release(before.map(Node::size).orElse(0L));
    }
    return new Placed(isNew, upload.node());
  }

  private boolean place(Optional<Kept> kept) throws IOException {
    try {
      if (kept.isPresent()) {
        storage.tree().keepReplaced(storage.at(path), kept.get().id());
      }
      boolean isNew = storage.tree().place(upload, storage.at(path));
      isPlaced = true;
      return isNew;
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
