package org.gridappliance.agent.controller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.gridappliance.agent.controller.Controller.Bounder;
import org.gridappliance.jobs.lease.Sharing;
import org.gridappliance.jobs.lease.Sharing.Level;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the jobs are told, second by second. */
class ControllerTest {
  private static final LocalDateTime NOON = LocalDateTime.of(2026, 11, 20, 12, 0);
  @TempDir Path folder;
  private final List<String> told = new ArrayList<>();
  private Controller controller;

  @BeforeEach
  void open() throws IOException {
    controller = new Controller(folder, Signals.ofThisMachine(58_500), jobs());
    controller.set(RulesTest.with(Level.AWAY));
  }

  private Controller.Jobs jobs() {
    return new Controller.Jobs() {
      @Override
      public void run(int percent) {
        told.add("run " + percent);
      }

      @Override
      public void pause(String why) {
        told.add("pause");
      }

      @Override
      public void leave(String why) {
        told.add("leave");
      }
    };
  }

  private void second(int number, Duration idle) throws InterruptedException {
    controller.tick(RulesTest.at(NOON.plusSeconds(number), idle, 0));
  }

  @Test
  void twoPoliciesBoundAtOnceAndEachIsFreedAlone() throws Exception {
    controller.set(RulesTest.with(Level.ALWAYS));
    controller.bound(Bounder.PORTAL, "lab", RulesTest.with(Level.GENTLE));
    controller.bound(Bounder.HTCONDOR, "lab-2", RulesTest.with(Level.AWAY));
    assertEquals(Level.AWAY, controller.bounds().orElseThrow().level());
    assertEquals("lab, lab-2", controller.group());
    controller.bound(Bounder.HTCONDOR, "lab-2", null);
    assertEquals(Level.GENTLE, controller.bounds().orElseThrow().level());
    controller.bound(Bounder.PORTAL, "lab", null);
    assertTrue(controller.bounds().isEmpty());
  }

  @Test
  void jobsBeginSmallAgainAfterAPause() throws Exception {
    for (int i = 0; i < 30; i++) {
      second(i, Duration.ofHours(1));
    }
    assertEquals("run 100", told.getLast());
    second(30, Duration.ZERO);
    assertEquals("pause", told.getLast());
    second(31, Duration.ofHours(1));
    assertEquals("run 10", told.getLast());
  }

  @Test
  void jobsLeaveOnceAfterTheLongestPause() throws Exception {
    for (int i = 0; i < 1300; i++) {
      second(i, Duration.ZERO);
    }
    assertEquals(1, told.stream().filter("leave"::equals).count());
    assertEquals(600, told.indexOf("leave") - 1);
    assertEquals(1299, controller.state().orElseThrow().pausedSeconds());
  }

  @Test
  void rulesThatCanNeverRunHereAreRefused() throws Exception {
    String first = Files.readString(Path.of("/proc/1/comm")).strip();
    Sharing away = RulesTest.with(Level.AWAY);
    Sharing never =
        new Sharing(
            Level.AWAY,
            away.idleMinutes(),
            away.cpuPercent(),
            away.inUsePercent(),
            away.foreignCpuPercent(),
            away.onBattery(),
            away.fromHour(),
            away.toHour(),
            away.days(),
            List.of(first),
            away.longestPauseMinutes());
    Sharing.Wrong e = assertThrows(Sharing.Wrong.class, () -> controller.set(never));
    assertTrue(String.valueOf(e.getMessage()).contains(first));
    assertEquals(away, controller.sharing());
  }

  @Test
  void settingsSurviveTheNextStart() throws Exception {
    Controller next = new Controller(folder, Signals.ofThisMachine(58_500), jobs());
    assertEquals(RulesTest.with(Level.AWAY), next.sharing());
  }

  @Test
  void damagedSettingsStopTheStartInsteadOfSharingMore() throws Exception {
    Files.writeString(folder.resolve("sharing.json"), "{\"level\":\"AW");
    IOException e =
        assertThrows(
            IOException.class, () -> new Controller(folder, Signals.ofThisMachine(58_500), jobs()));
    assertTrue(String.valueOf(e.getMessage()).contains("sharing.json is damaged"));
  }
}
