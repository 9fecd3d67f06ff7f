package org.gridappliance.agent.desktop;

import java.util.List;
import java.util.Locale;
import org.gridappliance.agent.verb.Verb;

/**
 * What somebody wants to have opened, checked.
 *
 * @param owner account name; also the Unix name inside
 * @param kind what is shown
 * @param title in words, for the window and the list
 * @param command of an application, never empty; empty for the other kinds
 * @param width pixels, or columns of a terminal
 * @param height pixels, or rows of a terminal
 * @param memoryBytes the most that all its programs may use
 */
record Wish(
    String owner,
    Kind kind,
    String title,
    List<String> command,
    int width,
    int height,
    long memoryBytes) {

  /** What is shown. */
  enum Kind {
    /** A window manager and a terminal window. */
    DESKTOP,
    /** One graphical program; it ends, all ends. */
    APPLICATION,
    /** A shell without graphics. */
    TERMINAL;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Kind of(String word) {
      for (Kind kind : values()) {
        if (kind.word().equals(word)) {
          return kind;
        }
      }
      throw new Verb.Refused(400, "kind=" + word + ": want desktop, application or terminal");
    }
  }

  static final long LEAST_MEMORY = 64L << 20;

  Wish {
    command = List.copyOf(command);
    if (!owner.matches("[a-z][a-z0-9._-]{0,31}")) {
      throw new Verb.Refused(400, "owner=" + owner + ": no account is called so");
    }
    if (!title.matches("[^\\p{Cntrl}]{1,100}")) {
      throw new Verb.Refused(400, "title: want 1..100 characters, no control characters");
    }
    boolean application = kind == Kind.APPLICATION;
    if (application == command.isEmpty()
        || command.size() > 200
        || command.stream().anyMatch(word -> word.length() > 4000 || word.indexOf('\0') >= 0)) {
      throw new Verb.Refused(400, "command: an application wants 1..200 words, others none");
    }
    int least = kind == Kind.TERMINAL ? 1 : 200;
    int most = kind == Kind.TERMINAL ? 1000 : 8192;
    if (width < least || width > most || height < least || height > most) {
      throw new Verb.Refused(
          400, width + "×" + height + ": want " + least + ".." + most + " each way");
    }
    if (memoryBytes < LEAST_MEMORY) {
      throw new Verb.Refused(
          400, "memoryBytes=" + memoryBytes + ": want " + LEAST_MEMORY + " or more");
    }
  }
}
