package org.gridappliance.agent.ipsec;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The elements of a vici message (strongSwan's src/libcharon/plugins/vici/README.md), pure: a
 * section is a map whose values are a text, a list of texts or a section. A text is bytes, one
 * character each (ISO 8859-1).
 *
 * <pre>
 * 1 SECTION_START name   2 SECTION_END   3 KEY_VALUE name u16 value
 * 4 LIST_START name      5 LIST_ITEM u16 value   6 LIST_END       name = u8 length, bytes
 * </pre>
 */
final class ViciMessage {
  private static final int SECTION_START = 1;
  private static final int SECTION_END = 2;
  private static final int KEY_VALUE = 3;
  private static final int LIST_START = 4;
  private static final int LIST_ITEM = 5;
  private static final int LIST_END = 6;
  private static final int DEEPEST = 16;
  private static final int MOST_ELEMENTS = 100_000;

  private final byte[] bytes;
  private int at;
  private int elements;

  private ViciMessage(byte[] bytes, int from) {
    this.bytes = bytes;
    this.at = from;
  }

  /** {@return the bytes of a section's content} */
  static byte[] write(Map<String, ?> section) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    write(out, section);
    return out.toByteArray();
  }

  private static void write(ByteArrayOutputStream out, Map<?, ?> section) {
    section.forEach(
        (name, value) -> {
          switch (value) {
            case Map<?, ?> inner -> {
              out.write(SECTION_START);
              name(out, String.valueOf(name));
              write(out, inner);
              out.write(SECTION_END);
            }
            case List<?> list -> {
              out.write(LIST_START);
              name(out, String.valueOf(name));
              for (Object item : list) {
                out.write(LIST_ITEM);
                value(out, String.valueOf(item));
              }
              out.write(LIST_END);
            }
            default -> {
              out.write(KEY_VALUE);
              name(out, String.valueOf(name));
              value(out, String.valueOf(value));
            }
          }
        });
  }

  private static void name(ByteArrayOutputStream out, String name) {
    byte[] text = name.getBytes(StandardCharsets.ISO_8859_1);
    if (text.length > 255) {
      throw new IllegalArgumentException("a name of " + text.length + " bytes: want at most 255");
    }
    out.write(text.length);
    out.writeBytes(text);
  }

  private static void value(ByteArrayOutputStream out, String value) {
    byte[] text = value.getBytes(StandardCharsets.ISO_8859_1);
    if (text.length > 65_535) {
      throw new IllegalArgumentException("a value of " + text.length + " bytes: want u16");
    }
    out.write(text.length >> 8);
    out.write(text.length);
    out.writeBytes(text);
  }

  /**
   * {@return the section in these bytes}
   *
   * @throws IOException when they are not one
   */
  static Map<String, Object> read(byte[] bytes, int from) throws IOException {
    ViciMessage reader = new ViciMessage(bytes, from);
    return reader.section(0);
  }

  private Map<String, Object> section(int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new IOException("sections deeper than " + DEEPEST);
    }
    Map<String, Object> section = new LinkedHashMap<>();
    while (at < bytes.length) {
      if (++elements > MOST_ELEMENTS) {
        throw new IOException("more than " + MOST_ELEMENTS + " elements");
      }
      int kind = octet();
      switch (kind) {
        case SECTION_START -> section.put(text(octet()), section(depth + 1));
        case SECTION_END -> {
          if (depth == 0) {
            throw new IOException("a section ends that did not begin");
          }
          return section;
        }
        case KEY_VALUE -> section.put(text(octet()), text(octet() << 8 | octet()));
        case LIST_START -> section.put(text(octet()), list());
        default -> throw new IOException("element " + kind + " out of place");
      }
    }
    if (depth > 0) {
      throw new IOException("a section does not end");
    }
    return section;
  }

  private List<String> list() throws IOException {
    List<String> items = new ArrayList<>();
    while (true) {
      int kind = octet();
      if (kind == LIST_END) {
        return items;
      }
      if (kind != LIST_ITEM || ++elements > MOST_ELEMENTS) {
        throw new IOException("element " + kind + " in a list");
      }
      items.add(text(octet() << 8 | octet()));
    }
  }

  private int octet() throws IOException {
    if (at >= bytes.length) {
      throw new IOException("the message ends early");
    }
    return bytes[at++] & 0xff;
  }

  private String text(int length) throws IOException {
    if (length > bytes.length - at) {
      throw new IOException("the message ends early");
    }
    String text = new String(bytes, at, length, StandardCharsets.ISO_8859_1);
    at += length;
    return text;
  }
}
