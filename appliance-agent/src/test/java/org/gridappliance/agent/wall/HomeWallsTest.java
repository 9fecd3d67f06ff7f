package org.gridappliance.agent.wall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.gridappliance.agent.desktop.Kernel;
import org.gridappliance.agent.envelope.Posix;
import org.gridappliance.agent.verb.Verb;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verb on real file systems of loop files, with a shell as whoever writes too much. */
@Tag("root")
class HomeWallsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MIB = 1 << 20;

  @TempDir Path dir;
  private boolean isMounted;

  @AfterEach
  void stop() throws Exception {
    if (isMounted) {
      run("umount", data().toString());
    }
  }

  private Path data() {
    return dir.resolve("data");
  }

  private Path ann() {
    return data().resolve("users/ann");
  }

  private void mount(String... makeFileSystem) throws Exception {
    Path image = dir.resolve("disk.img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(400 * MIB);
    }
    List<String> command = new java.util.ArrayList<>(List.of(makeFileSystem));
    command.add(image.toString());
    run(command.toArray(String[]::new));
    Files.createDirectory(data());
    run("mount", "-o", "loop", image.toString(), data().toString());
    isMounted = true;
    Files.createDirectory(data().resolve("users"));
  }

  private Map<?, ?> ask(String name, Object quota, Object copies) throws IOException {
    ObjectNode body = JSON.createObjectNode();
    body.set("quotaBytes", JSON.valueToTree(quota));
    body.set("copiesBytes", JSON.valueToTree(copies));
    Verb verb =
        java.util.Objects.requireNonNull(new HomeWalls(data()).verbs().get("PUT /walls/{name}"));
    return (Map<?, ?>) verb.run(new Verb.Call(Map.of("name", name), body)).body();
  }

  @Test
  void onBtrfsAShellIsHeldToTheQuotaUntilItIsRaised() throws Exception {
    mount("mkfs.btrfs", "-q");
    run("btrfs", "quota", "enable", data().toString());
    run("btrfs", "-q", "subvolume", "create", ann().toString());
    assertEquals(Map.of("holds", true, "kind", "btrfs", "why", ""), ask("ann", 20 * MIB, MIB));
    assertTrue(fill("one").contains("Disk quota exceeded"));
    long first = Files.size(ann().resolve("one"));
    assertTrue(first > 20 * MIB && first < 25 * MIB, "wrote " + first);
    assertEquals(true, ask("ann", 40 * MIB, MIB).get("holds"));
    assertTrue(fill("two").contains("Disk quota exceeded"));
    long second = Files.size(ann().resolve("two"));
    assertTrue(second > 18 * MIB && second < 22 * MIB, "wrote " + second);
    assertEquals(true, ask("ann", 20 * MIB, MIB).get("holds"));
    assertTrue(fill("three").contains("Disk quota exceeded"));
    assertEquals(0, Files.exists(ann().resolve("three")) ? Files.size(ann().resolve("three")) : 0);
  }

  @Test
  void whatBtrfsCannotHoldIsSaidWithTheRemedyAndNothingAroundItIsLimited() throws Exception {
    mount("mkfs.btrfs", "-q");
    run("btrfs", "-q", "subvolume", "create", ann().toString());
    Map<?, ?> uncounted = ask("ann", 20 * MIB, 0);
    assertEquals(false, uncounted.get("holds"));
    assertTrue(
        uncounted.get("why").toString().contains("btrfs quota enable " + data().resolve("users")),
        uncounted.toString());
    run("btrfs", "quota", "enable", data().toString());
    Files.createDirectory(data().resolve("users/old"));
    Map<?, ?> plain = ask("old", 20 * MIB, 0);
    assertTrue(plain.get("why").toString().contains("no subvolume"), plain.toString());
    run("sh", "-ec", "head -c 40M /dev/zero >'" + data() + "/users/old/more'");
  }

  @Test
  void onXfsAHomesFilesAndThoseToComeAreOneProjectAndALinkInItIsNotFollowed() throws Exception {
    mount("mkfs.xfs", "-q");
    Files.createDirectories(ann().resolve("home/deep"));
    Files.writeString(ann().resolve("home/deep/old"), "x");
    Files.writeString(data().resolve("outside"), "x");
    Files.createSymbolicLink(ann().resolve("home/link"), data().resolve("outside"));
    run("mkfifo", ann().resolve("home/pipe").toString());
    int folder = Kernel.openFolder(data().toString());
    int home = Syscalls.openBeneath(folder, "users/ann", true);
    ProjectQuota.mark(home, 0x4000_1234, true, 0);
    Posix.close(home);
    Posix.close(folder);
    Files.writeString(ann().resolve("home/deep/new"), "x");
    Files.createDirectory(ann().resolve("home/deep/inner"));
    for (String marked :
        List.of(".", "home/deep", "home/deep/old", "home/deep/new", "home/deep/inner")) {
      assertEquals("1073746484", project(ann().resolve(marked)), marked);
    }
    assertEquals("0", project(data().resolve("outside")));
    assertNotEquals(
        0,
        new ProcessBuilder("ln", data().resolve("outside").toString(), ann() + "/home/linked")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor(),
        "nothing from elsewhere is counted here by a second name");
  }

  /** Kernels without XFS quotas refuse the mount option; then the answer is the sentence. */
  @Test
  void onXfsAShellIsHeldToTheQuotaWhereTheKernelHasQuotasAndElseTheAnswerSaysWhatCan()
      throws Exception {
    mount("mkfs.xfs", "-q");
    boolean hasQuotas = remount();
    Files.createDirectories(ann().resolve("home"));
    Map<?, ?> said = ask("ann", 20 * MIB, 0);
    assertEquals(hasQuotas, said.get("holds"), said.toString());
    if (hasQuotas) {
      assertTrue(fill("home/one").contains("Disk quota exceeded"));
      long first = Files.size(ann().resolve("home/one"));
      assertTrue(first > 20 * MIB && first < 25 * MIB, "wrote " + first);
      assertEquals(true, ask("ann", 40 * MIB, 0).get("holds"));
      assertTrue(fill("home/two").contains("Disk quota exceeded"));
    } else {
      assertTrue(said.get("why").toString().contains("mounted with prjquota"), said.toString());
    }
  }

  private boolean remount() throws Exception {
    run("umount", data().toString());
    String image = dir.resolve("disk.img").toString();
    boolean hasQuotas =
        new ProcessBuilder("mount", "-o", "loop,prjquota", image, data().toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor()
            == 0;
    if (!hasQuotas) {
      run("mount", "-o", "loop", image, data().toString());
    }
    return hasQuotas;
  }

  @Test
  void onOtherFileSystemsTheAnswerSaysWhichCan() throws Exception {
    Files.createDirectory(data());
    run("mount", "-t", "tmpfs", "tmpfs", data().toString());
    isMounted = true;
    Files.createDirectories(ann());
    assertEquals(
        Map.of("holds", false, "kind", "", "why", HomeWall.OTHERS), ask("ann", 20 * MIB, 0));
  }

  @Test
  void namesLinksAndNumbersThatCannotBeAreRefused() throws Exception {
    Files.createDirectories(ann());
    Files.createSymbolicLink(data().resolve("users/eve"), ann());
    for (String name : List.of("..", "", "../ann", "Ann", "a/b", "x".repeat(33))) {
      assertEquals(400, refused(name, 20 * MIB, 0), name);
    }
    assertEquals(404, refused("nobody", 20 * MIB, 0));
    assertEquals(404, refused("eve", 20 * MIB, 0));
    assertEquals(400, refused("ann", 1000, 0));
    assertEquals(400, refused("ann", Long.MAX_VALUE, 0));
    assertEquals(400, refused("ann", "much", 0));
    assertEquals(400, refused("ann", 20 * MIB, -1));
  }

  private int refused(String name, Object quota, Object copies) {
    return assertThrows(Verb.Refused.class, () -> ask(name, quota, copies)).status();
  }

  @Test
  void theLimitLeavesRoomForTheFileSystemsBooksAndIsWholeBlocks() {
    assertEquals(24 * MIB, HomeWalls.limit(20 * MIB, 0));
    assertEquals(1024 * MIB + 32 * MIB + 5 * 1024, HomeWalls.limit(1024 * MIB, 5 * 1024 + 1));
  }

  private String fill(String name) throws Exception {
    Process shell =
        new ProcessBuilder("sh", "-c", "cat /dev/zero >" + name)
            .directory(ann().toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertNotEquals(0, shell.waitFor());
    return said;
  }

  private static String project(Path path) throws Exception {
    Process lsattr = new ProcessBuilder("lsattr", "-dp", path.toString()).start();
    String said = new String(lsattr.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return said.strip().split(" +", -1)[0];
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), String.join(" ", command) + ": " + said);
  }
}
