package org.gridappliance.tests.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The command line against a running appliance. */
class StartCommandLineTest {
  private static final String PASSWORD = "correct horse battery";

  @Test
  void submitFollowsTheJobAndItsStatusIsTheExitStatus() throws Exception {
    try (Script script = new Script().with("APPLIANCE_ADMIN", "ada:" + PASSWORD)) {
      script.up().ready();
      String data = script.data().toString();
      Script.Ended out = script.run("jobs", "--data", data);
      assertEquals(1, out.status());
      assertTrue(out.text().contains("not logged in"), out.text());

      script.with("APPLIANCE_USER", "ada").with("APPLIANCE_PASSWORD", "wrong");
      assertEquals(1, script.run("login", "--data", data).status());
      script.with("APPLIANCE_PASSWORD", PASSWORD);
      Script.Ended login = script.run("login", "--data", data);
      assertEquals(0, login.status(), login.text());
      Path token = script.folder().resolve("home/.config/grid-appliance/token.json");
      assertEquals(
          "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(token)));

      Path examples = Script.source().resolve("job-api/apps/hmmsearch/examples");
      Script.Ended job =
          script.run(
              "submit",
              "hmmsearch",
              "profile=" + examples.resolve("globins.hmm"),
              "sequences=" + examples.resolve("proteins.fasta"),
              "--chunks",
              "4",
              "--name",
              "from the terminal",
              "--watch");
      assertEquals(0, job.status(), job.text());
      assertTrue(job.text().contains("Completed"), job.text());
      assertTrue(job.text().contains(".tsv"), job.text());
      Script.Ended again =
          script.run(
              "submit",
              "hmmsearch",
              "profile=" + examples.resolve("globins.hmm"),
              "sequences=" + examples.resolve("proteins.fasta"),
              "evalue=10.0", // its default
              "--chunks",
              "4",
              "--watch");
      assertEquals(0, again.status(), again.text());
      assertTrue(again.text().contains("you ran exactly this before: job 1,"), again.text());
      assertTrue(again.text().contains("Completed"), again.text());
      Script.Ended jobs = script.run("jobs");
      assertTrue(jobs.text().contains("from the terminal"), jobs.text());
      Script.Ended called = script.run("api", "listJobs", "q=app:hmmsearch");
      assertEquals(0, called.status(), called.text());
      assertTrue(called.text().contains("\"from the terminal\""), called.text());

      Script.Ended group = script.run("jobs", "--group", "never");
      assertEquals(1, group.status());
      assertTrue(group.text().contains("the group never is not here"), group.text());

      Script.Ended unknown = script.run("submit", "hmmsearch", "colour=red");
      assertEquals(1, unknown.status());
      assertTrue(unknown.text().contains("no input 'colour'"), unknown.text());

      Script.Ended refused = script.run("app", "remove", "hmmsearch");
      assertEquals(1, refused.status(), "its token is not an administrator's");
      assertEquals(0, script.run("login", "--admin", "--data", data).status());
      Script.Ended removed = script.run("app", "remove", "hmmsearch");
      assertEquals(0, removed.status(), removed.text());
      assertTrue(removed.text().contains("hmmsearch: removed by ada at "), removed.text());
      Script.Ended gone = script.run("submit", "hmmsearch");
      assertEquals(1, gone.status());
      assertTrue(gone.text().contains("was removed"), gone.text());
      assertTrue(script.run("app", "removed").text().contains("hidden until restored"));
      assertEquals(0, script.run("app", "restore", "hmmsearch").status());
      assertEquals("", script.run("app", "removed").text().strip());
      assertEquals(1, script.run("app", "restore", "hmmsearch").status());
    }
  }

  @Test
  @Tag("root")
  void loginWorksOnAMachineWhoseNameNobodyKnows() throws Exception {
    try (Script script = new Script().with("APPLIANCE_ADMIN", "ada:" + PASSWORD)) {
      script.up().ready();
      script.with("APPLIANCE_USER", "ada").with("APPLIANCE_PASSWORD", PASSWORD);
      script.forgetTheMachinesName();
      Script.Ended login = script.run("login", "--data", script.data().toString());
      assertEquals(0, login.status(), login.text());
    }
  }

  @Test
  void appCheckNamesFileLineAndMistake() throws Exception {
    try (Script script = new Script()) {
      String shipped = Script.source().resolve("job-api/apps/hmmsearch/app.yaml").toString();
      assertEquals(0, script.run("app", "check", shipped).status());
      Path broken = Files.createDirectories(script.folder().resolve("broken")).resolve("app.yaml");
      Files.writeString(broken, "title: Broken\ncolour: red\n");
      Script.Ended out = script.run("app", "check", broken.toString());
      assertEquals(1, out.status());
      assertTrue(out.text().contains("app.yaml:2:1: "), out.text());
    }
  }

  @Test
  void theOwnerGetsAFreshLinkThatMakesOneMoreAdministratorOnce() throws Exception {
    try (Script script = new Script().with("APPLIANCE_ADMIN", "ada:" + PASSWORD)) {
      Script.Up up = script.up().ready();
      String data = script.data().toString();
      String link = script.run("admin-link", "--data", data).text().strip();
      String body =
          "{\"secret\":\"%s\",\"name\":\"%s\",\"password\":\"%s\"}"
              .formatted(link.substring(link.indexOf('#') + 1), "grace", PASSWORD);
      String setup = up.address() + "/api/v1/setup";
      assertEquals(201, Http.post(setup, body).statusCode(), link);
      assertEquals(403, Http.post(setup, body.replace("grace", "eve")).statusCode());
      assertTrue(Http.passwordWorks(up.address(), "grace", PASSWORD));
      up.interrupt();
      assertNotEquals(0, script.run("admin-link", "--data", data).status());
    }
  }
}
