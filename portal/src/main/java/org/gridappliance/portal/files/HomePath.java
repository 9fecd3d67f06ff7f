package org.gridappliance.portal.files;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.gridappliance.jobs.http.Problem;

/**
 * The steps from a person's home to a file, read from the address of a request. Pure.
 *
 * @param names 0..64 names, each 1..255 bytes of UTF-8, none of them {@code .} or {@code ..}
 */
record HomePath(List<String> names) {
  private static final int MOST_BYTES = 4096;
  private static final int MOST_NAMES = 64;
  private static final int NAME_BYTES = 255;

  HomePath {
    names = List.copyOf(names);
  }

  /**
   * Reads what follows {@code /api/v1/files} in an address, still percent-encoded. A slash at the
   * end is allowed.
   *
   * @throws Problem 400 which says what is wrong with which name
   */
  static HomePath parse(String raw) {
    if (raw.length() > 3 * MOST_BYTES) {
      throw bad("the path is too long: want at most " + MOST_BYTES + " bytes");
    }
    List<String> names = new ArrayList<>();
    int bytes = 0;
    String trimmed = raw.startsWith("/") ? raw.substring(1) : raw;
    String body = trimmed.endsWith("/") ? trimmed.substring(0, trimmed.length() - 1) : trimmed;
    if (!body.isEmpty()) {
      for (String part : body.split("/", -1)) {
        byte[] name = decode(part);
        bytes += name.length + 1;
        names.add(check(name));
      }
    }
    if (bytes > MOST_BYTES) {
      throw bad("the path has " + bytes + " bytes: want at most " + MOST_BYTES);
    }
    if (names.size() > MOST_NAMES) {
      throw bad("the path has " + names.size() + " folders: want at most " + MOST_NAMES);
    }
    return new HomePath(names);
  }

  /** {@return the last name; empty for the home itself} */
  String last() {
    return names.isEmpty() ? "" : names.getLast();
  }

  List<String> folders() {
    return names.isEmpty() ? names : names.subList(0, names.size() - 1);
  }

  @Override
  public String toString() {
    return String.join("/", names);
  }

  private static byte[] decode(String part) {
    byte[] out = new byte[part.length()];
    int length = 0;
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (c == '%') {
        boolean whole = i + 2 < part.length();
        int high = whole ? Character.digit(part.charAt(i + 1), 16) : -1;
        int low = whole ? Character.digit(part.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          throw bad("a % in the path is not followed by two hex digits");
        }
        out[length++] = (byte) (high * 16 + low);
        i += 2;
      } else if (c > 126 || c < 33) {
        throw bad("the path holds a character that must be percent-encoded");
      } else {
        out[length++] = (byte) c;
      }
    }
    return java.util.Arrays.copyOf(out, length);
  }

  private static String check(byte[] bytes) {
    String name;
    try {
      name =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes))
              .toString();
    } catch (CharacterCodingException e) {
      throw bad("a name in the path is not UTF-8");
    }
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      throw bad("the path holds the name '" + name + "': want real names only");
    }
    if (bytes.length > NAME_BYTES) {
      throw bad(
          "a name has "
              + bytes.length
              + " bytes: want at most "
              + NAME_BYTES
              + "; choose a shorter one");
    }
    if (name.chars().anyMatch(c -> c < 32 || c == 127 || c == '/')) {
      throw bad("a name holds a NUL, a slash or another control character; choose another name");
    }
    return name;
  }

  private static Problem bad(String detail) {
    return Problem.invalid(detail, List.of(new Problem.FieldError("path", detail)));
  }
}
