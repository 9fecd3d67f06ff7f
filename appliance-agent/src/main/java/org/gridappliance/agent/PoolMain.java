package org.gridappliance.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gridappliance.agent.controller.Controller;
import org.gridappliance.agent.controller.Controller.Bounder;
import org.gridappliance.agent.controller.ControllerVerbs;
import org.gridappliance.agent.pool.Condor;
import org.gridappliance.agent.verb.Verb;
import org.gridappliance.agent.verb.Verbs;
import org.jspecify.annotations.Nullable;

/** The agent's command lines that are about the HTCondor pool alone. */
final class PoolMain {
  private static final int UID_BASE = 58_500;

  private PoolMain() {}

  /** {@return whether the command line was one of these; then it has been done} */
  static boolean run(String... arguments)
      throws AgentOptions.Wrong, IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(arguments));
    String verb = words.isEmpty() ? "" : words.removeFirst();
    if (!verb.equals("pool") && !verb.equals("pool-token")) {
      return false;
    }
    String kind = verb.equals("pool-token") && !words.isEmpty() ? words.removeFirst() : "";
    String data = option(words, "--data");
    String root = option(words, "--condor-root");
    if (data == null || !words.isEmpty()) {
      throw new AgentOptions.Wrong(
          verb
              + " wants --data DIR [--condor-root DIR]"
              + (words.isEmpty() ? "" : ", not " + words));
    }
    Path folder = Path.of(data).toAbsolutePath().normalize();
    Path condor = root == null ? null : Path.of(root).toAbsolutePath().normalize();
    if (verb.equals("pool-token")) {
      System.out.println(Condor.mint(folder, condor, kind));
      return true;
    }
    Condor part = new Condor(folder, condor, UID_BASE);
    Path executor = folder.resolve("executor");
    Files.createDirectories(executor);
    Controller controller = Controller.open(executor, UID_BASE, part.jobs());
    Map<String, Verb> verbs = new HashMap<>(part.verbs());
    part.bounded((group, bounds) -> controller.bound(Bounder.HTCONDOR, group, bounds));
    verbs.putAll(new ControllerVerbs(controller).all());
    AgentSocket socket =
        new AgentSocket(folder.resolve("run").resolve("agent.sock"), new Verbs(Map.copyOf(verbs)));
    AgentMain.untilTold(
        () -> {
          socket.start();
          controller.start();
          part.start();
        },
        () -> {
          socket.close();
          controller.close();
          part.close();
        });
    return true;
  }

  private static @Nullable String option(List<String> words, String name) {
    int at = words.indexOf(name);
    if (at < 0 || at + 1 >= words.size()) {
      return null;
    }
    String value = words.remove(at + 1);
    words.remove(at);
    return value;
  }
}
