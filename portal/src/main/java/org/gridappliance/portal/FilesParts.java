package org.gridappliance.portal;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.audit.AuditLog;
import org.gridappliance.portal.files.Homes;
import org.gridappliance.portal.people.People;
import org.gridappliance.portal.people.PersonOperation;
import org.gridappliance.portal.people.Principal;
import org.gridappliance.portal.security.Gate;
import org.gridappliance.portal.shares.FileWork;
import org.gridappliance.portal.shares.LinkSessions;
import org.gridappliance.portal.shares.Place;
import org.gridappliance.portal.shares.Places;
import org.gridappliance.portal.shares.Share;
import org.gridappliance.portal.shares.ShareOperations;
import org.gridappliance.portal.shares.Shares;
import org.gridappliance.portal.uploads.UploadRoutes;
import org.gridappliance.portal.work.FileOperations;
import org.gridappliance.portal.work.PlaceRoutes;
import org.jdbi.v3.core.Jdbi;

/** What makes files more than a tree: uploads that go on, operations, archives, search, shares. */
final class FilesParts {
  private final Shares shares;
  private final Places places;
  private final LinkSessions sessions;
  private final UploadRoutes uploads;
  private final PlaceRoutes placeRoutes;
  private final Map<String, PersonOperation> operations = new HashMap<>();

  /**
   * Puts them together.
   *
   * @param incoming the folder where uploads grow
   * @param maxFileBytes the largest file
   * @param room refuses with 507 the bytes that the disk has no room for
   */
  FilesParts(
      Jdbi jdbi,
      Clock clock,
      Homes homes,
      People people,
      AuditLog audit,
      Path incoming,
      long maxFileBytes,
      LongConsumer room,
      Executor virtualThreads) {
    this.shares = new Shares(jdbi, clock);
    this.places = new Places(homes, shares);
    this.sessions = new LinkSessions(clock);
    FileWork work = new FileWork(virtualThreads);
    this.uploads = new UploadRoutes(incoming, work, maxFileBytes, room, clock);
    this.placeRoutes = new PlaceRoutes(work);
    operations.putAll(
        new ShareOperations(jdbi, clock, shares, places, people, audit, sessions).all());
    operations.putAll(new FileOperations(places, virtualThreads).all());
  }

  /** {@return what is shared with whom} */
  Shares shares() {
    return shares;
  }

  /** {@return the places of people} */
  Places places() {
    return places;
  }

  /** {@return the operations by operationId} */
  Map<String, PersonOperation> operations() {
    return operations;
  }

  /** Removes uploads that nobody goes on with. Blocks. */
  void expireUploads() {
    uploads.expire();
  }

  /** Adds the routes to the router below {@code /api/v1}. */
  void mount(Router api) {
    uploads.mount(api, "/uploads", routing -> new ByAccount(require(routing)));
    uploads.mount(api, "/links/:link/uploads", routing -> new ByLink(sessions.require(routing)));
    placeRoutes.mount(
        api,
        "",
        routing -> {
          Principal person = require(routing);
          long share = FileWork.share(routing);
          return () -> places.of(person, share);
        });
    placeRoutes.mountFiles(
        api,
        "/shared/:share",
        routing -> {
          Principal person = require(routing);
          String share = String.valueOf(routing.pathParam("share"));
          if (!share.matches("[1-9][0-9]{0,17}")) {
            throw Problem.notFound("the share " + share);
          }
          return () -> places.of(person, Long.parseLong(share));
        });
    placeRoutes.mountFiles(
        api,
        "/links/:link",
        routing -> {
          long link = sessions.require(routing);
          return () -> behind(link);
        });
  }

  private static Principal require(RoutingContext routing) {
    return Gate.principal(routing)
        .orElseThrow(
            () ->
                new Problem(401, "Not logged in", "log in, or send Authorization: Bearer <token>"));
  }

  private Place behind(long link) throws IOException {
    Share share =
        shares
            .link(link)
            .orElseThrow(() -> new Problem(404, "Not found", "this link has expired or was ended"));
    return places.of(share);
  }

  private final class ByAccount implements UploadRoutes.Uploader {
    private final Principal person;

    ByAccount(Principal person) {
      this.person = person;
    }

    @Override
    public String by() {
      return "account " + person.name();
    }

    @Override
    public Place open(long share) throws IOException {
      return places.of(person, share);
    }
  }

  private final class ByLink implements UploadRoutes.Uploader {
    private final long link;

    ByLink(long link) {
      this.link = link;
    }

    @Override
    public String by() {
      return "link " + link;
    }

    @Override
    public Place open(long share) throws IOException {
      return behind(link);
    }
  }
}
