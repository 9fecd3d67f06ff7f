package org.gridappliance.evm.bundle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.gridappliance.evm.Sandbox.Finished;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The programs of the benchmark, and programs whose runtimes make system calls of their own (Go,
 * Rust, Open MPI), give the same bytes from their bundles as on the machine. Small inputs.
 */
class ScienceProgramsTest {
  private static final Path VINA = Path.of("/usr/share/doc/autodock-vina/test-data");
  private final Bundled bundled = new Bundled();
  private Path here;

  @BeforeEach
  void makeFolder() throws Exception {
    here = Files.createDirectory(bundled.sandbox.folder.resolve("host"));
  }

  @AfterEach
  void clear() throws Exception {
    bundled.close();
  }

  private void input(String name, String text) throws Exception {
    input(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private void input(String name, byte[] bytes) throws Exception {
    bundled.input(name, bytes);
    Files.write(here.resolve(name), bytes);
  }

  private void assertSameFile(String name, Finished finished) throws Exception {
    Path inside = bundled.sandbox.work.resolve(name);
    assertTrue(Files.exists(inside), finished.output());
    assertArrayEquals(Files.readAllBytes(here.resolve(name)), Files.readAllBytes(inside));
  }

  private static BundleMaker with(String program) throws BundleException {
    return new BundleMaker(false).addExecutable(Path.of(program));
  }

  @Test
  void vinaDocksTheSamePoses() throws Exception {
    Bundled.needs("/usr/bin/vina", "autodock-vina");
    input("ligand.pdbqt", Files.readAllBytes(VINA.resolve("ligand.pdbqt")));
    try (GZIPInputStream in =
        new GZIPInputStream(Files.newInputStream(VINA.resolve("protein.pdbqt.gz")))) {
      input("protein.pdbqt", in.readAllBytes());
    }
    String[] command =
        ("/usr/bin/vina --receptor /work/protein.pdbqt --ligand /work/ligand.pdbqt --out /work/v.pdbqt"
                + " --center_x 11 --center_y 90.5 --center_z 57.5 --size_x 16 --size_y 16 --size_z 16"
                + " --cpu 2 --seed 42 --exhaustiveness 1 --max_evals 2000")
            .split(" ", -1);
    String _ = Bundled.onTheHost(here, Map.of(), command);
    assertSameFile("v.pdbqt", bundled.run(with("/usr/bin/vina"), false, Map.of(), command));
  }

  @Test
  void blastpFindsTheSame() throws Exception {
    Bundled.needs("/usr/bin/blastp", "ncbi-blast+");
    Random random = new Random(11);
    StringBuilder bank = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      bank.append(">p").append(i).append('\n');
      random.ints(200, 0, 20).forEach(acid -> bank.append("ARNDCQEGHILKMFPSTWYV".charAt(acid)));
      bank.append('\n');
    }
    input("bank.fa", bank.toString());
    input("query.fa", bank.substring(0, bank.indexOf(">p3\n")));
    String[] make =
        "/usr/bin/makeblastdb -dbtype prot -in /work/bank.fa -out /work/bank".split(" ");
    String[] search =
        "/usr/bin/blastp -query /work/query.fa -db /work/bank -outfmt 6 -out /work/hits".split(" ");
    Map<String, String> environment = Map.of("BLAST_USAGE_REPORT", "false");
    BundleMaker maker = with("/usr/bin/blastp").addExecutable(Path.of("/usr/bin/makeblastdb"));
    String _ = Bundled.onTheHost(here, environment, make);
    String _ = Bundled.onTheHost(here, environment, search);
    assertTrue(Files.size(here.resolve("hits")) > 0);
    assertEquals(0, bundled.run(maker, false, environment, make).exitCode());
    assertSameFile("hits", bundled.run(maker, false, environment, search));
  }

  /** LAMMPS starts Open MPI as a singleton; its patcher rewrites code, which W^X forbids. */
  @Test
  void lammpsMovesTheSameAtoms() throws Exception {
    Bundled.needs("/usr/bin/lmp", "lammps");
    input(
        "in.melt",
        """
        units lj
        atom_style atomic
        lattice fcc 0.8442
        region box block 0 4 0 4 0 4
        create_box 1 box
        create_atoms 1 box
        mass 1 1.0
        velocity all create 3.0 87287 loop geom
        pair_style lj/cut 2.5
        pair_coeff 1 1 1.0 1.0 2.5
        fix 1 all nve
        dump 1 all custom 50 atoms id x y z vx vy vz
        run 50
        """);
    String[] command = "/usr/bin/lmp -in /work/in.melt -log none -screen none".split(" ");
    Map<String, String> environment =
        Map.of(
            "OMP_NUM_THREADS", "1",
            "OMPI_MCA_ess_singleton_isolated", "1",
            "OMPI_MCA_memory", "^patcher",
            "OMPI_MCA_btl", "self",
            "OMPI_ALLOW_RUN_AS_ROOT", "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
    String said = Bundled.onTheHost(here, environment, command);
    assertTrue(Files.exists(here.resolve("atoms")), said);
    BundleMaker maker = with("/usr/bin/lmp").addPackage("libopenmpi3");
    assertSameFile("atoms", bundled.run(maker, false, environment, command));
  }

  @Test
  void gitCommitsTheSame() throws Exception {
    Bundled.needs("/usr/bin/git", "git");
    input("a.txt", "one\ntwo\n");
    Map<String, String> environment =
        Map.of(
            "GIT_AUTHOR_NAME",
            "a",
            "GIT_AUTHOR_EMAIL",
            "a@b",
            "GIT_COMMITTER_NAME",
            "a",
            "GIT_COMMITTER_EMAIL",
            "a@b",
            "GIT_AUTHOR_DATE",
            "1700000000 +0000",
            "GIT_COMMITTER_DATE",
            "1700000000 +0000",
            "GIT_CONFIG_NOSYSTEM",
            "1");
    String script =
        "cd /work && git init -q -b main . && git add a.txt && git commit -q -m first"
            + " && git gc -q && git fsck --strict && git log --format=%H%n%T";
    BundleMaker maker = with("/usr/bin/git").addExecutable(Path.of("/bin/sh")).addPackage("git");
    String there = Bundled.onTheHost(here, environment, "/bin/sh", "-c", script);
    Finished finished = bundled.run(maker, false, environment, "/bin/sh", "-c", script);
    assertEquals(there, finished.output());
    assertTrue(there.lines().anyMatch(line -> line.matches("[0-9a-f]{40}")), there);
  }

  @Test
  void goProgramWithManyThreads() throws Exception {
    Bundled.needs("/usr/bin/rclone", "rclone");
    input("big", new byte[3_000_000]);
    String[] command = {"/usr/bin/rclone", "--config=", "hashsum", "sha256", "/work"};
    String there = Bundled.onTheHost(here, Map.of(), command);
    Finished finished = bundled.run(with("/usr/bin/rclone"), false, Map.of(), command);
    assertTrue(there.contains("  big"), there);
    assertEquals(there, finished.output());
  }

  @Test
  void rustProgramWithThreads() throws Exception {
    Bundled.needs("/usr/bin/rg", "ripgrep");
    for (int i = 0; i < 50; i++) {
      input("f" + i, "line " + i + "\nneedle " + i * i + "\n");
    }
    String[] command = {"/usr/bin/rg", "--no-config", "--sort", "path", "needle", "/work"};
    String there = Bundled.onTheHost(here, Map.of(), command).replace(here.toString(), "/work");
    Finished finished = bundled.run(with("/usr/bin/rg"), false, Map.of(), command);
    assertTrue(there.contains("needle 2401"), there);
    assertEquals(there, finished.output());
  }
}
