package org.gridappliance.jobs.access;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.jobs.job.Database;
import org.jdbi.v3.core.Handle;

/**
 * Who may do what with which application, in the database and whole in memory: it is asked with
 * every request, and there are at most a thousand applications. Safe for all threads.
 */
public final class AccessStore {
  private record Person(String app, String kind, String name, long number) {}

  private static final String AUTHOR = "author";
  private static final String USER = "user";
  private static final String GROUP = "group";

  private final Database database;
  private volatile Map<String, AppAccess> known;

  public AccessStore(Database database) {
    this.database = database;
    this.known = database.read(AccessStore::all);
  }

  /** {@return what holds for an application} */
  AppAccess of(String app) {
    return known.getOrDefault(app, AppAccess.UNSAID);
  }

  /**
   * Keeps what is to hold, if nobody changed it meanwhile.
   *
   * @param wanted with the version that it was read with
   * @return as it is kept; empty when another version stands there
   */
  synchronized Optional<AppAccess> keep(String app, AppAccess wanted, String by, long now) {
    if (of(app).version() != wanted.version()) {
      return Optional.empty();
    }
    AppAccess next =
        new AppAccess(
            wanted.stage(),
            wanted.authors(),
            wanted.users(),
            wanted.groups(),
            wanted.version() + 1);
    database.update(handle -> write(handle, app, next, by, now));
    remember(app, next);
    return Optional.of(next);
  }

  /** Makes a new application its author's draft. */
  public synchronized void createDraft(String app, String author, long now) {
    AppAccess first = AppAccess.draftOf(author);
    database.update(handle -> write(handle, app, first, author, now));
    remember(app, first);
  }

  /** Forgets an application that was deleted: a later one of its name begins anew. */
  public synchronized void forget(String app) {
    database.update(
        handle -> {
          handle.execute("DELETE FROM app_person WHERE app = ?", app);
          handle.execute("DELETE FROM app_access WHERE app = ?", app);
        });
    Map<String, AppAccess> next = new HashMap<>(known);
    next.remove(app);
    known = Map.copyOf(next);
  }

  /** {@return whether somebody is an author of an application} */
  public boolean isAuthor(String person, String app) {
    return of(app).authors().contains(person);
  }

  private void remember(String app, AppAccess access) {
    Map<String, AppAccess> next = new HashMap<>(known);
    next.put(app, access);
    known = Map.copyOf(next);
  }

  private static void write(Handle handle, String app, AppAccess access, String by, long now) {
    handle.execute(
        "MERGE INTO app_access KEY (app) VALUES (?, ?, ?, ?, ?)",
        app,
        access.stage().word(),
        access.version(),
        by,
        now);
    handle.execute("DELETE FROM app_person WHERE app = ?", app);
    for (Person person : people(app, access)) {
      handle.execute(
          "INSERT INTO app_person VALUES (?, ?, ?, ?)",
          person.app(),
          person.kind(),
          person.name(),
          person.number());
    }
  }

  private static List<Person> people(String app, AppAccess access) {
    List<Person> people = new ArrayList<>();
    access.authors().forEach(name -> people.add(new Person(app, AUTHOR, name, 0)));
    access.users().forEach(name -> people.add(new Person(app, USER, name, 0)));
    access.groups().forEach((name, number) -> people.add(new Person(app, GROUP, name, number)));
    return people;
  }

  private static Map<String, AppAccess> all(Handle handle) {
    Map<String, List<Person>> people = new HashMap<>();
    handle
        .createQuery("SELECT app, kind, name, number FROM app_person")
        .map(
            (rows, context) ->
                new Person(
                    rows.getString(1), rows.getString(2), rows.getString(3), rows.getLong(4)))
        .forEach(one -> people.computeIfAbsent(one.app(), app -> new ArrayList<>()).add(one));
    Map<String, AppAccess> all = new HashMap<>();
    handle
        .createQuery("SELECT app, stage, version FROM app_access")
        .map(
            (rows, context) -> {
              String app = rows.getString(1);
              List<Person> named = people.getOrDefault(app, List.of());
              Map<String, Long> groups = new HashMap<>();
              named.stream()
                  .filter(one -> one.kind().equals(GROUP))
                  .forEach(one -> groups.put(one.name(), one.number()));
              return Map.entry(
                  app,
                  new AppAccess(
                      Stage.of(rows.getString(2)),
                      java.util.Set.copyOf(names(named, AUTHOR)),
                      java.util.Set.copyOf(names(named, USER)),
                      groups,
                      rows.getInt(3)));
            })
        .forEach(one -> all.put(one.getKey(), one.getValue()));
    return Map.copyOf(all);
  }

  private static List<String> names(List<Person> people, String kind) {
    return people.stream().filter(one -> one.kind().equals(kind)).map(Person::name).toList();
  }
}
