package org.gridappliance.ca;

/** The authority does not do this; the message says which value, what was wanted, the remedy. */
public final class CaException extends Exception {
  private static final long serialVersionUID = 1;

  /** Why, for whoever must answer. */
  public enum Kind {
    /** What was sent is wrong. */
    INVALID,
    /** It does not fit the present state. */
    CONFLICT,
    /** The authority's key is locked, or there is none. */
    LOCKED,
    /** The authority cannot be trusted or does not answer: nothing is signed. */
    BROKEN
  }

  private final Kind kind;

  public CaException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  /** What was sent is wrong. */
  public static CaException invalid(String message) {
    return new CaException(Kind.INVALID, message);
  }
}
