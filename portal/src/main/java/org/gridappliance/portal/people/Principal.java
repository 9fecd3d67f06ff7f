package org.gridappliance.portal.people;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Whom a request comes from, and through which door. Immutable.
 *
 * @param scopes what the door allows; a session or password allows everything
 * @param session the cookie's value when the door is a session
 */
public record Principal(
    long account, String name, Set<Role> roles, Set<Scope> scopes, Optional<String> session) {

  static final Set<Scope> EVERYTHING = EnumSet.allOf(Scope.class);

  public boolean administrator() {
    return roles.contains(Role.ADMINISTRATOR) && scopes.contains(Scope.ADMIN);
  }

  public boolean poolAdmin() {
    return (roles.contains(Role.POOL_ADMIN) || roles.contains(Role.ADMINISTRATOR))
        && scopes.contains(Scope.POOL);
  }

  /** {@return whether applications may be made and published} */
  public boolean author() {
    return (roles.contains(Role.AUTHOR) || roles.contains(Role.ADMINISTRATOR))
        && scopes.contains(Scope.JOBS);
  }

  /** {@return the token that a page must send beside the cookie; none for programs} */
  public Optional<String> csrf() {
    return session.map(Secrets::csrf);
  }

  /** Whether a header's CSRF token is this session's. */
  public boolean csrfIs(String sent) {
    return session.isPresent() && Secrets.same(Secrets.csrf(session.get()), sent);
  }
}
