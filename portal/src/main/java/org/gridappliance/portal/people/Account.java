package org.gridappliance.portal.people;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An account, as the contract's User. Its password's hash stays in the table. */
record Account(
    @JsonIgnore long id,
    String name,
    @Nullable String fullName,
    @Nullable String email,
    Status status,
    Set<Role> roles,
    List<String> groups,
    @Nullable String reason,
    Instant createdAt,
    @Nullable Instant lastLoginAt) {

  enum Status {
    ACTIVE,
    WAITING,
    DISABLED;

    @JsonValue
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  boolean administrator() {
    return roles.contains(Role.ADMINISTRATOR);
  }
}
