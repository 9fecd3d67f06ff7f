package org.gridappliance.webdav.lock;

/**
 * What other file servers of this machine (Samba) hold over the same files, and how they are told
 * of WebDAV's locks. Files only: nothing of folders crosses (decision 0302). Safe for all threads;
 * every method may block for a few milliseconds. Keys: {@link
 * org.gridappliance.webdav.tree.TreePath#key}.
 */
public interface ForeignLocks {
  /** No other file server. */
  ForeignLocks NONE =
      new ForeignLocks() {
        @Override
        public boolean forbids(String home, String key) {
          return false;
        }

        @Override
        public boolean hold(String home, Lock lock) {
          return true;
        }

        @Override
        public void release(String token) {}

        @Override
        public void replaced(String home, String key) {}
      };

  /** {@return whether another server's client has opened the file and lets nobody else write} */
  boolean forbids(String home, String key);

  /**
   * Keeps the clients of other servers from writing a locked file; called again for a refresh.
   *
   * @return false when one of them writes it now, so that it cannot be locked
   */
  boolean hold(String home, Lock lock);

  /** A lock is gone, or never came to be. */
  void release(String token);

  /** A locked path stands for another file now, which is to be held instead. */
  void replaced(String home, String key);
}
