package org.gridappliance.webdav.round;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What became of the files that an earlier round saw.
 *
 * @param overwritten files whose path now has another content, which came by writing into the file
 *     or by putting another in its place
 * @param moved files and folders that have another path, nothing having the old one; without what
 *     went along with its folder
 * @param gone files and folders that are nowhere, a folder before what it held
 */
public record Changes(List<Overwritten> overwritten, List<Moved> moved, List<Seen> gone) {
  /**
   * One file with another content.
   *
   * @param before under its old path
   * @param now under its path of now
   */
  public record Overwritten(Seen before, Seen now) {
    /** {@return whether it was written into, so that its other names have the new content too} */
    public boolean isInPlace() {
      return before.identity().equals(now.identity());
    }
  }

  /** One file or folder under another path. */
  public record Moved(Seen before, Seen now) {}

  /** {@return the difference between two looks at one home} */
  public static Changes between(Sight before, Sight now) {
    List<Overwritten> overwritten = new ArrayList<>();
    List<Moved> moved = new ArrayList<>();
    List<Seen> gone = new ArrayList<>();
    Map<String, String> movedFolders = new HashMap<>();
    Set<String> done = new HashSet<>();
    for (Seen old : before.all()) {
      Optional<Seen> there = now.at(old.key());
      boolean isSame = there.filter(s -> s.identity().equals(old.identity())).isPresent();
      Optional<Seen> found = isSame ? there : now.find(old.identity());
      if (found.isPresent()) {
        Seen is = found.get();
        if (!is.isFolder() && !is.state().equals(old.state()) && done.add(is.key())) {
          overwritten.add(new Overwritten(old, is));
        }
        if (there.isEmpty()) {
          String implied = movedFolders.get(parent(old.key()));
          if (implied == null || !(implied + name(old.key())).equals(is.key())) {
            moved.add(new Moved(old, is));
          }
          if (is.isFolder()) {
            movedFolders.put(old.key(), is.key());
          }
        }
      } else if (there.isPresent() && !there.get().isFolder() && !old.isFolder()) {
        overwritten.add(new Overwritten(old, there.get()));
      } else if (!(old.isFolder() && there.filter(Seen::isFolder).isPresent())) {
        gone.add(old);
      }
    }
    return new Changes(overwritten, moved, gone);
  }

  /** {@return the key of the folder that holds it} */
  static String parent(String key) {
    return key.substring(0, key.lastIndexOf('/', key.length() - 2) + 1);
  }

  /** {@return the last part of a key, with the slash at its end} */
  private static String name(String key) {
    return key.substring(key.lastIndexOf('/', key.length() - 2) + 1);
  }

  /** {@return the same without what is gone for a known reason, each with what it held} */
  public Changes without(Predicate<Seen> known) {
    Set<String> left = new HashSet<>();
    List<Seen> rest = new ArrayList<>();
    for (Seen seen : gone) {
      if (left.contains(parent(seen.key())) || known.test(seen)) {
        left.add(seen.key());
      } else {
        rest.add(seen);
      }
    }
    return new Changes(overwritten, moved, rest);
  }

  /** One thing that is to be kept: a file, or a folder with the files that were in it. */
  public record Loss(Seen root, List<Seen> files) {}

  /** {@return what is gone, each folder with what it held} */
  public List<Loss> losses() {
    Map<String, Loss> byRoot = new HashMap<>();
    List<Loss> losses = new ArrayList<>();
    for (Seen seen : gone) {
      Loss above = byRoot.get(parent(seen.key()));
      Loss loss = above == null ? new Loss(seen, new ArrayList<>()) : above;
      if (above == null) {
        losses.add(loss);
      }
      if (seen.isFolder()) {
        byRoot.put(seen.key(), loss);
      } else {
        loss.files().add(seen);
      }
    }
    return losses;
  }
}
