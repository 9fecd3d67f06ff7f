package org.gridappliance.agent.controller;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keyboards and mice, {@code /dev/input/event*}, where the agent may read them (root). What is read
 * is thrown away at once; only the time is kept. A thread for each device, at most {@value #MOST}.
 */
final class InputDevices implements IdleSource {
  private static final System.Logger LOG = System.getLogger(InputDevices.class.getName());
  private static final int MOST = 16;
  private static final int EVENT_BYTES = 24;
  private static final long LOOK_NANOS = 10_000_000_000L;

  private final Path folder;
  private final Map<Path, InputStream> open = new ConcurrentHashMap<>();
  private volatile long last = System.nanoTime();
  private long looked = System.nanoTime() - LOOK_NANOS;

  InputDevices(Path folder) {
    this.folder = folder;
  }

  @Override
  public String name() {
    return "keyboards and mice";
  }

  @Override
  public Optional<Duration> idle() {
    if (System.nanoTime() - looked >= LOOK_NANOS) { // they are plugged in and out
      looked = System.nanoTime();
      look();
    }
    return open.isEmpty()
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(System.nanoTime() - last));
  }

  private void look() {
    try (DirectoryStream<Path> devices = Files.newDirectoryStream(folder, "event*")) {
      for (Path device : devices) {
        if (open.size() < MOST && !open.containsKey(device) && Files.isReadable(device)) {
          listen(device);
        }
      }
    } catch (IOException e) { // no such folder: a machine without any
      LOG.log(System.Logger.Level.DEBUG, "No input devices: {0}", e.toString());
    }
  }

  private void listen(Path device) {
    Thread.ofPlatform()
        .daemon()
        .name("input-" + device.getFileName())
        .start(
            () -> {
              byte[] event = new byte[EVENT_BYTES];
              try (InputStream in = Files.newInputStream(device)) {
                open.put(device, in);
                while (in.read(event) > 0) {
                  last = System.nanoTime();
                }
              } catch (IOException e) { // unplugged
                LOG.log(System.Logger.Level.DEBUG, "{0}: {1}", device, e.toString());
              } finally {
                open.remove(device);
              }
            });
  }

  @Override
  public void close() {
    for (InputStream in : open.values()) {
      try {
        in.close();
      } catch (IOException e) { // it is given up anyway
        LOG.log(System.Logger.Level.DEBUG, "input: {0}", e.toString());
      }
    }
  }
}
