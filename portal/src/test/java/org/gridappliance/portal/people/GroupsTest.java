package org.gridappliance.portal.people;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.store.DataFolder;
import org.gridappliance.portal.store.Database;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Since when who is in a group, and since when it shows its members' jobs. */
class GroupsTest {
  @TempDir Path folder;
  private DataFolder data;
  private Database database;
  private Jdbi jdbi;

  @BeforeEach
  void open() throws Exception {
    data = DataFolder.open(folder.resolve("data"));
    database = Database.open(data);
    jdbi = database.jdbi();
    jdbi.useHandle(
        handle -> {
          for (String name : List.of("ada", "bob", "eve")) {
            handle.execute(
                "insert into portal.account (name, status, password, created_at) values (?,"
                    + " 'active', '', 0)",
                name);
          }
          handle.execute("insert into portal.people_group (name) values ('lab'), ('other')");
        });
  }

  @AfterEach
  void close() {
    database.close();
    data.close();
  }

  private void members(long now, String... names) {
    jdbi.useTransaction(
        h -> Groups.setMembers(h, Groups.id(h, "lab").orElseThrow(), Set.of(names), now));
  }

  private void show(Groups.Shown shown, long now) {
    jdbi.useTransaction(h -> Groups.show(h, lab(), shown, now));
  }

  private Groups.Row lab() {
    return jdbi.withHandle(h -> Groups.named(h, "lab")).orElseThrow();
  }

  @Test
  void whoStaysIsAMemberSinceHeCameAndWhoComesBackSinceThen() {
    members(10, "ada", "bob");
    members(20, "bob", "eve");
    assertEquals(Map.of("bob", 10L, "eve", 20L), lab().members());
    members(30, "ada", "bob", "eve");
    assertEquals(Map.of("ada", 30L, "bob", 10L, "eve", 20L), lab().members());
    assertThrows(Problem.class, () -> members(40, "nobody"));
    assertEquals(3, lab().members().size(), "nothing of what is refused happens");
  }

  @Test
  void whatIsShownLessAndMoreAgainIsShownFromThenOn() {
    assertEquals(Groups.Shown.NONE, lab().shown());
    show(Groups.Shown.LIST, 10);
    assertEquals(Groups.Shown.LIST, lab().shown());
    show(Groups.Shown.RESULTS, 20);
    assertEquals(Groups.Shown.RESULTS, lab().shown());
    assertEquals(10L, lab().listedSince());
    assertEquals(20L, lab().readSince());
    show(Groups.Shown.LIST, 30);
    assertEquals(10L, lab().listedSince());
    assertNull(lab().readSince());
    show(Groups.Shown.NONE, 40);
    assertNull(lab().listedSince());
    show(Groups.Shown.RESULTS, 50);
    assertEquals(50L, lab().listedSince());
    assertEquals(50L, lab().readSince());
  }

  @Test
  void aPersonsGroupsAreThoseHeIsIn() {
    members(10, "ada", "bob");
    assertEquals(
        List.of("lab"),
        jdbi.withHandle(h -> Groups.of(h, "ada")).stream().map(Groups.Row::name).toList());
    assertEquals(List.of(), jdbi.withHandle(h -> Groups.of(h, "eve")));
    assertEquals(2, jdbi.withHandle(Groups::all).size());
  }
}
