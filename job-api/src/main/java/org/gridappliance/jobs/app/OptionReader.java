package org.gridappliance.jobs.app;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the options of a file, line by line. Of a line only the first {@value #HEAD} bytes are
 * kept, so a chromosome on one line costs no memory. One thread, used once.
 */
public final class OptionReader {
  /** A file that gives no list; the message says why, to follow the file's name. */
  public static final class NoList extends Exception {
    private static final long serialVersionUID = 1L;

    NoList(String message) {
      super(message);
    }

    /** {@return why} */
    public String reason() {
      return String.valueOf(getMessage());
    }
  }

  private static final int HEAD = 1 << 14;

  private final OptionSource.Layout layout;
  private final Map<String, String> notes = new LinkedHashMap<>();
  private final byte[] head = new byte[HEAD];
  private int length;
  private long names;
  private long leftOut;
  private boolean isFirst = true;
  private boolean headerIsRead;
  private boolean isOver;
  private int value;
  private int note;

  private OptionReader(OptionSource.Layout layout) {
    this.layout = layout;
    this.value = layout.value().number() - 1;
    this.note = layout.note().number() - 1;
  }

  /**
   * {@return the options of a file}
   *
   * @param in read to its end, not closed
   * @throws NoList when it is compressed, gives more than {@link OptionList#MOST}, has no FASTA
   *     record or lacks a column
   */
  public static OptionList read(InputStream in, OptionSource.Layout layout)
      throws NoList, IOException {
    return new OptionReader(layout).read(in);
  }

  private OptionList read(InputStream in) throws NoList, IOException {
    byte[] buffer = new byte[1 << 16];
    boolean first = true;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      if (first && n > 1 && buffer[0] == 0x1f && buffer[1] == (byte) 0x8b) {
        throw new NoList("is compressed with gzip; decompress it first");
      }
      first = first && n == 0;
      int from = 0;
      for (int i = 0; i < n; i++) {
        if (buffer[i] == '\n') {
          keep(buffer, from, i);
          line();
          from = i + 1;
        }
      }
      keep(buffer, from, n);
    }
    if (length > 0) {
      line();
    }
    if (isOver) {
      throw new NoList(
          "gives %,d names: at most %,d can be listed; give a shorter one"
              .formatted(names, OptionList.MOST));
    }
    if (layout.by() == OptionSource.By.FASTA && names == 0) {
      throw new NoList("has no FASTA record: none of its lines begins with \">\" and a name");
    }
    if (layout.header() && !headerIsRead) {
      throw new NoList("is empty: want a header that names the columns");
    }
    return new OptionList(notes, leftOut);
  }

  private void keep(byte[] buffer, int from, int to) {
    int n = Math.min(to - from, HEAD - length);
    System.arraycopy(buffer, from, head, length, n);
    length += n;
  }

  private void line() throws NoList {
    int end = length;
    length = 0;
    int start =
        isFirst
                && end >= 3
                && head[0] == (byte) 0xef
                && head[1] == (byte) 0xbb
                && head[2] == (byte) 0xbf
            ? 3
            : 0;
    isFirst = false; // only there stands a byte order mark
    boolean fasta = layout.by() == OptionSource.By.FASTA;
    if (fasta && (end <= start || head[start] != '>')) {
      return;
    }
    String line = new String(head, start, end - start, StandardCharsets.UTF_8);
    if (line.endsWith("\r")) {
      line = line.substring(0, line.length() - 1);
    }
    if (line.isBlank() || (!layout.comment().isEmpty() && line.startsWith(layout.comment()))) {
      return;
    }
    switch (layout.by()) {
      case FASTA -> {
        String[] words = line.substring(1).strip().split("\\s+", 2);
        option(words[0], words.length > 1 ? words[1] : "");
      }
      case LINES -> {
        int tab = line.indexOf('\t');
        option(tab < 0 ? line : line.substring(0, tab), tab < 0 ? "" : line.substring(tab + 1));
      }
      case COLUMN -> row(cells(line));
    }
  }

  private List<String> cells(String line) {
    return switch (layout.style()) {
      case WHITESPACE -> List.of(line.strip().split("\\s+"));
      case CSV -> CsvLine.split(line);
      case TSV, MATCH -> List.of(line.split("\t", -1));
    };
  }

  private void row(List<String> cells) throws NoList {
    if (layout.header() && !headerIsRead) {
      headerIsRead = true;
      value = layout.value().name().isEmpty() ? value : column(cells, layout.value().name());
      note = layout.note().name().isEmpty() ? note : column(cells, layout.note().name());
      return;
    }
    option(
        value < cells.size() ? cells.get(value) : "",
        note >= 0 && note < cells.size() ? cells.get(note) : "");
  }

  private static int column(List<String> header, String name) throws NoList {
    List<String> names = header.stream().map(String::strip).toList();
    if (!names.contains(name)) {
      throw new NoList(
          "has no column \""
              + name
              + "\"; its header names "
              + Wanted.shorten(String.join(", ", names)));
    }
    return names.indexOf(name);
  }

  private void option(String name, String beside) {
    String text = name.strip();
    names++;
    if (!OptionList.isValue(text)) {
      leftOut++;
      return;
    }
    if (notes.size() >= OptionList.MOST && !notes.containsKey(text)) {
      isOver = true;
      return;
    }
    String plain = beside.strip().replaceAll("\\p{Cntrl}", " ");
    notes.putIfAbsent(
        text,
        plain.equals("-") // as many programs write nothing
            ? ""
            : plain.length() > OptionList.LONGEST_NOTE
                ? plain.substring(0, OptionList.LONGEST_NOTE - 1) + "…"
                : plain);
  }
}
