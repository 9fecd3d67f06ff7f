package org.gridappliance.webdav.round;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.webdav.round.Seen.Identity;

/**
 * All files and folders of a home at one time, a folder before what it holds. Some 250 bytes of
 * memory each. Owned by one thread.
 */
public final class Sight {
  private final Map<String, Seen> byKey = new LinkedHashMap<>();
  private final Map<Identity, Seen> byIdentity = new HashMap<>();

  /** Adds one; of several names of one file the first is where it is. */
  public void add(Seen seen) {
    byKey.put(seen.key(), seen);
    byIdentity.putIfAbsent(seen.identity(), seen);
  }

  /** {@return what has the path} */
  public Optional<Seen> at(String key) {
    return Optional.ofNullable(byKey.get(key));
  }

  /** {@return where a file or folder is} */
  public Optional<Seen> find(Identity identity) {
    return Optional.ofNullable(byIdentity.get(identity));
  }

  /** {@return all, a folder before what it holds} */
  public Collection<Seen> all() {
    return byKey.values();
  }

  /** {@return how many} */
  public int size() {
    return byKey.size();
  }
}
