package org.gridappliance.portal.people;

import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.gridappliance.portal.settings.Settings;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The settings that an administrator changes without a restart. They begin as {@code
 * appliance.yaml} says and, once changed, are kept in the database.
 */
final class LiveSettings {
  private final Jdbi jdbi;
  private final Settings settings;
  private volatile @Nullable Values values;
  private volatile Consumer<@Nullable String> announced = text -> {};

  LiveSettings(Jdbi jdbi, Settings settings) {
    this.jdbi = jdbi;
    this.settings = settings;
  }

  /** As the contract's Settings. */
  record Values(String name, String registration, @Nullable String announcement) {}

  Values get() {
    Values known = values;
    if (known != null) {
      return known;
    }
    Map<String, String> rows =
        jdbi.withHandle(
            handle ->
                handle
                    .createQuery("select name, text from portal.setting where name like 'live.%'")
                    .setMapKeyColumn("name")
                    .setMapValueColumn("text")
                    .collectInto(
                        new org.jdbi.v3.core.generic.GenericType<Map<String, String>>() {}));
    Values read =
        new Values(
            rows.getOrDefault("live.name", settings.name()),
            rows.getOrDefault(
                "live.registration", settings.registration().name().toLowerCase(Locale.ROOT)),
            rows.get("live.announcement"));
    values = read;
    return read;
  }

  /** Stores new values in the caller's transaction; call {@link #forget} after its commit. */
  void put(Handle handle, Values wanted) {
    put(handle, "live.name", wanted.name());
    put(handle, "live.registration", wanted.registration());
    put(handle, "live.announcement", wanted.announcement());
  }

  void forget() {
    values = null;
    announced.accept(get().announcement());
  }

  void whenAnnounced(Consumer<@Nullable String> listener) {
    announced = listener;
  }

  private static void put(Handle handle, String name, @Nullable String text) {
    handle.execute("delete from portal.setting where name = ?", name);
    if (text != null) {
      handle.execute("insert into portal.setting (name, text) values (?, ?)", name, text);
    }
  }
}
