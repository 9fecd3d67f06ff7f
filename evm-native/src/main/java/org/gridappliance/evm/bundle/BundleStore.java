package org.gridappliance.evm.bundle;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.gridappliance.evm.EvmAccount;

/**
 * Bundles in a folder, each under its id: {@code ID/manifest}, {@code ID/signature}, {@code
 * ID/root/…}. A bundle appears complete or not at all (made beside, renamed into place), so two at
 * once are safe. Nothing runs from one that was not verified: signature over the manifest, then
 * every file against it, and nothing there that it does not name.
 */
public final class BundleStore {
  private static final String ALGORITHM = "Ed25519";

  /** One time for all files, so that archives of the same bundle are the same. */
  private static final FileTime TIME = FileTime.from(Instant.parse("2000-01-01T00:00:00Z"));

  private final Path folder;
  private final Optional<EvmAccount> owner;

  /**
   * Where a bundle's files come from: the machine it was made on, or a folder they were fetched
   * into.
   */
  @FunctionalInterface
  public interface Source {
    /** {@return the regular file to copy for a path of the manifest} */
    Path of(String path) throws BundleException;
  }

  /**
   * @param owner as root, the account programs run as, which must own what it seems to change
   */
  public BundleStore(Path folder, Optional<EvmAccount> owner) {
    this.folder = folder.toAbsolutePath();
    this.owner = owner;
  }

  /**
   * Copies the files of a manifest from a root, signs it, and keeps it.
   *
   * @param files where each file of the manifest is now
   * @param key Ed25519
   */
  public Bundle add(Manifest manifest, Source files, PrivateKey key) throws BundleException {
    return add(manifest, files, sign(manifest, key));
  }

  /**
   * As {@link #add(Manifest, Source, PrivateKey)} with a signature from elsewhere, not checked
   * here.
   */
  public Bundle add(Manifest manifest, Source files, byte[] signature) throws BundleException {
    Path target = folder.resolve(manifest.id());
    if (!Files.isDirectory(target)) {
      try {
        Files.createDirectories(folder);
        Path part = Files.createTempDirectory(folder, "part");
        try {
          fill(part, manifest, files, signature);
          Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
          deleteTree(part);
        }
      } catch (IOException e) {
        if (!Files.isDirectory(target)) { // else another was faster
          throw new BundleException("keep bundle " + manifest.id() + ": " + e.getMessage(), e);
        }
      }
    }
    return new Bundle(manifest.id(), target.resolve("root"), manifest);
  }

  /**
   * Opens a bundle after checking all of it. Costs a read of every file.
   *
   * @param id as {@link Manifest#id}
   * @param key of who published it
   * @throws BundleException if it is not here, not signed with the key, or differs in one byte
   */
  public Bundle open(String id, PublicKey key) throws BundleException {
    if (!id.matches("[0-9a-f]{64}")) {
      throw new BundleException("bundle \"" + id + "\": want 64 hex digits");
    }
    Path home = folder.resolve(id);
    byte[] bytes;
    byte[] signature;
    try {
      bytes = Files.readAllBytes(home.resolve("manifest"));
      signature = Files.readAllBytes(home.resolve("signature"));
    } catch (IOException e) {
      throw new BundleException("bundle " + id + " is not in " + folder, e);
    }
    if (!isSigned(bytes, signature, key)) {
      throw new BundleException("bundle " + id + " is not signed with the publisher's key");
    }
    Manifest manifest = Manifest.parse(bytes);
    if (!manifest.id().equals(id)) {
      throw new BundleException("bundle " + id + " holds another: " + manifest.id());
    }
    Path root = home.resolve("root");
    verifyFiles(manifest, root);
    return new Bundle(id, root, manifest);
  }

  /** Removes a bundle; no run may be using it. */
  public void remove(String id) throws BundleException {
    try {
      deleteTree(folder.resolve(id));
    } catch (IOException e) {
      throw new BundleException("remove bundle " + id + ": " + e.getMessage(), e);
    }
  }

  private void fill(Path part, Manifest manifest, Source files, byte[] signature)
      throws IOException, BundleException {
    Path root = Files.createDirectory(part.resolve("root"));
    for (Map.Entry<String, Manifest.Entry> entry : manifest.entries().entrySet()) {
      String path = entry.getKey().substring(1);
      Path target = root.resolve(path);
      Path parent = target.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      switch (entry.getValue()) {
        case Manifest.LinkEntry link -> Files.createSymbolicLink(target, Path.of(link.target()));
        case Manifest.FileEntry file -> {
          Files.copy(files.of(entry.getKey()), target);
          String mode = file.executable() ? "rwxr-xr-x" : "rw-r--r--";
          Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(mode));
          Files.setLastModifiedTime(target, TIME);
          if (!Hashes.fileEntry(target, file.executable()).equals(file)) {
            throw new BundleException(entry.getKey() + ": it changed while being copied");
          }
        }
      }
    }
    Files.write(part.resolve("manifest"), manifest.bytes());
    Files.write(part.resolve("signature"), signature);
    finish(part);
  }

  /** Folders readable by the account, everything in the root its own. */
  private void finish(Path part) throws IOException {
    try (var all = Files.walk(part)) {
      for (Path path : all.toList()) {
        if (owner.isPresent() && path.startsWith(part.resolve("root"))) {
          Files.setAttribute(path, "unix:uid", owner.get().uid(), LinkOption.NOFOLLOW_LINKS);
          Files.setAttribute(path, "unix:gid", owner.get().gid(), LinkOption.NOFOLLOW_LINKS);
        }
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
      }
    }
  }

  private static void verifyFiles(Manifest manifest, Path root) throws BundleException {
    Map<String, Manifest.Entry> missing = new TreeMap<>(manifest.entries());
    try (var all = Files.walk(root)) {
      for (Path path : all.toList()) {
        String name = "/" + root.relativize(path);
        BasicFileAttributes a =
            Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (a.isDirectory()) {
          continue;
        }
        Manifest.Entry wanted = missing.remove(name);
        Manifest.Entry found = null;
        if (a.isSymbolicLink()) {
          found = new Manifest.LinkEntry(Files.readSymbolicLink(path).toString());
        } else if (a.isRegularFile()) {
          int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
          if ((mode & 06000) == 0) {
            found = Hashes.fileEntry(path, (mode & 0100) != 0);
          }
        }
        if (found == null || !found.equals(wanted)) {
          throw new BundleException(name + ": it is not what the bundle's manifest says");
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new BundleException("check the files of " + root + ": " + e.getMessage(), e);
    }
    if (!missing.isEmpty()) {
      throw new BundleException(missing.keySet().iterator().next() + ": it is not in the bundle");
    }
  }

  private static byte[] sign(Manifest manifest, PrivateKey key) throws BundleException {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initSign(key);
      signature.update(manifest.bytes());
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new BundleException("sign the manifest (want an Ed25519 key): " + e.getMessage(), e);
    }
  }

  private static boolean isSigned(byte[] manifest, byte[] signature, PublicKey key)
      throws BundleException {
    try {
      Signature check = Signature.getInstance(ALGORITHM);
      check.initVerify(key);
      check.update(manifest);
      return check.verify(signature);
    } catch (java.security.SignatureException e) {
      return false; // not even shaped like a signature
    } catch (GeneralSecurityException e) {
      throw new BundleException("check the signature (want an Ed25519 key): " + e.getMessage(), e);
    }
  }

  private static void deleteTree(Path top) throws IOException {
    if (!Files.isDirectory(top, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        top,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path dir, @org.jspecify.annotations.Nullable IOException e) throws IOException {
            if (e != null) {
              throw e;
            }
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
