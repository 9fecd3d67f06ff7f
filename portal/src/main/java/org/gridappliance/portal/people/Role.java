package org.gridappliance.portal.people;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a person may do beyond his own things. */
public enum Role {
  SCIENTIST("scientist"),
  CA_ADMIN("ca-admin"),
  POOL_ADMIN("pool-admin"),
  ADMINISTRATOR("administrator"),
  /** May make applications and publish those that he is an author of. */
  AUTHOR("author");

  private final String word;

  Role(String word) {
    this.word = word;
  }

  /** {@return as in the contract} */
  @JsonValue
  public String word() {
    return word;
  }

  /** {@return the role of a word of the contract} */
  static Role of(String word) {
    return Arrays.stream(values())
        .filter(r -> r.word.equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no role " + word));
  }

  /** {@return the roles of a space separated list; none of null} */
  static Set<Role> list(@Nullable String words) {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    if (words != null) {
      for (String word : words.split(" ", -1)) {
        roles.add(of(word));
      }
    }
    return roles;
  }
}
