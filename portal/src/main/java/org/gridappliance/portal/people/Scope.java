package org.gridappliance.portal.people;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** What a token may be used for. A scope never gives more than the person's roles do. */
public enum Scope {
  JOBS("jobs"),
  JOBS_READ("jobs:read"),
  FILES("files"),
  FILES_READ("files:read"),
  POOL("pool"),
  ADMIN("admin");

  private final String word;

  Scope(String word) {
    this.word = word;
  }

  /** {@return as in the contract} */
  @JsonValue
  public String word() {
    return word;
  }

  static Scope of(String word) {
    return Arrays.stream(values())
        .filter(s -> s.word.equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no scope " + word));
  }

  static Set<Scope> list(String words) {
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    for (String word : words.split(" ", -1)) {
      scopes.add(of(word));
    }
    return scopes;
  }
}
