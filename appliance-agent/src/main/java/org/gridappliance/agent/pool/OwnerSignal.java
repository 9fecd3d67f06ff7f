package org.gridappliance.agent.pool;

import java.io.IOException;
import java.nio.file.Files;
import org.gridappliance.agent.controller.Controller;

/**
 * Tells the startd of this machine's owner, by a file that it looks at every second. Changed by the
 * controller's thread only.
 */
final class OwnerSignal implements Controller.Jobs {
  private static final System.Logger LOG = System.getLogger(OwnerSignal.class.getName());

  private final PoolFolders folders;
  private volatile String text = text(false, false, "");
  private boolean leaving;

  OwnerSignal(PoolFolders folders) {
    this.folders = folders;
  }

  /** {@return what the file should say now} */
  String text() {
    return text;
  }

  @Override
  public void run(int percent) {
    tell(false, false, "");
  }

  @Override
  public void pause(String why) {
    tell(true, leaving, why);
  }

  @Override
  public void leave(String why) {
    tell(true, true, why);
  }

  private void tell(boolean active, boolean leave, String why) {
    leaving = leave;
    String now = text(active, leave, why);
    if (now.equals(text)) {
      return;
    }
    try {
      if (Files.isDirectory(folders.etc())) {
        PoolFolders.put(folders.etc().resolve("owner"), now);
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "HTCondor is not told of the owner: {0}", e.toString());
    }
    text = now;
  }

  private static String text(boolean active, boolean leave, String why) {
    return "OwnerActive = %s\nOwnerLeaves = %s\nOwnerWhy = \"%s\"\n-\n"
        .formatted(word(active), word(leave), why.replaceAll("[\\\\\"\\p{Cntrl}]", "?"));
  }

  private static String word(boolean value) {
    return value ? "True" : "False";
  }
}
