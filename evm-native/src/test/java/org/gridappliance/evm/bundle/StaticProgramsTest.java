package org.gridappliance.evm.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.gridappliance.evm.Sandbox.Finished;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that load no library give the same bytes from their bundles as on the machine. */
class StaticProgramsTest {
  private final Bundled bundled = new Bundled();

  @AfterEach
  void clear() throws Exception {
    bundled.close();
  }

  @Test
  void aStaticShellPrintsTheSame() throws Exception {
    Bundled.needs("/usr/bin/bash-static", "bash-static");
    Path here = Files.createDirectory(bundled.sandbox.folder.resolve("host"));
    byte[] words =
        new Random(5)
            .ints(500, 0, 40)
            .mapToObj(i -> "w" + i)
            .collect(Collectors.joining("\n"))
            .getBytes(StandardCharsets.UTF_8);
    bundled.input("in", words);
    Files.write(here.resolve("in"), words);
    String script =
        "declare -A n; while read -r w; do n[$w]=$((${n[$w]:-0}+1)); done </work/in;"
            + " for w in w{0..39}; do printf '%s %d\\n' $w ${n[$w]:-0}; done;"
            + " for i in {1..20}; do (echo $((i*i))) | { read -r x; echo \"<$x>\"; }; done";
    String[] command = {"/usr/bin/bash-static", "-c", script};

    String expected = Bundled.onTheHost(here, Map.of(), command);
    Finished inside =
        bundled.run(
            new BundleMaker(false).addExecutable(Path.of(command[0])), false, Map.of(), command);

    assertEquals(0, inside.exitCode(), inside.output());
    assertEquals(expected, inside.output());
  }

  /** Threads, floating point, exceptions of C++; with fixed addresses and without. */
  @ParameterizedTest
  @ValueSource(strings = {"-static", "-static-pie"})
  void aStaticProgramWithThreadsPrintsTheSame(String how) throws Exception {
    Path folder = Files.createDirectory(bundled.sandbox.folder.resolve("host"));
    Path source = folder.resolve("sum.cpp");
    Files.writeString(
        source,
        """
        #include <cmath>
        #include <cstdio>
        #include <stdexcept>
        #include <thread>
        #include <vector>
        int main() {
          std::vector<double> sums(8);
          std::vector<std::thread> threads;
          for (int t = 0; t < 8; t++) {
            threads.emplace_back([t, &sums] {
              for (int i = 1; i < 100000; i++) sums[t] += std::sin(i * (t + 1.0)) / i;
              try {
                if (t % 2) throw std::runtime_error("odd");
              } catch (const std::exception &e) {
                sums[t] += e.what()[0];
              }
            });
          }
          for (auto &thread : threads) thread.join();
          for (double sum : sums) std::printf("%.17g\\n", sum);
        }
        """);
    Path program = folder.resolve("sum");
    String said =
        Bundled.onTheHost(
            folder, Map.of(), "/usr/bin/g++", "-O2", how, "-o", "" + program, "" + source);
    assertEquals("", said);

    String expected = Bundled.onTheHost(folder, Map.of(), program.toString());
    Finished inside =
        bundled.run(
            new BundleMaker(false).addOwn(program, "/opt/sum/sum"),
            false,
            Map.of(),
            "/opt/sum/sum");

    assertEquals(0, inside.exitCode(), inside.output());
    assertEquals(expected, inside.output());
  }
}
