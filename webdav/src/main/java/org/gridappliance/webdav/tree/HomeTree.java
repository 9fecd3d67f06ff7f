package org.gridappliance.webdav.tree;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.gridappliance.webdav.tree.TreeException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * One person's home, opened for one request. Every path is walked by the kernel from the home's own
 * descriptor; no link leads anywhere. What appears in the tree appears whole: files and copied
 * folders are made in the spool (a folder on the same file system, outside the home) and renamed
 * into place; what is deleted is first renamed into the spool.
 *
 * <p>Names are stored in NFC; a name another program stored decomposed is found too. Owned by one
 * thread. Calls block for the disk.
 */
public final class HomeTree implements AutoCloseable {
  /** What a walk of a folder is told. */
  public interface Visitor {
    /** One entry, of a name in NFC that can be asked for. */
    void visit(String name, Node node) throws IOException;
  }

  private final Fd home;
  private final Path spoolFolder;
  private final Path keptFolder;
  private @Nullable Fd spool; // opened when first wanted: most requests want neither
  private @Nullable Fd kept;

  private HomeTree(Fd home, Path spoolFolder, Path keptFolder) {
    this.home = home;
    this.spoolFolder = spoolFolder;
    this.keptFolder = keptFolder;
  }

  /**
   * Opens a home.
   *
   * @param home an existing folder; links in this path are the appliance's own and are followed
   * @param spool an existing folder on the same file system, not within the home
   * @param kept another such folder, for what was deleted or overwritten
   */
  public static HomeTree open(Path home, Path spool, Path kept) throws IOException {
    return new HomeTree(Fd.ofFolder(home), spool, kept);
  }

  Fd spool() throws IOException {
    if (spool == null) {
      spool = Fd.ofFolder(spoolFolder);
    }
    return spool;
  }

  Fd kept() throws IOException {
    if (kept == null) {
      kept = Fd.ofFolder(keptFolder);
    }
    return kept;
  }

