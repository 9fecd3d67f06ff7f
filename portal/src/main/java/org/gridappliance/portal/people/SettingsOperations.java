package org.gridappliance.portal.people;

import java.util.Map;
import org.gridappliance.jobs.http.Response;

/** What an administrator changes without a restart. */
final class SettingsOperations {
  private final People people;

  SettingsOperations(People people) {
    this.people = people;
  }

  Map<String, PersonOperation> all() {
    return Map.of("getSettings", this::get, "putSettings", this::put);
  }

  private Response get(PersonOperation.Exchange exchange) {
    exchange.requireAdministrator();
    return Response.ok(people.live().get());
  }

  private Response put(PersonOperation.Exchange exchange) {
    Principal admin = exchange.requireAdministrator();
    LiveSettings.Values wanted =
        new LiveSettings.Values(
            exchange.required("name"),
            exchange.required("registration"),
            exchange.text("announcement").filter(a -> !a.isBlank()).orElse(null));
    people
        .accounts()
        .jdbi()
        .useTransaction(
            handle -> {
              people.live().put(handle, wanted);
              people
                  .audit()
                  .append(
                      handle,
                      admin.name(),
                      "settings.changed",
                      null,
                      "registration " + wanted.registration() + "; name " + wanted.name(),
                      exchange.request().remoteAddress());
            });
    people.live().forget();
    return Response.ok(people.live().get());
  }
}
