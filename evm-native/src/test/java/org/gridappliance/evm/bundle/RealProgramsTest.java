package org.gridappliance.evm.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.gridappliance.evm.EvmAccount;
import org.gridappliance.evm.EvmLimits;
import org.gridappliance.evm.EvmSpec;
import org.gridappliance.evm.Sandbox;
import org.gridappliance.evm.Sandbox.Finished;
import org.gridappliance.evm.Sandbox.Mode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Programs scientists use, from their bundles alone, give the bytes they give on the machine. One
 * that is not installed is reported as skipped with the command that installs it.
 */
class RealProgramsTest {
  private final Sandbox sandbox = new Sandbox();

  @AfterEach
  void clear() throws Exception {
    sandbox.close();
  }

  /** As the whole program wants it: what is not installed cannot be compared. */
  private static void needs(String file, String debianPackage) {
    assumeTrue(Files.exists(Path.of(file)), file + " is missing: apt-get install " + debianPackage);
  }

  private Finished run(BundleMaker maker, boolean workExecutable, String... command)
      throws Exception {
    Optional<EvmAccount> owner =
        Sandbox.isRoot() ? Optional.of(new EvmAccount(Sandbox.UID, Sandbox.UID)) : Optional.empty();
    Bundle bundle =
        new BundleStore(sandbox.folder.resolve("bundles"), owner)
            .add(
                maker.manifest(),
                maker.source(),
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate());
    EvmSpec spec =
        bundle
            .spec(List.of(command), Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C", "HOME", "/work"))
            .withLimits(EvmLimits.defaults().withMemoryBytes(4L << 30))
            .withWork(sandbox.work, workExecutable);
    return sandbox.run(Mode.UNPRIVILEGED, spec);
  }

  private static String onTheHost(String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    process.getOutputStream().close();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void pythonWithThreads() throws Exception {
    needs("/usr/bin/python3", "python3");
    String version = Path.of("/usr/bin/python3").toRealPath().getFileName().toString();
    String program =
        """
        import hashlib, threading, math
        out = [None] * 8
        def work(i):
            values = str([math.sin(i + k) for k in range(2000)])
            out[i] = hashlib.sha256(values.encode()).hexdigest()
        threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
        [t.start() for t in threads]; [t.join() for t in threads]
        print(out)
        """;
    BundleMaker maker =
        new BundleMaker(false)
            .addExecutable(Path.of("/usr/bin/python3"))
            .addPackage("lib" + version + "-minimal")
            .addPackage("lib" + version + "-stdlib");
    Finished run = run(maker, false, "/usr/bin/python3", "-c", program);
    assertEquals(onTheHost("/usr/bin/python3", "-c", program), run.output());
  }

  @Test
  void hmmsearchFindsTheSame() throws Exception {
    needs("/usr/bin/hmmsearch", "hmmer");
    Path folder = Files.createDirectory(sandbox.folder.resolve("hmm"));
    Path alignment = folder.resolve("family.sto");
    Files.writeString(
        alignment,
        """
        # STOCKHOLM 1.0
        one   MVLSPADKTNVKAAWGKVGAHAGEYGAEALERMFLSFPTTKTYFPHF
        two   MVLSAADKTNVKAAWSKVGGHAGEYGAEALERMFLGFPTTKTYFPHF
        three MVHLTPEEKSAVTALWGKVNVDEVGGEALGRLLVVYPWTQRFFESFG
        //
        """);
    String model = folder.resolve("family.hmm").toString();
    onTheHost("/usr/bin/hmmbuild", model, alignment.toString());
    String sequences = folder.resolve("sequences.fa").toString();
    Files.writeString(
        Path.of(sequences),
        """
        >like
        MVLSGEDKSNIKAAWGKIGGHGAEYGAEALERMFASFPTTKTYFPHFDVSHGSAQVKGHG
        >unlike
        MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQVKVK
        """);
    BundleMaker maker =
        new BundleMaker(false)
            .addExecutable(Path.of("/usr/bin/hmmsearch"))
            .addOwn(Path.of(model), model.replace(folder.toString(), "/data"))
            .addOwn(Path.of(sequences), sequences.replace(folder.toString(), "/data"));
    Finished run =
        run(
            maker,
            false,
            "/usr/bin/hmmsearch",
            "--cpu",
            "2",
            "/data/family.hmm",
            "/data/sequences.fa");
    Pattern elapsed = Pattern.compile("(?m)^# (CPU time|Mc/sec|query HMM|target seq).*$");
    assertEquals(
        elapsed
            .matcher(onTheHost("/usr/bin/hmmsearch", "--cpu", "2", model, sequences))
            .replaceAll(""),
        elapsed.matcher(run.output()).replaceAll(""));
    assertTrue(run.output().contains("Domain search space"), run.output());
  }

  @Test
  void sqliteWritesAheadWithTwoProcesses() throws Exception {
    needs("/usr/bin/sqlite3", "sqlite3");
    String script =
        "sqlite3 /work/d.db 'PRAGMA journal_mode=WAL; CREATE TABLE t(x);' && "
            + "for p in 1 2; do (for i in 1 2 3 4 5 6 7 8 9; do "
            + "sqlite3 -cmd '.timeout 10000' /work/d.db \"INSERT INTO t VALUES($i)\"; done) & done;"
            + " wait; sqlite3 /work/d.db 'SELECT count(*), sum(x) FROM t; PRAGMA integrity_check;'";
    BundleMaker maker =
        new BundleMaker(false)
            .addExecutable(Path.of("/bin/sh"))
            .addExecutable(Path.of("/usr/bin/sqlite3"));
    Finished run = run(maker, false, "/bin/sh", "-c", script);
    assertEquals("wal\n18|90\nok\n", run.output());
  }

  @Test
  void gccCompilesAndTheResultRuns() throws Exception {
    needs("/usr/bin/gcc", "gcc");
    String version = Path.of("/usr/bin/gcc").toRealPath().getFileName().toString();
    String major = version.replaceAll(".*-", "");
    Files.writeString(
        sandbox.work.resolve("a.c"),
        """
        #include <stdio.h>
        #include <math.h>
        int main(void) { printf("%.9g\\n", sqrt(2.0) * 1e6); return 0; }
        """);
    BundleMaker maker =
        new BundleMaker(false)
            .addExecutable(Path.of("/bin/sh"))
            .addExecutable(Path.of("/usr/bin/gcc"))
            .addPackage("gcc-" + major)
            .addPackage("cpp-" + major)
            .addPackage("libgcc-" + major + "-dev")
            .addPackage("binutils-x86-64-linux-gnu")
            .addPackage("binutils")
            .addPackage("libc6-dev")
            .addPackage("linux-libc-dev");
    Finished run =
        run(maker, true, "/bin/sh", "-c", "gcc -O1 -o /work/a /work/a.c -lm && exec /work/a");
    assertEquals("1414213.56\n", run.output());
  }

  @Test
  void javaRunsWithItsException() throws Exception {
    Path home = Path.of(System.getProperty("java.home"));
    Path java = home.resolve("bin/java");
    Files.writeString(
        sandbox.work.resolve("Hello.java"),
        """
        class Hello {
          public static void main(String[] a) {
            long s = 0;
            for (int i = 0; i < 3000000; i++) s += i * 31L ^ i;
            System.out.println(s);
          }
        }
        """);
    BundleMaker maker = new BundleMaker(true).addExecutable(java).addData(home.resolve("conf"));
    try (Stream<Path> all = Files.list(home.resolve("lib"))) {
      for (Path part : all.filter(path -> !path.endsWith("src.zip")).toList()) {
        maker.addData(part);
      }
    }
    Finished run =
        run(maker, false, java.toString(), "-Xmx256m", "-Xshare:auto", "/work/Hello.java");
    assertEquals(
        onTheHost(java.toString(), sandbox.work.resolve("Hello.java").toString()), run.output());
  }
}
