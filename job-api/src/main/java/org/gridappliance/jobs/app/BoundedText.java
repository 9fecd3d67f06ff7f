package org.gridappliance.jobs.app;

/**
 * A text that a pattern of an application's author is matched against. Such a pattern can take
 * longer than the world lasts; this ends it after so many letters read. Not thread-safe.
 */
public final class BoundedText implements CharSequence {
  /** The pattern read more letters than it may. */
  public static final class TooSlow extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooSlow() {
      super("the pattern takes too long on this text; write it without nested repetitions");
    }
  }

  private final CharSequence text;
  private long left;

  /**
   * @param reads how many letters may be read, each time they are
   */
  public BoundedText(CharSequence text, long reads) {
    this.text = text;
    this.left = reads;
  }

  @Override
  public char charAt(int index) {
    if (--left < 0) {
      throw new TooSlow();
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.subSequence(start, end);
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
