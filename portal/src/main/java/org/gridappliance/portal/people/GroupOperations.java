package org.gridappliance.portal.people;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Response;
import org.jspecify.annotations.Nullable;

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
        "updateGroup", this::update,
        "deleteGroup", this::delete);
  }

  /** As the contract's Group; times in ISO 8601. */
  record Group(
      String name,
      List<String> members,
      String jobs,
      @Nullable String jobsSince,
      @Nullable String resultsSince) {
    static Group of(Groups.Row row) {
      return new Group(
          row.name(),
          List.copyOf(row.members().keySet()),
          row.shown().name().toLowerCase(Locale.ROOT),
          time(row.listedSince()),
          time(row.readSince()));
    }

    private static @Nullable String time(@Nullable Long millis) {
      return millis == null ? null : Instant.ofEpochMilli(millis).toString();
    }
  }

  private Response list(PersonOperation.Exchange exchange) {
    Principal person = exchange.require();
    List<Groups.Row> rows =
        people
            .accounts()
            .jdbi()
            .withHandle(h -> person.administrator() ? Groups.all(h) : Groups.of(h, person.name()));
    return Response.ok(Map.of("groups", rows.stream().map(Group::of).toList()));
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
                if (Groups.id(handle, name).isPresent()) {
                  throw Problem.conflict("the group " + name + " exists already");
                }
                handle.execute("insert into portal.people_group (name) values (?)", name);
                Groups.setMembers(
                    handle,
                    Groups.id(handle, name).orElseThrow(),
                    members,
                    people.clock().millis());
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
    return Response.created("/api/v1/groups/" + name, now(name));
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
              long group = Groups.id(handle, name).orElseThrow(() -> missing(name));
              Groups.setMembers(handle, group, members, people.clock().millis());
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
    return Response.ok(now(name));
  }

  /** What members see of one another's jobs; they read it on their pages. */
  private Response update(PersonOperation.Exchange exchange) {
    String name = exchange.request().path("group");
    Principal admin = requireAdministratorOf(exchange, name);
    String word = exchange.required("jobs");
    Groups.Shown shown = Groups.Shown.valueOf(word.toUpperCase(Locale.ROOT));
    people
        .accounts()
        .jdbi()
        .useTransaction(
            handle -> {
              Groups.Row before = Groups.named(handle, name).orElseThrow(() -> missing(name));
              Groups.show(handle, before, shown, people.clock().millis());
              people
                  .audit()
                  .append(
                      handle,
                      admin.name(),
                      "group.jobs-shown",
                      name,
                      word,
                      exchange.request().remoteAddress());
            });
    return Response.ok(now(name));
  }

  private Group now(String name) {
    return Group.of(people.group(name).orElseThrow(() -> missing(name)));
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
    boolean member = people.groups(person.name()).containsKey(group);
    throw member ? Problem.forbidden("only an administrator changes a group") : missing(group);
  }

  private static Set<String> members(PersonOperation.Exchange exchange) {
    Set<String> members = new LinkedHashSet<>();
    JsonNode list = exchange.request().body().get("members");
    if (list != null) {
      list.forEach(m -> members.add(m.asText()));
    }
    return members;
  }

  private static Problem missing(String name) {
    return Problem.notFound("the group " + name);
  }
}
