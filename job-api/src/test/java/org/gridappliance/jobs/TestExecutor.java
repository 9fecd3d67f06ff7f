package org.gridappliance.jobs;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.gridappliance.jobs.lease.Enrolment;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Heartbeat;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.LeaseRequest;
import org.gridappliance.jobs.lease.Leases;
import org.gridappliance.jobs.lease.SubjobResult;

/**
 * An executor that speaks the lease protocol; what a program would do is a function of the test.
 */
final class TestExecutor {
  final Supplier<TestPortal> portal;
  final String token = UUID.randomUUID().toString();
  final long id;
  final int cpus;

  TestExecutor(Supplier<TestPortal> portal, String name, int cpus) {
    this(portal, name, cpus, portal.get().api.newJoinToken(Duration.ofHours(1)));
  }

  /** One that joins with a token: of a join link, unless it is the portal's own machine. */
  TestExecutor(Supplier<TestPortal> portal, String name, int cpus, String join) {
    this.portal = portal;
    this.cpus = cpus;
    TestPortal.Answer answer =
        portal
            .get()
            .send(
                null,
                null,
                "POST",
                "/executors/enrol",
                TestPortal.bytes(
                    new Enrolment(
                        join,
                        name,
                        sha256(token.getBytes(StandardCharsets.UTF_8)),
                        cpus,
                        8L << 30,
                        "test")));
    if (answer.status() != 201) {
      throw new AssertionError(answer.text());
    }
    id = answer.json().path("executor").asLong();
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  TestPortal.Answer post(String path, Object body) {
    return portal.get().send(null, token, "POST", path, TestPortal.bytes(body));
  }

  List<Lease> lease(int max, int waitSeconds) {
    return lease(new LeaseRequest(cpus, 8L << 30, 64L << 30, max, waitSeconds, true, null, true));
  }

  List<Lease> lease(LeaseRequest request) {
    TestPortal.Answer answer = post("/executors/leases", request);
    if (answer.status() != 200) {
      throw new AssertionError(answer.status() + " " + answer.text());
    }
    try {
      return LeaseProtocol.json().readValue(answer.bytes(), Leases.class).leases();
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  Heartbeat.Orders heartbeat(List<Lease> leases) {
    List<Heartbeat.Item> items = new ArrayList<>();
    leases.forEach(one -> items.add(new Heartbeat.Item(one.lease(), one.fence(), true, 50.0)));
    TestPortal.Answer answer = post("/executors/heartbeat", new Heartbeat(items));
    try {
      return LeaseProtocol.json().readValue(answer.bytes(), Heartbeat.Orders.class);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  byte[] input(Lease lease, FileRef file) {
    TestPortal.Answer answer =
        portal
            .get()
            .send(
                null,
                token,
                "GET",
                "/executors/leases/" + lease.lease() + "/files/" + file.sha256(),
                new byte[0]);
    if (answer.status() != 200 || !sha256(answer.bytes()).equals(file.sha256())) {
      throw new AssertionError(answer.status() + " " + answer.text());
    }
    return answer.bytes();
  }

  /** Puts an output file and gives its reference. */
  FileRef output(Lease lease, String path, byte[] bytes) {
    String sha256 = sha256(bytes);
    TestPortal.Answer answer =
        portal
            .get()
            .send(
                null,
                token,
                "PUT",
                "/executors/leases/" + lease.lease() + "/files/" + sha256,
                bytes);
    if (answer.status() != 204) {
      throw new AssertionError(answer.status() + " " + answer.text());
    }
    return new FileRef(path, sha256, bytes.length);
  }

  static SubjobResult success(Lease lease, List<FileRef> outputs, String stdout) {
    return new SubjobResult(
        lease.lease(), lease.fence(), 0, null, null, 0.01, 0.01, 1L << 20, outputs, stdout, null);
  }

  static SubjobResult exit(Lease lease, int code, String stderr) {
    return new SubjobResult(
        lease.lease(),
        lease.fence(),
        code,
        null,
        null,
        0.01,
        0.01,
        1L << 20,
        List.of(),
        null,
        stderr);
  }

  static SubjobResult failed(Lease lease, Failure.Kind kind) {
    return new SubjobResult(
        lease.lease(),
        lease.fence(),
        null,
        null,
        Failure.of(kind, "no", "mend it"),
        0.01,
        null,
        null,
        List.of(),
        null,
        null);
  }

  TestPortal.Answer report(List<SubjobResult> results) {
    return post("/executors/results", new SubjobResult.Batch(results));
  }

  /** Takes what there is, runs it and reports, until nothing is left. */
  int work(Function<Lease, SubjobResult> program) {
    int done = 0;
    for (List<Lease> leases = lease(256, 0); !leases.isEmpty(); leases = lease(256, 0)) {
      done += leases.size();
      report(leases.stream().map(program).toList());
    }
    return done;
  }
}
