package org.gridappliance.webdav.lock;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The If header (RFC 4918 §10.4): lists of conditions, of which one list must hold. Lists are
 * either all without a resource tag, and then about the request's own resource, or all with one.
 */
public record IfHeader(List<Group> groups) {
  /** More conditions than any client sends; the rest of a longer header is not looked at. */
  private static final int MAX_CONDITIONS = 1000;

  /** Copies the groups. */
  public IfHeader {
    groups = List.copyOf(groups);
  }

  /**
   * One list.
   *
   * @param resource the URI between the angle brackets before it; empty: the request's own
   */
  public record Group(Optional<String> resource, List<Condition> conditions) {
    /** Copies the conditions. */
    public Group {
      conditions = List.copyOf(conditions);
    }
  }

  /** A state token or an entity tag that must, or must not, be the resource's. */
  public sealed interface Condition {
    /** {@return whether it is preceded by Not} */
    boolean isNegated();
  }

  /** A lock token. */
  public record Token(boolean isNegated, String uri) implements Condition {}

  /** An entity tag with its quotes, and {@code W/} if weak. */
  public record Etag(boolean isNegated, String value) implements Condition {}

  /** What a resource is, for {@link #holds}. */
  public interface Resources {
    /** {@return whether the resource is locked by this token} */
    boolean hasToken(Optional<String> resource, String token);

    /** {@return whether this is the resource's entity tag, by strong comparison} */
    boolean hasEtag(Optional<String> resource, String etag);
  }

  /** A header that does not follow the grammar: 400. */
  public static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(int at, String wanted) {
      super("the If header is wrong at character " + at + ": want " + wanted);
    }
  }

  /** {@return every token named, also negated ones: they count as submitted} */
  public Set<String> tokens() {
    Set<String> tokens = new TreeSet<>();
    for (Group group : groups) {
      for (Condition condition : group.conditions()) {
        if (condition instanceof Token token) {
          tokens.add(token.uri());
        }
      }
    }
    return tokens;
  }

  /** {@return whether one list holds in all its conditions} */
  public boolean holds(Resources resources) {
    return groups.stream().anyMatch(group -> holds(group, resources));
  }

  private static boolean holds(Group group, Resources resources) {
    for (Condition condition : group.conditions()) {
      boolean is =
          switch (condition) {
            case Token token -> resources.hasToken(group.resource(), token.uri());
            case Etag etag -> resources.hasEtag(group.resource(), etag.value());
          };
      if (is == condition.isNegated()) {
        return false;
      }
    }
    return true;
  }

  /**
   * {@return the header's lists}
   *
   * @throws Malformed with the place
   */
  public static IfHeader parse(String text) throws Malformed {
    return new Parser(text).parse();
  }

  /** Recursive descent without recursion: tag, list, tag, list … */
  private static final class Parser {
    private final String text;
    private int at;
    private int conditions;

    Parser(String text) {
      this.text = text;
    }

    IfHeader parse() throws Malformed {
      List<Group> groups = new ArrayList<>();
      skipSpace();
      boolean isTagged = peek() == '<';
      Optional<String> resource = Optional.empty();
      boolean wantsList = !isTagged;
      do {
        if (peek() == '<') {
          if (!isTagged || (wantsList && resource.isPresent())) {
            throw new Malformed(at, "a list, \"(\"");
          }
          resource = Optional.of(bracketed());
          wantsList = true;
        } else {
          groups.add(new Group(resource, list()));
          wantsList = false;
        }
        skipSpace();
      } while (at < text.length());
      if (wantsList) {
        throw new Malformed(at, "a list, \"(\"");
      }
      return new IfHeader(groups);
    }

    private List<Condition> list() throws Malformed {
      expect('(');
      List<Condition> found = new ArrayList<>();
      skipSpace();
      while (peek() != ')') {
        found.add(condition());
        if (++conditions > MAX_CONDITIONS) {
          throw new Malformed(at, "at most " + MAX_CONDITIONS + " conditions");
        }
        skipSpace();
      }
      at++;
      if (found.isEmpty()) {
        throw new Malformed(at, "a condition between \"(\" and \")\"");
      }
      return found;
    }

    private Condition condition() throws Malformed {
      boolean isNegated = text.regionMatches(true, at, "Not", 0, 3);
      if (isNegated) {
        at += 3;
        skipSpace();
      }
      if (peek() == '<') {
        return new Token(isNegated, bracketed());
      }
      expect('[');
      int start = at;
      if (text.startsWith("W/", at)) {
        at += 2;
      }
      expect('"');
      int close = text.indexOf('"', at);
      if (close < 0) {
        throw new Malformed(at, "the closing quote of an entity tag");
      }
      at = close + 1;
      String tag = text.substring(start, at);
      expect(']');
      return new Etag(isNegated, tag);
    }

    private String bracketed() throws Malformed {
      expect('<');
      int close = text.indexOf('>', at);
      if (close <= at) {
        throw new Malformed(at, "a URI and \">\"");
      }
      String uri = text.substring(at, close);
      if (uri.chars().anyMatch(c -> c <= ' ' || c == '<')) {
        throw new Malformed(at, "a URI without spaces");
      }
      at = close + 1;
      return uri;
    }

    private char peek() {
      return at < text.length() ? text.charAt(at) : '\0';
    }

    private void expect(char wanted) throws Malformed {
      if (peek() != wanted) {
        throw new Malformed(at, "\"" + wanted + "\"");
      }
      at++;
    }

    private void skipSpace() {
      while (peek() == ' ' || peek() == '\t') {
        at++;
      }
    }
  }
}
