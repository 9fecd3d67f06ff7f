package org.gridappliance.agent.controller;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Consoles and remote logins, by when their terminal was last read (as HTCondor's startd looks).
 * The kernel notes it every eight seconds only. Terminals of this appliance's own users do not
 * count: they belong to the service.
 */
final class Terminals implements IdleSource {
  private static final System.Logger LOG = System.getLogger(Terminals.class.getName());

  private final List<Path> folders;
  private final int ownUids;

  /**
   * @param folders as {@code /dev/pts}
   * @param ownUids the first user number of those that the appliance gives its users
   */
  Terminals(List<Path> folders, int ownUids) {
    this.folders = folders;
    this.ownUids = ownUids;
  }

  @Override
  public String name() {
    return "consoles and logins";
  }

  @Override
  public Optional<Duration> idle() {
    Instant last = Instant.MIN;
    for (Path folder : folders) {
      try (DirectoryStream<Path> terminals =
          Files.newDirectoryStream(folder, "{[0-9]*,tty[0-9]*}")) {
        for (Path terminal : terminals) {
          Instant touched = touched(terminal);
          last = touched.isAfter(last) ? touched : last;
        }
      } catch (IOException e) { // a machine without
        LOG.log(System.Logger.Level.DEBUG, "{0}: {1}", folder, e.toString());
      }
    }
    if (last.equals(Instant.MIN)) {
      return Optional.empty();
    }
    Duration idle = Duration.between(last, Instant.now());
    return Optional.of(idle.isNegative() ? Duration.ZERO : idle);
  }

  private Instant touched(Path terminal) {
    try {
      int owner = (int) Files.getAttribute(terminal, "unix:uid");
      if (owner >= ownUids) {
        return Instant.MIN;
      }
      return Files.readAttributes(terminal, BasicFileAttributes.class).lastAccessTime().toInstant();
    } catch (IOException e) { // closed meanwhile
      return Instant.MIN;
    }
  }
}
