package org.gridappliance.portal.people;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.audit.AuditLog;
import org.gridappliance.portal.settings.SettingsException;
import org.gridappliance.portal.store.DataFolder;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * How the first administrator comes to be. While there is none, {@code DATA/run/setup-link} (0600)
 * holds a link whose fragment is a secret that works once; the database holds its hash. The link
 * stays the same over restarts until it is used. Later the owner of the data folder gets a fresh
 * one with {@code ./appliance admin-link}, for an appliance whose administrators forgot their
 * passwords.
 */
public final class Setup {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9._-]{0,31}");
  private static final String HASH = "setup.hash";

  private final People people;
  private final Path file;

  Setup(People people, Path run) {
    this.people = people;
    this.file = run.resolve("setup-link");
  }

  /**
   * Makes the administrator that {@code APPLIANCE_ADMIN} names, when there is none yet.
   *
   * @param nameAndPassword as {@code name:password}; null when the variable is absent
   * @throws SettingsException when it has another form
   */
  public void fromEnvironment(@Nullable String nameAndPassword) throws SettingsException {
    if (nameAndPassword == null || people.hasAdministrator()) {
      return;
    }
    int colon = nameAndPassword.indexOf(':');
    String name = colon < 0 ? "" : nameAndPassword.substring(0, colon);
    String password = colon < 0 ? "" : nameAndPassword.substring(colon + 1);
    if (!NAME.matcher(name).matches() || password.length() < 8 || password.length() > 1024) {
      throw new SettingsException(
          "APPLIANCE_ADMIN: want name:password, the name of 1..32 lower-case letters, digits, . _ -,"
              + " the password of 8..1024 characters");
    }
    try {
      Account _ = make(name, password, null, null, h -> {});
    } catch (Problem taken) {
      throw new SettingsException("APPLIANCE_ADMIN: " + taken.getMessage());
    }
  }

  /**
   * Writes the link while there is no administrator, and removes it when there is one.
   *
   * @param portal the address at which the portal listens
   */
  public void offerLink(URI portal) throws IOException {
    if (people.hasAdministrator()) {
      Files.deleteIfExists(file);
      people
          .accounts()
          .jdbi()
          .useHandle(h -> h.execute("delete from portal.setting where name = ?", HASH));
      return;
    }
    offer(portal, presentSecret().orElseGet(Secrets::random));
  }

  /** {@return a fresh link that makes one more administrator}; an earlier one no longer works. */
  public String freshLink(URI portal) throws IOException {
    people.audit().append(AuditLog.NOBODY, "admin-link.made", null, null, null);
    return offer(portal, Secrets.random());
  }

  private String offer(URI portal, String secret) throws IOException {
    people
        .accounts()
        .jdbi()
        .useTransaction(
            handle -> {
              handle.execute("delete from portal.setting where name = ?", HASH);
              handle.execute(
                  "insert into portal.setting (name, text) values (?, ?)", HASH, hex(secret));
            });
    String link = portal + "/setup#" + secret;
    DataFolder.writeSecret(file, link + "\n");
    return link;
  }

  /** Trades the secret for the first administrator. */
  Account redeem(
      String secret, String name, String password, @Nullable String fullName, String address)
      throws IOException {
    List<String> keys = List.of("setup", "address " + address);
    people.throttle().count(keys);
    Optional<String> hash = people.accounts().jdbi().withHandle(Setup::storedHash);
    if (hash.isEmpty() || !Secrets.same(hash.get(), hex(secret))) {
      throw Problem.forbidden(
          "this link is not valid or was used; ./appliance admin-link prints a fresh one");
    }
    people.throttle().giveBack(keys);
    Account made = make(name, password, fullName, address, h -> spend(h, hash.get()));
    Files.deleteIfExists(file);
    return made;
  }

  /** Of two that redeem one secret at once, one goes on. */
  private static void spend(Handle handle, String hash) {
    if (handle.execute("delete from portal.setting where name = ? and text = ?", HASH, hash) == 0) {
      throw Problem.forbidden("this link was used; ./appliance admin-link prints a fresh one");
    }
  }

  private Account make(
      String name,
      String password,
      @Nullable String fullName,
      @Nullable String address,
      Consumer<Handle> before) {
    return people.make(
        new Accounts.NewAccount(
            name,
            people.passwords().hash(password),
            fullName,
            null,
            null,
            Account.Status.ACTIVE,
            Set.of(Role.SCIENTIST, Role.CA_ADMIN, Role.POOL_ADMIN, Role.ADMINISTRATOR)),
        AuditLog.NOBODY,
        "administrator.created",
        address,
        before);
  }

  private Optional<String> presentSecret() throws IOException {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    String link = Files.readString(file).strip();
    String secret = link.substring(link.indexOf('#') + 1);
    Optional<String> hash = people.accounts().jdbi().withHandle(Setup::storedHash);
    return hash.isPresent() && Secrets.same(hash.get(), hex(secret))
        ? Optional.of(secret)
        : Optional.empty();
  }

  private static Optional<String> storedHash(Handle handle) {
    return handle
        .createQuery("select text from portal.setting where name = :name")
        .bind("name", HASH)
        .mapTo(String.class)
        .findOne();
  }

  private static String hex(String secret) {
    return java.util.HexFormat.of().formatHex(Secrets.hash(secret));
  }
}
