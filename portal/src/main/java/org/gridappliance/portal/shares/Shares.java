package org.gridappliance.portal.shares;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.gridappliance.portal.people.Secrets;
import org.gridappliance.webdav.Moves;
import org.gridappliance.webdav.round.Seen;
import org.gridappliance.webdav.round.Seen.Identity;
import org.gridappliance.webdav.round.Sight;
import org.gridappliance.webdav.tree.TreePath;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The shares of all people, in the portal's database. What has expired is as if it were not there.
 * Thread-safe; blocks on the database.
 */
public final class Shares implements Moves {
  private static final String SELECT =
      """
      select s.*, o.name as owner_name, coalesce(a.name, g.name) as with_name from portal.share s
      join portal.account o on o.id = s.owner and o.status = 'active'
      left join portal.account a on a.id = s.account
      left join portal.people_group g on g.id = s.people_group
      where (s.expires_at is null or s.expires_at > :now) and\s""";

  private final Jdbi jdbi;
  private final Clock clock;

  public Shares(Jdbi jdbi, Clock clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  /**
   * What a new share is to be.
   *
   * @param what which file or folder it is, wherever it is moved
   * @param with the name of a person or group; null for a link
   * @param secret of a link; null for others. Only its hash is kept
   * @param password encoded; null for none
   */
  record NewShare(
      long owner,
      TreePath path,
      Identity what,
      Share.Kind kind,
      Share.Rights rights,
      @Nullable String with,
      @Nullable String secret,
      @Nullable String password,
      @Nullable Instant expiresAt) {}

  /**
   * Adds a share; {@return its id, or empty when there is no person or group of the name}
   *
   * @param handle of the caller's transaction
   */
  Optional<Long> add(Handle handle, NewShare share) {
    boolean toPerson = share.kind() == Share.Kind.PERSON;
    boolean toGroup = share.kind() == Share.Kind.GROUP;
    Optional<Long> person =
        toPerson ? idOf(handle, "portal.account", share.with()) : Optional.empty();
    Optional<Long> group =
        toGroup ? idOf(handle, "portal.people_group", share.with()) : Optional.empty();
    if ((toPerson && person.isEmpty()) || (toGroup && group.isEmpty())) {
      return Optional.empty();
    }
    return Optional.of(
        handle
            .createUpdate(
                "insert into portal.share (owner, path, inode, born, kind, rights, account,"
                    + " people_group, hash, password, created_at, expires_at) values (:owner,"
                    + " :path, :inode, :born, :kind, :rights, :account, :group, :hash, :password,"
                    + " :now, :expires)")
            .bind("owner", share.owner())
            .bind("path", text(share.path()))
            .bind("inode", share.what().inode())
            .bind("born", share.what().born())
            .bind("kind", share.kind().word())
            .bind("rights", share.rights().word())
            .bind("account", person.orElse(null))
            .bind("group", group.orElse(null))
            .bind("hash", share.secret() == null ? null : hash(share.secret()))
            .bind("password", share.password())
            .bind("now", clock.millis())
            .bind("expires", share.expiresAt() == null ? null : share.expiresAt().toEpochMilli())
            .executeAndReturnGeneratedKeys("id")
            .mapTo(Long.class)
            .one());
  }

  private static Optional<Long> idOf(Handle handle, String table, @Nullable String name) {
    return handle
        .createQuery("select id from " + table + " where name = :name")
        .bind("name", name)
        .mapTo(Long.class)
        .findOne();
  }

  /** {@return what a person shares with others, newest first; also what has expired} */
  public List<Share> by(long account) {
    return jdbi.withHandle(h -> select(h, "s.owner = :key order by s.id desc", account, 0));
  }

  /** {@return how much a person shares} */
  long count(Handle handle, long account) {
    return handle
        .createQuery("select count(*) from portal.share where owner = :owner")
        .bind("owner", account)
        .mapTo(Long.class)
        .one();
  }

  /** {@return what others share with a person, himself or through his groups, the oldest first} */
  public List<Share> of(long account) {
    return find(
        "s.owner <> :key and (s.account = :key or s.people_group in (select people_group from"
            + " portal.people_group_member where account = :key)) order by s.id",
        account);
  }

  /** {@return one thing that others share with a person} */
  public Optional<Share> received(long account, long share) {
    return of(account).stream().filter(s -> s.id() == share).findFirst();
  }

  /** {@return the link that has this secret} */
  Optional<Share> byHash(byte[] hash) {
    return find("s.hash = :key", hash).stream().findFirst();
  }

  /** {@return the link of this id} */
  public Optional<Share> link(long id) {
    return find("s.kind = 'link' and s.id = :key", id).stream().findFirst();
  }

  /** {@return the encoded password of a link that asks for one} */
  Optional<String> password(long id) {
    return jdbi.withHandle(
        h ->
            h.createQuery("select password from portal.share where id = :id")
                .bind("id", id)
                .mapTo(String.class)
                .findOne());
  }

  /** Counts one use. */
  public void used(long id) {
    jdbi.useHandle(
        h ->
            h.execute(
                "update portal.share set uses = uses + 1, used_at = ? where id = ?",
                clock.millis(),
                id));
  }

  /** Ends a share; {@return what it was, or empty when this person has none of the id} */
  Optional<Share> remove(Handle handle, long owner, long id) {
    Optional<Share> share =
        select(handle, "s.owner = " + owner + " and s.id = :key", id, 0).stream().findFirst();
    handle.execute("delete from portal.share where id = ? and owner = ?", id, owner);
    return share;
  }

  /** Lets the shares of a person follow what was moved within his home. */
  @Override
  public void moved(String owner, TreePath from, TreePath to) {
    String old = text(from);
    jdbi.useHandle(
        h ->
            h.createUpdate(
                    "update portal.share set path = :new || substring(path from :after) where owner"
                        + " = (select id from portal.account where name = :owner) and (path = :old"
                        + " or substring(path from 1 for :after) = :old || '/')")
                .bind("new", text(to))
                .bind("old", old)
                .bind("after", old.length() + 1)
                .bind("owner", owner)
                .execute());
  }

  private record Target(long id, TreePath path, Identity what) {}

  /**
   * Lets the shares of a person follow what another program moved, or a MOVE in whose midst the
   * portal was killed. A share stays with its path as long as something has it.
   */
  @Override
  public void seen(String owner, Sight home) {
    List<Target> targets =
        jdbi.withHandle(
            h ->
                h.createQuery(
                        "select s.id, s.path, s.inode, s.born from portal.share s join"
                            + " portal.account o on o.id = s.owner where o.name = :owner")
                    .bind("owner", owner)
                    .map(
                        (row, context) ->
                            new Target(
                                row.getLong("id"),
                                ofText(row.getString("path")),
                                new Identity(row.getLong("inode"), row.getLong("born"))))
                    .list());
    for (Target target : targets) {
      Optional<Seen> there = home.at(target.path().key());
      Optional<Seen> found = there.isPresent() ? there : home.find(target.what());
      if (found.filter(seen -> !seen.isAs(target.path().key(), target.what())).isPresent()) {
        jdbi.useHandle(h -> point(h, target, found.get()));
      }
    }
  }

  /** Unless it was pointed elsewhere meanwhile. */
  private static void point(Handle handle, Target target, Seen seen) {
    handle.execute(
        "update portal.share set path = ?, inode = ?, born = ? where id = ? and path = ?",
        text(TreePath.ofKey(seen.key())),
        seen.inode(),
        seen.born(),
        target.id(),
        text(target.path()));
  }

  private List<Share> find(String where, Object key) {
    return jdbi.withHandle(handle -> select(handle, where, key, clock.millis()));
  }

  private static List<Share> select(Handle handle, String where, Object key, long now) {
    return handle
        .createQuery(SELECT + where)
        .bind("now", now)
        .bind("key", key)
        .map((row, context) -> read(row))
        .list();
  }

  private static Share read(ResultSet row) throws SQLException {
    return new Share(
        row.getLong("id"),
        row.getString("owner_name"),
        ofText(row.getString("path")),
        Share.Kind.valueOf(row.getString("kind").toUpperCase(java.util.Locale.ROOT)),
        Share.Rights.of(row.getString("rights")),
        row.getString("with_name"),
        row.getString("password") != null,
        Instant.ofEpochMilli(row.getLong("created_at")),
        instant(row, "expires_at"),
        row.getLong("uses"),
        instant(row, "used_at"));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? null : Instant.ofEpochMilli(millis);
  }

  static String text(TreePath path) {
    return String.join("/", path.names());
  }

  private static TreePath ofText(String text) {
    return text.isEmpty() ? TreePath.ROOT : new TreePath(List.of(text.split("/", -1)));
  }

  /** {@return the hash under which a link's secret is kept} */
  static byte[] hash(String secret) {
    return Secrets.hash(secret);
  }
}
