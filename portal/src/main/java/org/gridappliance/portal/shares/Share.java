package org.gridappliance.portal.shares;

import java.time.Instant;
import org.gridappliance.webdav.tree.TreePath;
import org.jspecify.annotations.Nullable;

/**
 * One thing that its owner shares.
 *
 * @param owner the account's name
 * @param path beneath the owner's home
 * @param with the person's or group's name; null for a link
 * @param hasPassword whether a link asks for one
 * @param expiresAt null for never
 * @param uses how often a link was opened, or what lies behind it was fetched or sent
 */
public record Share(
    long id,
    String owner,
    TreePath path,
    Kind kind,
    Rights rights,
    @Nullable String with,
    boolean hasPassword,
    Instant createdAt,
    @Nullable Instant expiresAt,
    long uses,
    @Nullable Instant usedAt) {

  /** Whom it is shared with. */
  public enum Kind {
    LINK,
    PERSON,
    GROUP;

    /** {@return as in the contract} */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** What they may do. */
  public enum Rights {
    /** List and download. */
    READ,
    /** All that the owner may do beneath it. */
    WRITE,
    /** Add files, and see nothing: a drop box. */
    UPLOAD;

    /** {@return as in the contract} */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }

    static Rights of(String word) {
      return valueOf(word.toUpperCase(java.util.Locale.ROOT));
    }
  }

  /** {@return the last name of the path, by which others see it} */
  public String name() {
    return path.isRoot() ? owner : path.name();
  }
}
