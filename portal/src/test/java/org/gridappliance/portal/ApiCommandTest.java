package org.gridappliance.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./appliance api}, in processes of its own against a real portal. */
class ApiCommandTest {
  @TempDir private Path folder = Path.of("");
  private TestPortal portal;

  record Ended(int status, String out, String err) {}

  @BeforeEach
  void logIn() throws Exception {
    portal = TestPortal.start(folder.resolve("data"));
    portal.administrator();
    Ended login = run("login", "--admin", "--url", portal.server.address().toString());
    assertEquals(0, login.status(), login.err());
  }

  @AfterEach
  void close() {
    portal.close();
  }

  private Process start(Path in, Path out, Path err, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("org.gridappliance.portal.cli.Cli");
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectInput(in.toFile());
    builder.redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("XDG_CONFIG_HOME", folder.resolve("config").toString());
    builder.environment().put("APPLIANCE_USER", "ada");
    builder.environment().put("APPLIANCE_PASSWORD", TestPortal.PASSWORD);
    return builder.start();
  }

  private Ended run(String... arguments) throws Exception {
    return run(Path.of("/dev/null"), arguments);
  }

  private Ended run(Path in, String... arguments) throws Exception {
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    Process process = start(in, out, err, arguments);
    try {
      assertTrue(process.waitFor(2, TimeUnit.MINUTES), String.join(" ", arguments));
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  @Test
  void operationsAreListedAndCalledWithFieldsAndFiles() throws Exception {
    Path kept = folder.resolve("config/grid-appliance");
    Path contract = kept.resolve("contract.json");
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(contract)));
    assertTrue(Files.readString(kept.resolve("completion.tsv")).contains("api\tgetJob\t"));
    var fetched = Files.getLastModifiedTime(contract);

    Ended list = run("api", "--filter", "/users");
    assertTrue(list.out().contains("createUser"), list.out());
    assertFalse(list.out().contains("submitJob"), list.out());
    assertEquals(fetched, Files.getLastModifiedTime(contract), "the contract has not changed");

    Path password = Files.writeString(folder.resolve("password"), TestPortal.PASSWORD + "\n");
    Ended made = run(password, "api", "createUser", "name=grace", "password=@-");
    assertEquals(0, made.status(), made.err());
    assertTrue(portal.browser().login("grace", TestPortal.PASSWORD).status() < 300);
    Ended again = run(password, "api", "createUser", "name=grace", "password=@-");
    assertEquals(1, again.status());
    assertTrue(again.err().contains("answers 409: "), again.err());
    assertEquals("", again.out());

    Path view = Files.writeString(folder.resolve("view.json"), "{\"query\":\"state:held\"}");
    Ended body = run("api", "keepView", "name=all/held", "--body", view.toString());
    assertEquals(0, body.status(), body.err());
    Ended views = run("api", "listViews", "--json");
    assertTrue(views.out().contains("\"name\":\"all/held\""), views.out());
    Ended wrong = run("api", "getJob", "number=1");
    assertEquals(1, wrong.status());
    assertTrue(wrong.err().contains("job=INTEGER"), wrong.err());
  }

  @Test
  void filesGoThereAndBackAndEventsArePrintedAsTheyCome() throws Exception {
    Path file = folder.resolve("bytes");
    byte[] bytes = new byte[100_000];
    new java.util.Random(7).nextBytes(bytes);
    Files.write(file, bytes);
    Ended put = run("api", "PUT", "/files/a%20b.bin", "--body", file.toString());
    assertEquals(0, put.status(), put.err());
    Path back = folder.resolve("back");
    Ended get = run("api", "GET", "/files/a%20b.bin", "--output", back.toString());
    assertEquals(0, get.status(), get.err());
    assertEquals(-1, Files.mismatch(file, back));
    assertEquals(1, run("api", "GET", "/files/missing", "--output", back.toString()).status());
    assertEquals(-1, Files.mismatch(file, back));

    Path out = folder.resolve("events");
    Path err = folder.resolve("errors");
    Process events = start(Path.of("/dev/null"), out, err, "api", "GET", "/events");
    try {
      Await.until("the stream has begun", () -> Files.size(out) > 0);
      assertTrue(events.isAlive());
      try (BufferedReader lines = Files.newBufferedReader(out)) {
        assertFalse(String.valueOf(lines.readLine()).isEmpty());
      }
    } finally {
      events.destroyForcibly().waitFor();
    }
  }
}
