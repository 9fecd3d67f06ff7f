package org.gridappliance.portal.people;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Response;
import org.jdbi.v3.core.Handle;

/** Groups of people. Administrators make and change them; a member sees his own. */
final class GroupOperations {
  private final People people;

  GroupOperations(People people) {
    this.people = people;
  }

  Map<String, PersonOperation> all() {
    return Map.of(
        "listGroups", this::list,
        "createGroup", this::create,
        "setGroupMembers", this::setMembers,
        "deleteGroup", this::delete);
  }

  /** As the contract's Group. */
  record Group(String name, List<String> members) {}

  private Response list(PersonOperation.Exchange exchange) {
    Principal person = exchange.require();
    return Response.ok(
        Map.of("groups", people.accounts().jdbi().withHandle(h -> visible(h, person))));
  }

  private Response create(PersonOperation.Exchange exchange) {
    Principal admin = exchange.requireAdministrator();
    String name = exchange.required("name");
    Set<String> members = members(exchange);
    people.administrators().lock(); // also keeps two groups of one name apart
    try {
      people
          .accounts()
          .jdbi()
          .useTransaction(
              handle -> {
                if (id(handle, name).isPresent()) {
                  throw Problem.conflict("the group " + name + " exists already");
                }
                handle.execute("insert into portal.people_group (name) values (?)", name);
                put(handle, id(handle, name).orElseThrow(), members);
                people
                    .audit()
                    .append(
                        handle,
                        admin.name(),
                        "group.created",
                        name,
                        String.join(", ", members),
                        exchange.request().remoteAddress());
              });
    } finally {
      people.administrators().unlock();
    }
    return Response.created("/api/v1/groups/" + name, new Group(name, List.copyOf(members)));
  }

  private Response setMembers(PersonOperation.Exchange exchange) {
    String name = exchange.request().path("group");
    Principal admin = requireAdministratorOf(exchange, name);
    Set<String> members = members(exchange);
    people
        .accounts()
        .jdbi()
        .useTransaction(
            handle -> {
              long group = id(handle, name).orElseThrow(() -> missing(name));
              handle.execute(
                  "delete from portal.people_group_member where people_group = ?", group);
              put(handle, group, members);
              people
                  .audit()
                  .append(
                      handle,
                      admin.name(),
                      "group.changed",
                      name,
                      String.join(", ", members),
                      exchange.request().remoteAddress());
            });
    return Response.ok(new Group(name, List.copyOf(members)));
  }

  private Response delete(PersonOperation.Exchange exchange) {
    String name = exchange.request().path("group");
    Principal admin = requireAdministratorOf(exchange, name);
    people
        .accounts()
        .jdbi()
        .useTransaction(
            handle -> {
              if (handle.execute("delete from portal.people_group where name = ?", name) == 0) {
                throw missing(name);
              }
              people
                  .audit()
                  .append(
                      handle,
                      admin.name(),
                      "group.removed",
                      name,
                      null,
                      exchange.request().remoteAddress());
            });
    return Response.noContent();
  }

  /** A member who is no administrator gets 403, everybody else 404. */
  private Principal requireAdministratorOf(PersonOperation.Exchange exchange, String group) {
    Principal person = exchange.require();
    if (person.administrator()) {
      return person;
    }
    boolean member =
        people.accounts().jdbi().withHandle(h -> visible(h, person)).stream()
            .anyMatch(g -> g.name().equals(group));
    throw member ? Problem.forbidden("only an administrator changes a group") : missing(group);
  }

  private static List<Group> visible(Handle handle, Principal person) {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    handle
        .createQuery(
            "select g.name as people_group, a.name as member from portal.people_group g left join"
                + " portal.people_group_member m on m.people_group = g.id left join portal.account a"
                + " on a.id = m.account where :all or g.id in (select people_group from"
                + " portal.people_group_member where account = :account) order by g.name, a.name")
        .bind("all", person.administrator())
        .bind("account", person.account())
        .map(
            (row, context) -> {
              List<String> members =
                  groups.computeIfAbsent(row.getString("people_group"), n -> new ArrayList<>());
              String member = row.getString("member");
              return member == null || members.add(member);
            })
        .list();
    return groups.entrySet().stream().map(e -> new Group(e.getKey(), e.getValue())).toList();
  }

  private static void put(Handle handle, long group, Set<String> members) {
    for (String member : members) {
      int added =
          handle.execute(
              "insert into portal.people_group_member (people_group, account) select ?, id from"
                  + " portal.account where name = ?",
              group,
              member);
      if (added == 0) {
        throw Problem.invalid(
            "there is no account " + member,
            List.of(
                new Problem.FieldError(
                    "members", member + " is no account; want names of the Users page")));
      }
    }
  }

  private static Set<String> members(PersonOperation.Exchange exchange) {
    Set<String> members = new LinkedHashSet<>();
    JsonNode list = exchange.request().body().get("members");
    if (list != null) {
      list.forEach(m -> members.add(m.asText()));
    }
    return members;
  }

  private static Optional<Long> id(Handle handle, String name) {
    return handle
        .createQuery("select id from portal.people_group where name = :name")
        .bind("name", name)
        .mapTo(Long.class)
        .findOne();
  }

  private static Problem missing(String name) {
    return Problem.notFound("the group " + name);
  }
}
