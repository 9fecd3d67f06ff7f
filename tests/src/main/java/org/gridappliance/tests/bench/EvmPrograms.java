package org.gridappliance.tests.bench;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;

/**
 * The programs of Figure 5 and their inputs, made once with a fixed seed: HmmerSearch is hmmsearch
 * of HMMER 3, FRED is AutoDock Vina, DL_POLY is LAMMPS, and blastp beside. About 2 s each when
 * quick, else 10 to 20.
 */
final class EvmPrograms {
  /** Amino acids as often as Swiss-Prot has them, in tenths of a percent. */
  private static final String ACIDS = "ARNDCQEGHILKMFPSTWYV";

  private static final int[] OFTEN = {
    83, 55, 41, 55, 14, 39, 67, 71, 23, 59, 97, 58, 24, 39, 47, 66, 53, 11, 29, 69
  };
  private static final Path VINA_DATA = Path.of("/usr/share/doc/autodock-vina/test-data");
  private static final Path GLOBINS = Path.of("job-api/apps/hmmsearch/examples/globins.hmm");

  private final Path folder;
  private final boolean quick;

  /**
   * One of them.
   *
   * @param command with /work for the working folder; the program by its absolute path
   * @param inputs files of the working folder
   * @param missing how to install it; empty when it is here
   */
  record Program(
      String name,
      List<String> command,
      Map<String, String> environment,
      List<Path> inputs,
      String missing) {}

  EvmPrograms(Path folder, boolean quick) throws IOException {
    this.folder = Files.createDirectories(folder.resolve("inputs"));
    this.quick = quick;
  }

  /** {@return those that are installed; of the others the report says how to get them} */
  List<Program> all(Report report) throws Exception {
    List<Program> found = new ArrayList<>();
    for (Program program : List.of(hmmsearch(), vina(), blastp(), lammps())) {
      if (program.missing().isEmpty()) {
        found.add(program);
      } else {
        report.version(program.name(), "missing: apt-get install " + program.missing());
      }
    }
    return found;
  }

  /**
   * {@return a new folder with two static programs: the probe of Figure 6, {@code iobench}, and
   * {@code wakeup}}
   */
  static Path ioBench() throws Exception {
    Path out = Files.createTempDirectory(Path.of("/var/tmp"), "evm-bench-");
    Files.setPosixFilePermissions(out, PosixFilePermissions.fromString("rwxr-xr-x"));
    Shell.seconds(
        List.of(
            "make",
            "--no-print-directory",
            "-C",
            "evm-native/src/main/c",
            "OUT=" + out,
            out + "/iobench",
            out + "/wakeup"),
        "");
    return out;
  }

  private static String missing(String program, String debianPackage) {
    return Files.isExecutable(Path.of("/usr/bin", program)) ? "" : debianPackage;
  }

  private Program hmmsearch() throws IOException {
    Path profile = Files.copy(GLOBINS.toAbsolutePath(), folder.resolve("globins.hmm"));
    Path proteins = proteins("proteins.fa", quick ? 500_000 : 1_500_000);
    return new Program(
        "hmmsearch",
        List.of(
            "/usr/bin/hmmsearch",
            "--cpu",
            "0",
            "-o",
            "/work/hm.out",
            "/work/globins.hmm",
            "/work/proteins.fa"),
        Map.of(),
        List.of(profile, proteins),
        missing("hmmsearch", "hmmer"));
  }

  private Program vina() throws IOException {
    String missing = missing("vina", "autodock-vina");
    List<Path> inputs = new ArrayList<>();
    if (missing.isEmpty()) {
      inputs.add(Files.copy(VINA_DATA.resolve("ligand.pdbqt"), folder.resolve("ligand.pdbqt")));
      Path protein = folder.resolve("protein.pdbqt");
      try (GZIPInputStream in =
          new GZIPInputStream(Files.newInputStream(VINA_DATA.resolve("protein.pdbqt.gz")))) {
        Files.copy(in, protein);
      }
      inputs.add(protein);
    }
    List<String> command =
        new ArrayList<>(List.of("/usr/bin/vina", "--receptor", "/work/protein.pdbqt"));
    command.addAll(List.of("--ligand", "/work/ligand.pdbqt", "--out", "/work/v.pdbqt"));
    command.addAll(List.of("--center_x", "11", "--center_y", "90.5", "--center_z", "57.5"));
    command.addAll(List.of("--size_x", "22", "--size_y", "24", "--size_z", "28"));
    command.addAll(List.of("--cpu", "1", "--seed", "42", "--exhaustiveness", "1"));
    command.addAll(List.of("--max_evals", quick ? "60000" : "400000"));
    return new Program("vina", command, Map.of(), inputs, missing);
  }

  private Program blastp() throws Exception {
    String missing = missing("blastp", "ncbi-blast+");
    List<Path> inputs = new ArrayList<>();
    if (missing.isEmpty()) {
      Path proteins = proteins("bank.fa", quick ? 30_000 : 200_000);
      List<String> make =
          List.of(
              "makeblastdb",
              "-dbtype",
              "prot",
              "-in",
              proteins.toString(),
              "-out",
              folder + "/bank");
      Shell.seconds(make, "");
      try (var made = Files.list(folder)) {
        made.filter(path -> path.getFileName().toString().startsWith("bank.p"))
            .forEach(inputs::add);
      }
      inputs.add(proteins("query.fa", 12));
    }
    return new Program(
        "blastp",
        List.of(
            "/usr/bin/blastp",
            "-query",
            "/work/query.fa",
            "-db",
            "/work/bank",
            "-num_threads",
            "1",
            "-out",
            "/work/bl.out"),
        Map.of("BLAST_USAGE_REPORT", "false"),
        inputs,
        missing);
  }

  private Program lammps() throws IOException {
    Path input = folder.resolve("in.melt");
    Files.writeString(
        input,
        """
        units lj
        atom_style atomic
        lattice fcc 0.8442
        region box block 0 10 0 10 0 10
        create_box 1 box
        create_atoms 1 box
        mass 1 1.0
        velocity all create 3.0 87287 loop geom
        pair_style lj/cut 2.5
        pair_coeff 1 1 1.0 1.0 2.5
        neighbor 0.3 bin
        neigh_modify every 20 delay 0 check no
        fix 1 all nve
        thermo 100
        run %d
        """
            .formatted(quick ? 800 : 5000));
    return new Program(
        "lammps",
        List.of("/usr/bin/lmp", "-in", "/work/in.melt", "-log", "/work/log.l", "-screen", "none"),
        // Open MPI's patcher rewrites the code of libc, which W^X forbids; nothing here needs it
        Map.of(
            "OMP_NUM_THREADS",
            "1",
            "OMPI_MCA_ess_singleton_isolated",
            "1",
            "OMPI_MCA_memory",
            "^patcher",
            "OMPI_MCA_btl",
            "self"),
        List.of(input),
        missing("lmp", "lammps"));
  }

  private Path proteins(String name, int count) throws IOException {
    Path file = folder.resolve(name);
    Random random = new Random(7);
    StringBuilder wheel = new StringBuilder();
    for (int acid = 0; acid < OFTEN.length; acid++) {
      wheel.append(String.valueOf(ACIDS.charAt(acid)).repeat(OFTEN[acid]));
    }
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int i = 0; i < count; i++) {
        out.write(">p" + i + "\n");
        int length = 150 + random.nextInt(400);
        for (int at = 0; at < length; at++) {
          out.write(wheel.charAt(random.nextInt(wheel.length())));
        }
        out.write('\n');
      }
    }
    return file;
  }
}
