package org.gridappliance.jobs.serve;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.gridappliance.jobs.Bundles;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.JobFolder;
import org.gridappliance.jobs.job.JobPlan;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Sandbox;
import org.gridappliance.jobs.pool.LocalPool;
import org.jspecify.annotations.Nullable;

/**
 * The executors' routes that carry bytes: inputs out, outputs and live output in. An executor
 * reaches only the files of leases that it holds.
 */
final class ExecutorRoutes {
  private static final String LEASE = "/api/v1/executors/leases/:lease";
  private static final int OUTPUT_PIECE = 1 << 20;
  private static final int BUFFER = 1 << 17;

  private final LocalPool pool;
  private final Space space;
  private final PlainRoutes runner;
  private final Bundles bundles;

  ExecutorRoutes(LocalPool pool, Space space, PlainRoutes runner, Bundles bundles) {
    this.bundles = bundles;
    this.pool = pool;
    this.space = space;
    this.runner = runner;
  }

  void mount(Router router) {
    router.get(LEASE + "/files/:sha256").handler(context -> runner.run(context, this::download));
    router
        .put(LEASE + "/files/:sha256")
        .handler(
            context -> {
              RequestBody body = new RequestBody(context.request());
              runner.run(context, one -> upload(one, body));
            });
    router
        .put(LEASE + "/output/:stream")
        .handler(
            context -> {
              RequestBody body = new RequestBody(context.request());
              runner.run(context, one -> output(one, body));
            });
  }

  static @Nullable String bearer(RoutingContext context) {
    String header = context.request().getHeader("Authorization");
    return header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)
        ? header.substring(7).strip()
        : null;
  }

  private LocalPool.HeldLease held(RoutingContext context) {
    String lease = String.valueOf(context.pathParam("lease"));
    return pool.held(bearer(context), lease)
        .orElseThrow(() -> Problem.notFound("lease " + lease.replaceAll("\\p{Cntrl}", "?")));
  }

  private static String hash(RoutingContext context) {
    String sha256 = String.valueOf(context.pathParam("sha256"));
    if (!JobFolder.isHash(sha256)) {
      throw Problem.notFound("a file of that hash");
    }
    return sha256;
  }

  private void download(RoutingContext context) {
    LocalPool.HeldLease held = held(context);
    String sha256 = hash(context);
    JobPlan.Range range =
        input(held, sha256)
            .or(() -> bundled(held, sha256))
            .orElseThrow(() -> Problem.notFound("input " + sha256));
    context
        .response()
        .putHeader("Content-Type", "application/octet-stream")
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("ETag", "\"" + sha256 + "\"");
    if (range.bytes() == 0) {
      context.response().end();
      return;
    }
    context.response().sendFile(range.file().toString(), range.start(), range.bytes());
  }

  /** A file of the bundle that the lease's program runs from. */
  private Optional<JobPlan.Range> bundled(LocalPool.HeldLease held, String sha256) {
    Sandbox sandbox = held.lease().sandbox();
    if (sandbox == null || sandbox.bundle() == null) {
      return Optional.empty();
    }
    return bundles
        .file(sandbox.bundle().id(), sha256)
        .map(file -> new JobPlan.Range(file, 0, file.toFile().length()));
  }

  private static Optional<JobPlan.Range> input(LocalPool.HeldLease held, String sha256) {
    if (held.lease().index() >= 0) {
      return held.plan().input(held.lease().index(), sha256);
    }
    for (FileRef file : held.lease().inputs()) {
      if (file.sha256().equals(sha256)) {
        return Optional.of(new JobPlan.Range(held.plan().folder().blob(sha256), 0, file.bytes()));
      }
    }
    return Optional.empty();
  }

  private void upload(RoutingContext context, RequestBody body) throws IOException {
    LocalPool.HeldLease held = held(context);
    String sha256 = hash(context);
    space.require();
    JobFolder folder = held.plan().folder();
    Path blob = folder.blob(sha256);
    if (Files.exists(blob)) {
      body.transferTo(java.io.OutputStream.nullOutputStream());
      context.response().setStatusCode(204).end();
      return;
    }
    Path part = folder.tmp().resolve(UUID.randomUUID().toString());
    try {
      String actual = write(body, part, held.lease().limits().diskBytes());
      if (!actual.equals(sha256)) {
        throw new Problem(
            422,
            "Hash differs",
            "the bytes have SHA-256 "
                + actual
                + ", the address says "
                + sha256
                + "; send them anew");
      }
      Files.createDirectories(folder.blobs(sha256));
      Files.move(part, blob, StandardCopyOption.REPLACE_EXISTING);
      JobFolder.sync(folder.blobs(sha256));
    } finally {
      Files.deleteIfExists(part);
    }
    context.response().setStatusCode(204).end();
  }

  private static String write(InputStream body, Path part, long most) throws IOException {
    MessageDigest sha;
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
    byte[] buffer = new byte[BUFFER];
    long bytes = 0;
    try (FileChannel out =
        FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
        bytes += n;
        if (bytes > most) {
          throw new Problem(
              413, "Too large", "the output is larger than the subjob's disk limit of " + most);
        }
        sha.update(buffer, 0, n);
        ByteBuffer piece = ByteBuffer.wrap(buffer, 0, n);
        while (piece.hasRemaining()) {
          out.write(piece);
        }
      }
      out.force(true);
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  private void output(RoutingContext context, RequestBody body) throws IOException {
    LocalPool.HeldLease held = held(context);
    String stream = String.valueOf(context.pathParam("stream"));
    if (!stream.equals("stdout") && !stream.equals("stderr")) {
      throw Problem.notFound("stream " + stream);
    }
    if (parameter(context, "fence") != held.lease().fence()) {
      throw Problem.conflict("the lease was superseded; drop its output");
    }
    space.require();
    byte[] bytes = body.readNBytes(OUTPUT_PIECE + 1);
    if (bytes.length > OUTPUT_PIECE) {
      throw new Problem(413, "Too large", "want at most 1 MiB of output in a request");
    }
    long offset = parameter(context, "offset");
    long size = pool.append(held, stream, offset, bytes);
    if (size < 0) {
      context.response().putHeader("Output-Size", Long.toString(-size - 1));
      throw Problem.conflict(
          "offset=" + offset + ": want " + (-size - 1) + ", the bytes that are here");
    }
    context.response().putHeader("Output-Size", Long.toString(size)).setStatusCode(204).end();
  }

  private static long parameter(RoutingContext context, String name) {
    String text = String.valueOf(context.request().getParam(name));
    if (!text.matches("\\d{1,18}")) {
      throw new Problem(400, "Not valid", name + "=" + text + ": want a number from 0 on");
    }
    return Long.parseLong(text);
  }
}
