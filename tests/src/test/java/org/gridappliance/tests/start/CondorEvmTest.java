package org.gridappliance.tests.start;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.PortalClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The Entropia VM as the wrapper of HTCondor's jobs, on a real pool of three nodes: applications'
 * bundles on the workers, and what ends in words.
 */
@Tag("root")
@Tag("netns")
class CondorEvmTest {
  private static LabPool lab;
  private static PortalClient ada;

  @BeforeAll
  static void start() throws Exception {
    lab = new LabPool("bundled", "limits");
    ada = lab.up(8, "--cpus", "4");
  }

  @AfterAll
  static void stop() throws Exception {
    lab.stop();
  }

  @Test
  void aBundleComesToAMachineOnceIsCheckedAndGivesTheResultsOfTheFirstPool() throws Exception {
    String local = seen("local");
    assertEquals(local, seen("condor"));
    Await.until("they are the machines' own", LabPool.PATIENCE, () -> owners().equals(List.of(0)));
    List<Object> first = keys();
    assertEquals(local, seen("condor"));
    assertTrue(keys().containsAll(first), "brought again");

    for (Path bundle : kept()) { // as a disk or a person might
      Files.writeString(bundle.resolve("root/usr/bin/mawk"), "another", StandardOpenOption.APPEND);
      Files.deleteIfExists(use(bundle).resolve("checked")); // as when HTCondor starts anew
    }
    assertEquals(local, seen("condor"));
    Await.until(
        "every altered one that was used is another now",
        LabPool.PATIENCE,
        () -> keys().stream().anyMatch(key -> !first.contains(key)));
  }

  /** What the program of a bundle sees there. */
  private static String seen(String pool) throws Exception {
    long job = ada.submit("bundled", Map.of("script", "example:look.awk"), Map.of("pool", pool));
    ada.awaitCompleted(job, LabPool.PATIENCE);
    return new String(ada.bytes("/api/v1/jobs/" + job + "/results/seen.txt"), UTF_8);
  }

  /** The bundles on both workers. */
  private static List<Path> kept() throws Exception {
    List<Path> found = new ArrayList<>();
    for (String node : List.of("-w1", "-w2")) {
      try (Stream<Path> all = Files.list(lab.agent(node).resolve("condor/node/bundles/kept"))) {
        all.filter(path -> path.getFileName().toString().matches("[0-9a-f]{64}"))
            .forEach(found::add);
      }
    }
    return found;
  }

  private static Path use(Path bundle) {
    return bundle.resolveSibling("../use").resolve(bundle.getFileName()).normalize();
  }

  private static List<Integer> owners() throws Exception {
    List<Integer> uids = new ArrayList<>();
    for (Path one : kept()) {
      uids.add((int) Files.getAttribute(one, "unix:uid", LinkOption.NOFOLLOW_LINKS));
    }
    return uids.stream().distinct().toList();
  }

  /** When each came: inodes are used again, changes of a file inside do not count. */
  private static List<Object> keys() throws Exception {
    List<Object> keys = new ArrayList<>();
    for (Path one : kept()) {
      keys.add(Files.getAttribute(one, "unix:ctime", LinkOption.NOFOLLOW_LINKS));
    }
    return keys;
  }

  @Test
  void limitsAndRefusedCallsAreToldAndEveryProgramRunsInTheEntropiaVm() throws Exception {
    List<String> words = List.of("memory", "time", "call", "file");
    long job =
        ada.submit(
            "limits",
            Map.of("what", "none"),
            Map.of("pool", "condor", "sweep", Map.of("what", words)));
    Await.until(
        "all ended",
        LabPool.PATIENCE,
        () -> ada.job(job).at("/counts/failed").asInt() == words.size());
    List<String> told = new ArrayList<>();
    for (JsonNode one : ada.get("/api/v1/jobs/" + job + "/subjobs").path("subjobs")) {
      told.add(one.at("/failure/message").asText());
    }
    for (String part :
        List.of("more memory than", "longer than the", "; it tried to", "wrote more than")) {
      assertEquals(
          1,
          IntStream.range(0, told.size()).filter(i -> told.get(i).contains(part)).count(),
          part + told);
    }
    assertFalse(told.contains(""), told::toString);
  }
}
