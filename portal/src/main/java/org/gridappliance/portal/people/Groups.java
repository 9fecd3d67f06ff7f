package org.gridappliance.portal.people;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.jobs.http.Problem;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** The tables of groups. Every method takes the handle of the transaction it belongs to. */
public final class Groups {
  private static final String SELECT =
      "select g.id, g.name, g.jobs_listed_since, g.jobs_read_since, a.name as member, m.since from"
          + " portal.people_group g left join portal.people_group_member m on m.people_group = g.id"
          + " left join portal.account a on a.id = m.account where ";

  private Groups() {}

  /** What a group's members see of one another's jobs, each more than the one before. */
  public enum Shown {
    NONE,
    LIST,
    RESULTS
  }

  /**
   * A group. Times are milliseconds since 1970.
   *
   * @param members by name, with the time from which on each is one
   * @param listedSince jobs submitted from then on are listed; null: none
   * @param readSince results of those are read; null: none
   */
  public record Row(
      String name,
      Map<String, Long> members,
      @Nullable Long listedSince,
      @Nullable Long readSince) {
    /** {@return what members see now} */
    public Shown shown() {
      if (readSince != null) {
        return Shown.RESULTS;
      }
      return listedSince == null ? Shown.NONE : Shown.LIST;
    }
  }

  /** {@return the groups that a person is in, by name} */
  static List<Row> of(Handle handle, String person) {
    return rows(
        handle
            .createQuery(
                SELECT
                    + "g.id in (select o.people_group from portal.people_group_member o join"
                    + " portal.account p on p.id = o.account where p.name = :person)"
                    + " order by g.name, a.name")
            .bind("person", person));
  }

  /** {@return all groups, by name} */
  static List<Row> all(Handle handle) {
    return rows(handle.createQuery(SELECT + "true order by g.name, a.name"));
  }

  /** {@return a group} */
  static Optional<Row> named(Handle handle, String name) {
    return rows(handle.createQuery(SELECT + "g.name = :name order by a.name").bind("name", name))
        .stream()
        .findFirst();
  }

  private static List<Row> rows(Query query) {
    Map<Long, Row> groups = new LinkedHashMap<>();
    query
        .map(
            (row, context) -> {
              long id = row.getLong("id");
              Row group = groups.get(id);
              if (group == null) {
                group =
                    new Row(
                        row.getString("name"),
                        new LinkedHashMap<>(),
                        time(row, "jobs_listed_since"),
                        time(row, "jobs_read_since"));
                groups.put(id, group);
              }
              String member = row.getString("member");
              if (member != null) {
                group.members().put(member, row.getLong("since"));
              }
              return id;
            })
        .list();
    return List.copyOf(groups.values());
  }

  private static @Nullable Long time(ResultSet row, String column) throws SQLException {
    long at = row.getLong(column);
    return row.wasNull() ? null : (Long) at;
  }

  /** {@return the number of a group} */
  static Optional<Long> id(Handle handle, String name) {
    return handle
        .createQuery("select id from portal.people_group where name = :name")
        .bind("name", name)
        .mapTo(Long.class)
        .findOne();
  }

  /**
   * Makes these the members; who is one already stays one since when he became it.
   *
   * @throws Problem 400 naming who is no account
   */
  static void setMembers(Handle handle, long group, Set<String> members, long now) {
    Set<String> before =
        Set.copyOf(
            handle
                .createQuery(
                    "select a.name from portal.people_group_member m join portal.account a on a.id ="
                        + " m.account where m.people_group = :group")
                .bind("group", group)
                .mapTo(String.class)
                .list());
    for (String gone : before) {
      if (!members.contains(gone)) {
        handle.execute(
            "delete from portal.people_group_member where people_group = ? and account = (select id"
                + " from portal.account where name = ?)",
            group,
            gone);
      }
    }
    for (String member : members) {
      if (!before.contains(member)) {
        join(handle, group, member, now);
      }
    }
  }

  private static void join(Handle handle, long group, String member, long now) {
    int added =
        handle.execute(
            "insert into portal.people_group_member (people_group, account, since) select ?, id, ?"
                + " from portal.account where name = ?",
            group,
            now,
            member);
    if (added == 0) {
      throw Problem.invalid(
          "there is no account " + member,
          List.of(
              new Problem.FieldError(
                  "members", member + " is no account; want names of the Users page")));
    }
  }

  /** Has members see this much from now on; what they saw already they go on seeing. */
  static void show(Handle handle, Row before, Shown shown, long now) {
    Long listed = before.listedSince() == null ? (Long) now : before.listedSince();
    Long read = before.readSince() == null ? (Long) now : before.readSince();
    handle.execute(
        "update portal.people_group set jobs_listed_since = ?, jobs_read_since = ? where name = ?",
        shown == Shown.NONE ? null : listed,
        shown == Shown.RESULTS ? read : null,
        before.name());
  }
}
