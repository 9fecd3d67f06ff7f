package org.gridappliance.portal.samba;

import com.hierynomus.smbj.share.DiskEntry;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.gridappliance.portal.samba.LockDoor.Opened;
import org.gridappliance.webdav.lock.ForeignLocks;
import org.gridappliance.webdav.lock.Lock;
import org.gridappliance.webdav.tree.TreePath;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * WebDAV's locks as opens of smbd, and smbd's deny modes as answers to WebDAV (decision 0302). A
 * WebDAV lock on a file is an open that shares reading alone; a change by WebDAV is asked for by an
 * open for writing. While smbd serves nobody it is not asked. Thread-safe.
 */
final class SambaLocks implements ForeignLocks {
  private static final Logger log = LoggerFactory.getLogger(SambaLocks.class);

  private static final class Hold {
    final String home;
    Lock lock;
    @Nullable DiskEntry file;

    Hold(String home, Lock lock) {
      this.home = home;
      this.lock = lock;
    }

    boolean isOn(String otherHome, String key) {
      return home.equals(otherHome) && lock.path().equals(key);
    }
  }

  private final InstantSource clock;
  private final ReentrantLock mutex = new ReentrantLock();
  private final Map<String, Hold> holds = new HashMap<>();
  private @Nullable LockDoor door;

  SambaLocks(InstantSource clock) {
    this.clock = clock;
  }

  /** {@return whether there is a connection to smbd} */
  boolean isConnected() {
    mutex.lock();
    try {
      return door != null && door.isOpen();
    } finally {
      mutex.unlock();
    }
  }

  /** A connection was made: everything that is locked is held by it. */
  void connected(LockDoor made) {
    mutex.lock();
    try {
      disconnect();
      door = made;
      for (Hold hold : holds.values()) {
        take(made, hold);
      }
    } catch (IOException e) { // the next look connects again
      log.warn("locks not held in Samba reason={}", e.getMessage());
      disconnect();
    } finally {
      mutex.unlock();
    }
  }

  /** The connection is gone, or smbd is; its opens went with it. */
  void disconnected() {
    mutex.lock();
    try {
      disconnect();
    } finally {
      mutex.unlock();
    }
  }

  private void disconnect() {
    if (door != null) {
      door.close();
      door = null;
    }
    holds.values().forEach(hold -> hold.file = null);
  }

  /** Lets go of what has run out. */
  void sweep() {
    mutex.lock();
    try {
      Instant now = clock.instant();
      for (Iterator<Hold> all = holds.values().iterator(); all.hasNext(); ) {
        Hold hold = all.next();
        if (!hold.lock.expires().isAfter(now)) {
          let(hold);
          all.remove();
        }
      }
    } finally {
      mutex.unlock();
    }
  }

  @Override
  public boolean forbids(String home, String key) {
    mutex.lock();
    try {
      LockDoor open = door;
      if (open == null || !open.hasClients()) {
        return false;
      }
      // an open of ours would forbid our own question
      boolean wasHeld = false;
      for (Hold hold : holds.values()) {
        if (hold.isOn(home, key) && hold.file != null) {
          let(hold);
          wasHeld = true;
        }
      }
      boolean forbids = open.isKept(path(home, key));
      if (wasHeld) {
        takeAll(open, home, key);
      }
      return forbids;
    } catch (IOException e) { // smbd went away, and its clients with it
      log.warn("samba not asked home={} reason={}", home, e.getMessage());
      disconnect();
      return false;
    } finally {
      mutex.unlock();
    }
  }

  @Override
  public boolean hold(String home, Lock lock) {
    mutex.lock();
    try {
      Hold known = holds.get(lock.token());
      if (known != null) {
        known.lock = lock;
        return true;
      }
      Hold hold = new Hold(home, lock);
      LockDoor open = door;
      if (open != null && !take(open, hold)) {
        return false;
      }
      holds.put(lock.token(), hold);
      return true;
    } catch (IOException e) { // as above; it is held when smbd is back
      log.warn("lock not held in Samba home={} reason={}", home, e.getMessage());
      disconnect();
      holds.put(lock.token(), new Hold(home, lock));
      return true;
    } finally {
      mutex.unlock();
    }
  }

  @Override
  public void release(String token) {
    mutex.lock();
    try {
      Optional.ofNullable(holds.remove(token)).ifPresent(this::let);
    } finally {
      mutex.unlock();
    }
  }

  @Override
  public void replaced(String home, String key) {
    mutex.lock();
    try {
      LockDoor open = door;
      if (open != null) {
        holds.values().stream().filter(h -> h.isOn(home, key)).forEach(this::let);
        takeAll(open, home, key);
      }
    } catch (IOException e) { // as above
      log.warn("lock not held in Samba home={} reason={}", home, e.getMessage());
      disconnect();
    } finally {
      mutex.unlock();
    }
  }

  private void takeAll(LockDoor open, String home, String key) throws IOException {
    for (Hold hold : holds.values()) {
      if (hold.isOn(home, key)) {
        take(open, hold);
      }
    }
  }

  /** {@return false when a client writes the file} */
  private static boolean take(LockDoor open, Hold hold) throws IOException {
    return switch (open.keep(path(hold.home, hold.lock.path()))) {
      case Opened.Held held -> {
        hold.file = held.file();
        yield true;
      }
      case Opened.InUse inUse -> false;
      case Opened.None none -> true;
    };
  }

  private void let(Hold hold) {
    DiskEntry file = hold.file;
    hold.file = null;
    if (file != null) {
      try {
        LockDoor.close(file);
      } catch (IOException e) { // gone with its connection
        log.debug("samba open not closed reason={}", e.getMessage());
      }
    }
  }

  private static String path(String home, String key) {
    return home + "\\home\\" + String.join("\\", TreePath.ofKey(key).names());
  }
}