  /**
   * {@return what has this path; empty when nothing has}
   *
   * @throws TreeException REFUSED when it, or a folder above it, is neither file nor folder
   */
  public Optional<Node> stat(TreePath path) throws IOException {
    if (path.isRoot()) {
      return Optional.of(home.stat());
    }
    try (Fd parent = folder(path.parent())) {
      return parent.stat(stored(parent, path.name()));
    } catch (TreeException e) {
      if (e.reason() == Reason.NOT_FOUND || e.reason() == Reason.NO_PARENT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** {@return the folder's own node; a later change of the tree does not alter which it is} */
  public Node requireFolder(TreePath path) throws IOException {
    try (Fd folder = parentOf(path)) {
      return folder.stat();
    }
  }

  /**
   * Opens a file for reading.
   *
   * @throws TreeException NOT_FOUND, IS_FOLDER, REFUSED
   */
  public OpenFile read(TreePath path) throws IOException {
    try (Fd parent = folder(path.parent());
        Fd file = parent.open(stored(parent, path.name()), LibC.O_RDONLY, 0)) {
      Node node = file.stat();
      if (node.isFolder()) {
        throw new TreeException(Reason.IS_FOLDER, path + " is a folder");
      }
      return new OpenFile(node, file.channel(StandardOpenOption.READ));
    } catch (TreeException e) {
      throw e.reason() == Reason.NO_PARENT
          ? new TreeException(Reason.NOT_FOUND, "there is no " + path)
          : e;
    }
  }

  /** Tells the visitor every file and folder of a folder, in no order; others are left out. */
  public void list(TreePath path, Visitor visitor) throws IOException {
    try (Fd folder = folder(path);
        FolderReader reader = new FolderReader(folder)) {
      for (byte[] raw = reader.next(); raw != null; raw = reader.next()) {
        String stored = FolderReader.text(raw);
        String name = Normalizer.normalize(stored, Normalizer.Form.NFC);
        if (TreePath.isServable(name)) {
          @Nullable Node node = quietStat(folder, stored);
          boolean isShadowed = !name.equals(stored) && quietStat(folder, name) != null;
          if (node != null && !isShadowed) {
            visitor.visit(name, node);
          }
        }
      }
    }
  }

  /** {@return the node; null when it is gone, or is neither file nor folder} */
  private static @Nullable Node quietStat(Fd folder, String name) throws IOException {
    try {
      return folder.stat(name).orElse(null);
    } catch (TreeException e) {
      if (e.reason() == Reason.REFUSED) {
        return null;
      }
      throw e;
    }
  }

  /** {@return a new file in the spool} */
  public Upload upload() throws IOException {
    return new Upload(spool(), spoolName());
  }

  /**
   * Renames an upload into place, over a file that may be there, keeping that file's permissions.
   * Durable after {@link #syncFolder} of the parent.
   *
   * @return whether nothing had this path before
   * @throws TreeException NO_PARENT, IS_FOLDER, REFUSED
   */
  public boolean place(Upload upload, TreePath path) throws IOException {
    try (Slot slot = slot(path)) {
      Optional<Node> before = slot.stat();
      slot.place(upload, before);
      return before.isEmpty();
    }
  }

  /**
   * {@return where a file is or shall be; close it}
   *
   * @param path not the root
   * @throws TreeException NO_PARENT
   */
  public Slot slot(TreePath path) throws IOException {
    Fd parent = parentOf(path.parent());
    try {
      return new Slot(this, parent, stored(parent, path.name()));
    } catch (IOException e) {
      parent.close();
      throw e;
    }
  }

  /**
   * Makes one folder.
   *
   * @throws TreeException EXISTS, NO_PARENT
   */
  public void makeFolder(TreePath path) throws IOException {
    try (Fd parent = parentOf(path.parent())) {
      String name = stored(parent, path.name());
      if (parent.stat(name).isPresent()) {
        throw new TreeException(Reason.EXISTS, path + " exists already");
      }
      parent.makeFolder(Fd.bytes(name), 0755);
    }
  }

  /**
   * Takes a file or a whole folder out of the tree at once, into the spool.
   *
   * @throws TreeException NOT_FOUND
   */
  public Staged take(TreePath path) throws IOException {
    byte[] name = spoolName();
    try (Fd parent = folder(path.parent())) {
      parent.rename(Fd.bytes(stored(parent, path.name())), spool(), name, LibC.RENAME_NOREPLACE);
    }
    return new Staged(this, spool(), name);
  }

  /**
   * Deletes a file, or a folder with what it holds, where it is. Not in one step: what fails half
   * way leaves the rest.
   */
  public void remove(TreePath path) throws IOException {
    try (Fd parent = folder(path.parent())) {
      Staged.remove(parent, Fd.bytes(stored(parent, path.name())), 0);
    }
  }

  /** {@return what was deleted or overwritten} */
  public KeptFolder past() {
    return new KeptFolder(this);
  }

  /** {@return what lies in the spool, by name} */
  public Map<String, Node> spoolThings() throws IOException {
    return things(spool());
  }

  static Map<String, Node> things(Fd of) throws IOException {
    Map<String, Node> found = new HashMap<>();
    try (Fd again = of.open(".", Fd.FOLDER, 0);
        FolderReader reader = new FolderReader(again)) {
      for (byte[] raw = reader.next(); raw != null; raw = reader.next()) {
        @Nullable Node node = quietStat(of, FolderReader.text(raw));
        if (node != null) {
          found.put(FolderReader.text(raw), node);
        }
      }
    }
    return found;
  }

  /** {@return a new empty folder in the spool} */
  Staged newFolder() throws IOException {
    byte[] name = spoolName();
    spool().makeFolder(name, 0755);
    return new Staged(this, spool(), name);
  }

  /**
   * Takes a folder that was made elsewhere on the same file system into the spool.
   *
   * @param made of regular files and folders only, all of them durable
   */
  public Staged stage(Path made) throws IOException {
    byte[] name = spoolName();
    Path parent = made.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException(made + " has no parent");
    }
    try (Fd from = Fd.ofFolder(parent)) {
      from.rename(Fd.bytes(made.getFileName().toString()), spool(), name, LibC.RENAME_NOREPLACE);
    }
    return new Staged(this, spool(), name);
  }

  /**
   * Removes a name that stands for a link, pipe, socket or device; not what a link names.
   *
   * @return false when it stands for a file or folder, or for nothing
   */
  public boolean removeOther(TreePath path) throws IOException {
    try (Fd parent = folder(path.parent())) {
      String name = stored(parent, path.name());
      if (!parent.isOther(Fd.bytes(name))) {
        return false;
      }
      parent.remove(Fd.bytes(name), false);
      return true;
    } catch (TreeException e) {
      if (e.reason() == Reason.NOT_FOUND || e.reason() == Reason.NO_PARENT) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Copies a file, or a folder with what it holds, into the spool. Links, pipes, sockets and
   * devices are left out.
   *
   * @param from the tree that has it, this or another
   * @param whole false: a folder without what it holds
   * @param charge is told the bytes of each file before it is copied and may refuse
   */
  public Staged copy(HomeTree from, TreePath path, boolean whole, TreeCopy.Charge charge)
      throws IOException {
    Staged staged = new Staged(this, spool(), spoolName());
    try (Fd parent = from.folder(path.parent())) {
      String source = path.isRoot() ? "." : stored(parent, path.name());
      new TreeCopy(charge, whole).copy(parent, Fd.bytes(source), spool(), staged.name());
      return staged;
    } catch (IOException e) {
      staged.close();
      throw e;
    }
  }

  /**
   * Renames what is staged into place, in exchange for what may be there, which then is staged.
   *
   * @return whether nothing had this path before
   * @throws TreeException NO_PARENT
   */
  public boolean place(Staged staged, TreePath path) throws IOException {
    try (Fd parent = parentOf(path.parent())) {
      String name = stored(parent, path.name());
      boolean isNew = parent.stat(name).isEmpty();
      spool()
          .rename(
              staged.name(),
              parent,
              Fd.bytes(name),
              isNew ? LibC.RENAME_NOREPLACE : LibC.RENAME_EXCHANGE);
      if (isNew) {
        staged.markPlaced();
      }
      return isNew;
    }
  }

  /**
   * Renames within the tree. What has the new path is exchanged with the old one, and staged.
   *
   * @param keepAs the id under which what has the new path is kept, else it is staged
   * @return what had the new path, when it was staged
   */
  public Optional<Staged> move(TreePath from, TreePath to, Optional<String> keepAs)
      throws IOException {
    try (Fd source = folder(from.parent());
        Fd target = parentOf(to.parent())) {
      byte[] oldName = Fd.bytes(stored(source, from.name()));
      String newName = stored(target, to.name());
      if (target.stat(newName).isEmpty()) {
        // a decomposed name becomes composed by a MOVE, as names are stored in NFC
        source.rename(oldName, target, Fd.bytes(to.name()), LibC.RENAME_NOREPLACE);
        return Optional.empty();
      }
      source.rename(oldName, target, Fd.bytes(newName), LibC.RENAME_EXCHANGE);
      if (keepAs.isPresent()) {
        source.rename(oldName, kept(), Fd.bytes(keepAs.get()), LibC.RENAME_NOREPLACE);
        return Optional.empty();
      }
      Staged replaced = new Staged(this, spool(), spoolName());
      source.rename(oldName, spool(), replaced.name(), LibC.RENAME_NOREPLACE);
      return Optional.of(replaced);
    }
  }

  /** Makes the names in a folder durable. */
  public void syncFolder(TreePath path) throws IOException {
    try (Fd folder = folder(path)) {
      folder.sync();
    }
  }

  /** {@return what a file or folder and all beneath it takes} */
  public Usage usage(TreePath path) throws IOException {
    try (Fd folder = folder(path)) {
      return Usage.of(folder);
    }
  }

  /** {@return the bytes of all files beneath, and the number of entries} */
  public Usage usage() throws IOException {
    return Usage.of(home);
  }

  /** {@return bytes free for this process on the home's file system} */
  public long usableBytes() {
    return home.usableBytes();
  }

  /** Removes what an earlier run left in the spool. {@return how many things} */
  public int clearSpool() throws IOException {
    int n = 0;
    try (Fd again = spool().open(".", Fd.FOLDER, 0);
        FolderReader reader = new FolderReader(again)) {
      for (byte[] raw = reader.next(); raw != null; raw = reader.next()) {
        Staged.remove(spool(), raw, 0);
        n++;
      }
    }
    return n;
  }

  private static byte[] spoolName() {
    return Fd.bytes(UUID.randomUUID().toString());
  }

  /** {@return the folder that shall hold something new; NO_PARENT when it is none} */
  Fd parentOf(TreePath folder) throws IOException {
    try {
      return folder(folder);
    } catch (TreeException e) {
      if (e.reason() == Reason.NOT_FOUND || e.reason() == Reason.NO_PARENT) {
        throw new TreeException(
            Reason.NO_PARENT, "there is no folder " + folder + "; make it first");
      }
      throw e;
    }
  }

  Fd folder(TreePath path) throws IOException {
    if (path.isRoot()) {
      return home.open(".", Fd.FOLDER, 0);
    }
    String joined = String.join("/", path.names());
    try {
      return home.open(joined, Fd.FOLDER, 0);
    } catch (TreeException e) {
      if (e.reason() != Reason.NOT_FOUND || isAscii(joined)) {
        throw e;
      }
    }
    Fd at = home.open(".", Fd.FOLDER, 0);
    for (String name : path.names()) {
      try (Fd above = at) {
        at = above.open(stored(above, name), Fd.FOLDER, 0);
      }
    }
    return at;
  }

  /** {@return the form in which this folder has the name; NFC when it has none} */
  static String stored(Fd folder, String name) throws IOException {
    if (isAscii(name) || folder.stat(name).isPresent()) {
      return name;
    }
    String decomposed = Normalizer.normalize(name, Normalizer.Form.NFD);
    return !decomposed.equals(name) && folder.stat(decomposed).isPresent() ? decomposed : name;
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }

  @Override
  public void close() {
    home.close();
    if (spool != null) {
      spool.close();
    }
    if (kept != null) {
      kept.close();
    }
  }

  /**
   * A file opened for reading.
   *
   * @param node as it was when opened
   */
  public record OpenFile(Node node, FileChannel channel) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
