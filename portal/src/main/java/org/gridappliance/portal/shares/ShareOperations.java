package org.gridappliance.portal.shares;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.portal.audit.AuditLog;
import org.gridappliance.portal.people.People;
import org.gridappliance.portal.people.PersonOperation;
import org.gridappliance.portal.people.Principal;
import org.gridappliance.portal.people.Secrets;
import org.gridappliance.webdav.round.Seen;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.TreePath;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The contract's operations about shares, and the opening of a link. */
public final class ShareOperations {
  private static final int MOST = 1000;

  private final Jdbi jdbi;
  private final Clock clock;
  private final Shares shares;
  private final Places places;
  private final People people;
  private final AuditLog audit;
  private final LinkSessions sessions;

  public ShareOperations(
      Jdbi jdbi,
      Clock clock,
      Shares shares,
      Places places,
      People people,
      AuditLog audit,
      LinkSessions sessions) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.shares = shares;
    this.places = places;
    this.people = people;
    this.audit = audit;
    this.sessions = sessions;
  }

  /** {@return the operations by operationId} */
  public Map<String, PersonOperation> all() {
    return Map.of(
        "listShares", x -> Response.ok(Map.of("shares", own(x.require()))),
        "listReceivedShares", x -> Response.ok(Map.of("shares", received(x.require()))),
        "createShare", this::create,
        "deleteShare", this::delete,
        "openLink", this::open);
  }

  /** As the contract's Share; {@code link} is the fragment's secret, once, when it is made. */
  private record View(
      long id,
      String path,
      String kind,
      String rights,
      @Nullable String with,
      boolean hasPassword,
      Instant createdAt,
      @Nullable Instant expiresAt,
      boolean expired,
      boolean missing,
      long uses,
      @Nullable Instant usedAt,
      @Nullable String secret) {}

  /** As the contract's ReceivedShare. */
  private record Received(
      long id, String owner, String name, String rights, String kind, boolean missing) {}

  private List<View> own(Principal person) {
    return shares.by(person.account()).stream().map(s -> view(s, node(s).isEmpty(), null)).toList();
  }

  private View view(Share share, boolean missing, @Nullable String secret) {
    return new View(
        share.id(),
        Shares.text(share.path()),
        share.kind().word(),
        share.rights().word(),
        share.with(),
        share.hasPassword(),
        share.createdAt(),
        share.expiresAt(),
        share.expiresAt() != null && share.expiresAt().isBefore(clock.instant()),
        missing,
        share.uses(),
        share.usedAt(),
        secret);
  }

  private List<Received> received(Principal person) {
    List<Received> all = new ArrayList<>();
    for (Share share : shares.of(person.account())) {
      Optional<Node> node = node(share);
      all.add(
          new Received(
              share.id(),
              share.owner(),
              share.name(),
              share.rights().word(),
              node.map(n -> n.isFolder() ? "folder" : "file").orElse("file"),
              node.isEmpty()));
    }
    return all;
  }

  private Optional<Node> node(Share share) {
    try {
      return places.node(share);
    } catch (IOException e) {
      return Optional.empty(); // a link or pipe stands there now: what was shared is gone
    }
  }

  private Response create(PersonOperation.Exchange exchange) {
    Principal person = exchange.require();
    TreePath path = FileWork.path(exchange.required("path"));
    Share.Kind kind =
        Share.Kind.valueOf(exchange.required("kind").toUpperCase(java.util.Locale.ROOT));
    Share.Rights rights = Share.Rights.of(exchange.required("rights"));
    Optional<String> with = exchange.text("with");
    Node node = check(person, path, kind, rights, with);
    String secret = kind == Share.Kind.LINK ? Secrets.random() : null;
    int days = exchange.request().body().path("days").asInt(0);
    Optional<String> password =
        kind == Share.Kind.LINK
            ? exchange.text("password").filter(p -> !p.isEmpty()).map(people::hashPassword)
            : Optional.empty();
    Shares.NewShare wanted =
        new Shares.NewShare(
            person.account(),
            path,
            Seen.of(path.key(), node).identity(),
            kind,
            rights,
            with.orElse(null),
            secret,
            password.orElse(null),
            days == 0 ? null : clock.instant().plus(Duration.ofDays(days)));
    long id =
        jdbi.inTransaction(
            handle -> {
              if (shares.count(handle, person.account()) >= MOST) {
                throw Problem.conflict(
                    "you share " + MOST + " things already; end some of them first");
              }
              long made =
                  shares
                      .add(handle, wanted)
                      .orElseThrow(
                          () -> bad("with", "there is no " + kind.word() + " " + with.orElse("")));
              audit.append(
                  handle,
                  person.name(),
                  "share.created",
                  Shares.text(path),
                  kind.word() + " " + rights.word() + with.map(w -> " to " + w).orElse(""),
                  exchange.request().remoteAddress());
              return made;
            });
    Share share =
        shares.by(person.account()).stream().filter(s -> s.id() == id).findFirst().orElseThrow();
    return Response.created("/api/v1/shares/" + id, view(share, false, secret));
  }

  private Node check(
      Principal person,
      TreePath path,
      Share.Kind kind,
      Share.Rights rights,
      Optional<String> with) {
    boolean link = kind == Share.Kind.LINK;
    if (link && rights == Share.Rights.WRITE) {
      throw bad("rights", "a link is for reading or for upload; share with a person for both");
    }
    if (!link && rights == Share.Rights.UPLOAD) {
      throw bad("rights", "a drop box is made as a link");
    }
    if (!link && with.isEmpty()) {
      throw bad("with", "name the " + kind.word() + " to share with");
    }
    if (with.filter(person.name()::equals).isPresent() && kind == Share.Kind.PERSON) {
      throw bad("with", "this is yours already; name somebody else");
    }
    try (Place home = places.of(person, 0)) {
      home.requireWriting();
      Node node = home.require(path);
      if (rights == Share.Rights.UPLOAD && !node.isFolder()) {
        throw bad("path", path + " is a file; only a folder can be a drop box");
      }
      return node;
    } catch (IOException e) {
      throw refusal(e);
    }
  }

  private static Problem bad(String field, String words) {
    return Problem.invalid(words, List.of(new Problem.FieldError(field, words)));
  }

  private static RuntimeException refusal(IOException e) {
    return FileWork.asProblem(e) instanceof Problem problem ? problem : new UncheckedIOException(e);
  }

  private Response delete(PersonOperation.Exchange exchange) {
    Principal person = exchange.require();
    long id = exchange.request().pathLong("share");
    jdbi.useTransaction(
        handle -> {
          Share share =
              shares
                  .remove(handle, person.account(), id)
                  .orElseThrow(() -> Problem.notFound("the share " + id));
          audit.append(
              handle,
              person.name(),
              "share.ended",
              Shares.text(share.path()),
              share.kind().word(),
              exchange.request().remoteAddress());
        });
    return Response.noContent();
  }

  /** As the contract's OpenedLink. */
  private record Opened(
      long id,
      String name,
      String owner,
      String kind,
      String rights,
      @Nullable Instant expiresAt,
      boolean needsPassword) {}

  private Response open(PersonOperation.Exchange exchange) {
    String secret = exchange.required("secret");
    Share share =
        shares
            .byHash(Shares.hash(secret))
            .orElseThrow(
                () ->
                    new Problem(
                        404,
                        "Not found",
                        "this link is unknown, has expired or was ended; ask who sent it for a"
                            + " new one"));
    Optional<String> encoded = shares.password(share.id());
    Optional<String> sent = exchange.text("password").filter(p -> !p.isEmpty());
    String address = exchange.request().remoteAddress();
    if (encoded.isPresent() && sent.isEmpty()) {
      return Response.ok(
          new Opened(share.id(), "", "", "folder", share.rights().word(), null, true));
    }
    if (encoded.isPresent()
        && !people.isPassword(sent.orElseThrow(), encoded.get(), "link " + share.id(), address)) {
      throw bad("password", "this is not the password of the link");
    }
    boolean isFolder;
    try (Place place = places.of(share)) {
      isFolder = place.require(TreePath.ROOT).isFolder();
    } catch (IOException e) {
      throw refusal(e);
    }
    shares.used(share.id());
    audit.append(AuditLog.NOBODY, "link.opened", share.owner(), Shares.text(share.path()), address);
    Opened opened =
        new Opened(
            share.id(),
            share.name(),
            share.owner(),
            isFolder ? "folder" : "file",
            share.rights().word(),
            share.expiresAt(),
            false);
    return new Response(
        200, opened, Map.of("Set-Cookie", sessions.begin(share.id(), exchange.tls())));
  }
}
