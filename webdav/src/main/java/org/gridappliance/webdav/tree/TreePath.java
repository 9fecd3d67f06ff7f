package org.gridappliance.webdav.tree;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import org.gridappliance.webdav.tree.TreeException.Reason;

/**
 * A path beneath a home: names in NFC, none of them empty, {@code .}, {@code ..}, longer than 255
 * bytes of UTF-8, or with a {@code /}, backslash or control character in it. The home itself has no
 * names.
 *
 * @param names from the home downwards; at most 3,500 bytes with their separators
 */
public record TreePath(List<String> names) {
  /** The home. */
  public static final TreePath ROOT = new TreePath(List.of());

  /** As NAME_MAX. */
  static final int NAME_BYTES = 255;

  /** Below PATH_MAX (4,096), so that one openat2 takes every path. */
  static final int PATH_BYTES = 3500;

  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$()*+,;=:@";

  /** Copies the names. */
  public TreePath {
    names = List.copyOf(names);
  }

  /**
   * {@return the path that a request's target names, beneath the mount}
   *
   * @param encoded percent-encoded, {@code /} between names, as received; slashes at either end and
   *     doubled ones do not matter
   * @throws TreeException BAD_PATH or TOO_LONG
   */
  public static TreePath parse(String encoded) throws TreeException {
    List<String> names = new ArrayList<>();
    int bytes = 0;
    int start = 0;
    while (start <= encoded.length()) {
      int slash = encoded.indexOf('/', start);
      int end = slash < 0 ? encoded.length() : slash;
      if (end > start) {
        String name =
            Normalizer.normalize(decode(encoded.substring(start, end)), Normalizer.Form.NFC);
        bytes += checked(name) + 1;
        if (bytes > PATH_BYTES) {
          throw new TreeException(
              Reason.TOO_LONG,
              "the path has more than " + PATH_BYTES + " bytes; use shorter names");
        }
        names.add(name);
      }
      start = end + 1;
    }
    return names.isEmpty() ? ROOT : new TreePath(names);
  }

  /** {@return the name's length in bytes} */
  private static int checked(String name) throws TreeException {
    if (!isServable(name)) {
      throw new TreeException(
          Reason.BAD_PATH,
          "a name is \".\", \"..\" or holds a slash, backslash or control character; rename it");
    }
    int bytes = name.getBytes(UTF_8).length;
    if (bytes > NAME_BYTES) {
      throw new TreeException(
          Reason.TOO_LONG,
          "a name has " + bytes + " bytes; at most " + NAME_BYTES + " are possible");
    }
    return bytes;
  }

  /** {@return whether a name can be asked for, and is therefore listed} */
  static boolean isServable(String name) {
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c < 0x20 || c == 0x7f || c == '/' || c == '\\' || c == '\ufffd' || c >= '\ufffe') {
        return false;
      }
    }
    return true;
  }

  private static String decode(String segment) throws TreeException {
    byte[] bytes = new byte[segment.length() * 3];
    int n = 0;
    for (int i = 0; i < segment.length(); i++) {
      char c = segment.charAt(i);
      if (c == '%') {
        int high = i + 2 < segment.length() ? Character.digit(segment.charAt(i + 1), 16) : -1;
        int low = i + 2 < segment.length() ? Character.digit(segment.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          throw new TreeException(
              Reason.BAD_PATH, "the address has a \"%\" without two hex digits");
        }
        bytes[n++] = (byte) (high * 16 + low);
        i += 2;
      } else if (c < 0x80) {
        bytes[n++] = (byte) c;
      } else {
        throw new TreeException(Reason.BAD_PATH, "the address has bytes that are not escaped");
      }
    }
    try {
      return UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes, 0, n))
          .toString();
    } catch (CharacterCodingException e) {
      throw new TreeException(Reason.BAD_PATH, "the address is not UTF-8 where it is escaped");
    }
  }

  /** {@return whether this is the home itself} */
  public boolean isRoot() {
    return names.isEmpty();
  }

  /** {@return the last name; empty for the home} */
  public String name() {
    return isRoot() ? "" : names.getLast();
  }

  /** {@return the folder that holds this; the home's is the home} */
  public TreePath parent() {
    return isRoot() ? this : new TreePath(names.subList(0, names.size() - 1));
  }

  /** {@return the path of an entry of this folder; the name has been read from it} */
  public TreePath child(String name) {
    List<String> longer = new ArrayList<>(names);
    longer.add(name);
    return new TreePath(longer);
  }

  /** {@return the path of what {@code below} names from here} */
  public TreePath resolve(TreePath below) {
    if (isRoot() || below.isRoot()) {
      return isRoot() ? below : this;
    }
    List<String> longer = new ArrayList<>(names);
    longer.addAll(below.names);
    return new TreePath(longer);
  }

  /** {@return what has to follow {@code ancestor}, above this path, to name it} */
  public TreePath beneath(TreePath ancestor) {
    return new TreePath(names.subList(ancestor.names.size(), names.size()));
  }

  /** {@return whether this is {@code ancestor} or lies beneath it} */
  public boolean isWithin(TreePath ancestor) {
    return names.size() >= ancestor.names.size()
        && names.subList(0, ancestor.names.size()).equals(ancestor.names);
  }

  /**
   * {@return the path as a key: {@code /} for the home, {@code /a/b/} for others} All keys that
   * begin with it are this path and what lies beneath.
   */
  public String key() {
    return isRoot() ? "/" : "/" + String.join("/", names) + "/";
  }

  /** {@return the path of a key made by {@link #key}} */
  public static TreePath ofKey(String key) {
    if (key.length() < 2) {
      return ROOT;
    }
    return new TreePath(List.of(key.substring(1, key.length() - 1).split("/", -1)));
  }

  /** {@return the first key, in string order, after all those beneath {@code key}} */
  public static String endKey(String key) {
    return key.substring(0, key.length() - 1) + (char) ('/' + 1);
  }

  /** {@return the percent-encoded path, beginning with {@code /}, without one at the end} */
  public String encoded() {
    if (isRoot()) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    for (String name : names) {
      text.append('/');
      appendEncoded(text, name);
    }
    return text.toString();
  }

  /** Appends one name percent-encoded, so that it needs no further escaping in XML either. */
  public static void appendEncoded(StringBuilder text, String name) {
    for (byte b : name.getBytes(UTF_8)) {
      if (b > 0 && UNRESERVED.indexOf(b) >= 0) {
        text.append((char) b);
      } else {
        text.append('%')
            .append(Character.toUpperCase(Character.forDigit((b >> 4) & 15, 16)))
            .append(Character.toUpperCase(Character.forDigit(b & 15, 16)));
      }
    }
  }

  /** The path as its owner writes it. */
  @Override
  public String toString() {
    return "/" + String.join("/", names);
  }
}
