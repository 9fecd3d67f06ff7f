package org.gridappliance.agent.controller;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.gridappliance.jobs.lease.Sharing;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the owner does from the kernel: {@code /proc/stat}, {@code /proc/pressure}, {@code
 * /proc/vmstat}, {@code /sys/class/power_supply}, the names of processes, and the first {@link
 * IdleSource} that can tell. Jobs run at nice 19, so the kernel itself counts their time apart. One
 * thread.
 */
final class Signals implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Signals.class.getName());

  private record Counted(long busy, long all, long swapIn, long nanos) {}

  private final Path proc;
  private final Path power;
  private final List<IdleSource> sources;
  private @Nullable Counted last;

  /**
   * @param proc {@code /proc}
   * @param power {@code /sys/class/power_supply}
   * @param sources the best first
   */
  Signals(Path proc, Path power, List<IdleSource> sources) {
    this.proc = proc;
    this.power = power;
    this.sources = sources;
  }

  /** Those of this machine. */
  static Signals ofThisMachine(int ownUids) {
    return new Signals(
        Path.of("/proc"),
        Path.of("/sys/class/power_supply"),
        List.of(
            new InputDevices(Path.of("/dev/input")),
            new Logind(Path.of("/run/systemd/seats")),
            new Terminals(List.of(Path.of("/dev/pts"), Path.of("/dev")), ownUids)));
  }

  /** {@return how it is now} */
  Reading read(Sharing sharing) throws IOException {
    Counted now = count();
    Counted before = last == null ? now : last;
    last = now;
    long all = now.all() - before.all();
    double seconds = (now.nanos() - before.nanos()) / 1e9;
    Duration idle = null;
    String source = "nothing here can tell";
    for (IdleSource one : sources) {
      Optional<Duration> told = one.idle();
      if (told.isPresent() && (idle == null || told.get().compareTo(idle) < 0)) {
        idle = told.get();
        source = one.name();
      }
    }
    return new Reading(
        LocalDateTime.now(ZoneId.systemDefault()),
        idle,
        source,
        all <= 0 ? 0 : (double) (now.busy() - before.busy()) / all,
        pressure("memory"),
        pressure("io"),
        seconds <= 0 ? 0 : (now.swapIn() - before.swapIn()) / seconds,
        onBattery(),
        sharing.exclusive().isEmpty() ? null : running(sharing.exclusive()));
  }

  /** User (without nice), system and interrupts are others' work; nice is the jobs'. */
  private Counted count() throws IOException {
    String line = firstLine(proc.resolve("stat"));
    String[] words = line.split(" +", -1);
    if (words.length < 9 || !words[0].equals("cpu")) {
      throw new IOException(proc.resolve("stat") + " begins with '" + line + "'");
    }
    long all = 0;
    for (int i = 1; i <= 8; i++) {
      all += Long.parseLong(words[i]);
    }
    long busy = Long.parseLong(words[1]);
    return new Counted(busy, all, swapIn(), System.nanoTime());
  }

  private long swapIn() throws IOException {
    for (String line : Files.readAllLines(proc.resolve("vmstat"))) {
      if (line.startsWith("pswpin ")) {
        return Long.parseLong(line.substring(7).strip());
      }
    }
    return 0;
  }

  /** {@return percent of the last 10 s; 0 where the kernel does not say} */
  private double pressure(String of) {
    try {
      String line = firstLine(proc.resolve("pressure").resolve(of));
      int at = line.indexOf("avg10=");
      return at < 0 ? 0 : Double.parseDouble(line.substring(at + 6, line.indexOf(' ', at)));
    } catch (IOException e) { // a kernel without
      return 0;
    }
  }

  private boolean onBattery() {
    boolean mains = false;
    boolean discharging = false;
    try (DirectoryStream<Path> supplies = Files.newDirectoryStream(power)) {
      for (Path supply : supplies) {
        String type = word(supply.resolve("type"));
        mains |= !type.equals("Battery") && word(supply.resolve("online")).equals("1");
        discharging |=
            type.equals("Battery") && word(supply.resolve("status")).equals("Discharging");
      }
    } catch (IOException e) { // no such folder: mains
      return false;
    }
    return discharging && !mains;
  }

  private @Nullable String running(List<String> names) {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        String name = word(process.resolve("comm"));
        for (String one : names) {
          if (name.equals(one.length() > 15 ? one.substring(0, 15) : one)) {
            return one;
          }
        }
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "{0}: {1}", proc, e.toString());
    }
    return null;
  }

  /** {@return the content in one word; empty when it cannot be read} */
  private static String word(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) { // ended or unplugged meanwhile
      return "";
    }
  }

  private static String firstLine(Path file) throws IOException {
    return Files.readString(file).lines().findFirst().orElse("");
  }

  @Override
  public void close() {
    sources.forEach(IdleSource::close);
  }
}
