package org.gridappliance.vnc.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Looks for counterexamples, guided by coverage (Jazzer), in the parser of RFB, the ticket store,
 * the terminal's frames and WebSocket's, all at once; with {@code soak} ten times as long.
 */
class FuzzingTest {
  private static final Map<String, String> TARGETS =
      Map.of(
          "org.gridappliance.vnc.rfb.ClientStreamTest",
          "anyBytesAreForwardedOrRefused(byte[])",
          "org.gridappliance.vnc.ticket.TicketStoreTest",
          "aTicketIsGoodOnceAndForItsLifetime(com.code_intelligence.jazzer.api.FuzzedDataProvider)",
          "org.gridappliance.vnc.terminal.TerminalFramesTest",
          "whateverIsSentPassesWholeOrIsRefused(com.code_intelligence.jazzer.api.FuzzedDataProvider)",
          "org.gridappliance.vnc.websocket.ClientFramesTest",
          "anyBytesAreTakenApartOrRefused(com.code_intelligence.jazzer.api.FuzzedDataProvider)");
  private static final Pattern DONE = Pattern.compile("Done (\\d+) runs");

  @TempDir Path folder;

  @Test
  @Tag("slow")
  void guidedInputsFindNothingWrong() throws Exception {
    int rounds = Boolean.getBoolean("soak") ? 10 : 1;
    for (int round = 0; round < rounds; round++) {
      Map<String, Process> all = new LinkedHashMap<>();
      try {
        for (Map.Entry<String, String> target : TARGETS.entrySet()) {
          all.put(target.getKey(), start(target.getKey(), target.getValue()));
        }
        for (Map.Entry<String, Process> one : all.entrySet()) {
          int exit = one.getValue().waitFor();
          String said = Files.readString(log(one.getKey()));
          assertEquals(0, exit, said);
          Matcher done = DONE.matcher(said);
          assertTrue(done.find(), said);
          System.out.println("fuzzed " + one.getKey() + " runs=" + done.group(1));
        }
      } finally {
        all.values().forEach(Process::destroyForcibly);
      }
    }
  }

  private Path log(String target) {
    return folder.resolve(target + ".log");
  }

  private Process start(String target, String method) throws Exception {
    Path own = Files.createDirectories(folder.resolve(target.replaceFirst(".*\\.", "")));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx384m", "--enable-native-access=ALL-UNNAMED"));
    command.add("-XX:+EnableDynamicAgentLoading");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(FuzzMain.class.getName(), target + "#" + method));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(own.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log(target).toFile());
    builder.environment().put("JAZZER_FUZZ", "1");
    return builder.start();
  }
}
