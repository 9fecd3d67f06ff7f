package org.gridappliance.tests;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Test classes run side by side in processes of their own on one machine. Those that install the
 * appliance on it ({@code start}) take turns; those tagged {@code alone}, which look at the whole
 * machine or are moved by its load, have it to themselves. Found by JUnit itself ({@code
 * junit-platform.properties}).
 */
public final class OneMachine implements BeforeAllCallback, AfterAllCallback {
  private final Deque<FileLock> held = new ArrayDeque<>();

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    Class<?> test = context.getRequiredTestClass();
    if (test.isMemberClass()) {
      return; // its outer class holds them
    }
    if (test.getPackageName().endsWith(".start")) {
      held.push(lock("installed.lock", false));
    }
    held.push(lock("machine.lock", !context.getTags().contains("alone")));
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    if (context.getRequiredTestClass().isMemberClass()) {
      return;
    }
    while (!held.isEmpty()) {
      held.pop().acquiredBy().close();
    }
  }

  private static FileLock lock(String name, boolean shared) throws IOException {
    Path file = Files.createDirectories(Path.of("target")).resolve(name);
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    return channel.lock(0, Long.MAX_VALUE, shared);
  }
}
