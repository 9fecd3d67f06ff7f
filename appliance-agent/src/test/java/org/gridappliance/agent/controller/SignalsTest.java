package org.gridappliance.agent.controller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.gridappliance.jobs.lease.Sharing;
import org.gridappliance.jobs.lease.Sharing.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read from the kernel: this machine's own, and one with a battery and a keyboard. */
class SignalsTest {
  @TempDir Path folder;

  private static Sharing exclusive(String name) {
    return new Sharing(
        Level.ALWAYS,
        3,
        100,
        50,
        25,
        false,
        0,
        24,
        EnumSet.allOf(java.time.DayOfWeek.class),
        List.of(name),
        10);
  }

  @Test
  void thisMachineCanBeRead() throws Exception {
    try (Signals signals = Signals.ofThisMachine(58_500)) {
      signals.read(Sharing.DEFAULT);
      Reading now = signals.read(Sharing.DEFAULT);
      assertTrue(now.foreignCpu() >= 0 && now.foreignCpu() <= 1, now.toString());
      assertNotNull(now.idleSource());
    }
  }

  @Test
  void exclusiveProgramIsFoundByItsName() throws Exception {
    Path program = Files.copy(Path.of("/bin/sleep"), folder.resolve("raytracer"));
    Process process = new ProcessBuilder(program.toString(), "60").start();
    try (Signals signals = Signals.ofThisMachine(58_500)) {
      assertEquals("raytracer", signals.read(exclusive("raytracer")).exclusive());
      assertNull(signals.read(exclusive("raytraces")).exclusive());
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void jobsAtNice19AreNotForeign() throws Exception {
    machine("cpu  100 500 10 1000 0 0 0 0 0 0");
    try (Signals signals = signals()) {
      signals.read(Sharing.DEFAULT);
      machine("cpu  100 900 10 1000 0 0 0 0 0 0");
      assertEquals(0, signals.read(Sharing.DEFAULT).foreignCpu());
      machine("cpu  400 900 10 1100 0 0 0 0 0 0");
      assertEquals(0.75, signals.read(Sharing.DEFAULT).foreignCpu());
    }
  }

  @Test
  void dischargingBatteryWithoutMainsIsSeen() throws Exception {
    machine("cpu  1 1 1 1 0 0 0 0 0 0");
    Path battery = Files.createDirectories(folder.resolve("power/BAT0"));
    Files.writeString(battery.resolve("type"), "Battery\n");
    Files.writeString(battery.resolve("status"), "Discharging\n");
    Path mains = Files.createDirectories(folder.resolve("power/AC"));
    Files.writeString(mains.resolve("type"), "Mains\n");
    Files.writeString(mains.resolve("online"), "0\n");
    try (Signals signals = signals()) {
      assertTrue(signals.read(Sharing.DEFAULT).onBattery());
      Files.writeString(mains.resolve("online"), "1\n");
      assertFalse(signals.read(Sharing.DEFAULT).onBattery());
    }
  }

  @Test
  void keyIsNoticedAndItsContentForgotten() throws Exception {
    Path input = Files.createDirectories(folder.resolve("input"));
    Path keyboard = input.resolve("event0");
    assertEquals(0, new ProcessBuilder("mkfifo", keyboard.toString()).start().waitFor());
    try (InputDevices devices = new InputDevices(input)) {
      devices.idle();
      try (OutputStream key = Files.newOutputStream(keyboard)) { // waits for the reader
        Instant pressed = Instant.now();
        key.write(new byte[24]);
        key.flush();
        Optional<Duration> idle = devices.idle();
        while (idle.isEmpty()
            || idle.get().compareTo(Duration.between(pressed, Instant.now())) > 0) {
          assertTrue(Duration.between(pressed, Instant.now()).toSeconds() < 10, "not noticed");
          LockSupport.parkNanos(1_000_000);
          idle = devices.idle();
        }
      }
    }
  }

  @Test
  void logindsAnswerIsUnderstood() {
    Instant now = Instant.ofEpochSecond(1_800_000_000);
    assertEquals(Optional.of(now), Logind.parse("b false\nt 1799999000000000\n", now));
    assertEquals(
        Optional.of(now.minusSeconds(1000)), Logind.parse("b true\nt 1799999000000000\n", now));
    assertEquals(Optional.empty(), Logind.parse("Failed to connect", now));
  }

  private Signals signals() {
    return new Signals(folder.resolve("proc"), folder.resolve("power"), List.of());
  }

  private void machine(String stat) throws IOException {
    Path proc = Files.createDirectories(folder.resolve("proc"));
    Files.writeString(proc.resolve("stat"), stat + "\n");
    Files.writeString(proc.resolve("vmstat"), "pswpin 0\n");
  }
}
