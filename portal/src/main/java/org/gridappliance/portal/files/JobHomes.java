package org.gridappliance.portal.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.portal.people.Groups;
import org.gridappliance.portal.people.People;
import org.gridappliance.webdav.DavException;
import org.gridappliance.webdav.HomeStorage;
import org.gridappliance.webdav.lock.LockedException;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.TreePath;

/** The homes as jobs see them: results come in through the same door as everybody's files. */
public final class JobHomes implements org.gridappliance.jobs.Homes {
  private final Homes homes;
  private final People people;

  public JobHomes(Homes homes, People people) {
    this.homes = homes;
    this.people = people;
  }

  @Override
  public Optional<Caller> caller(String owner) throws IOException {
    return people.isActive(owner)
        ? Optional.of(new Caller(owner, false, false, true, homes.of(owner).folder()))
        : Optional.empty();
  }

  @Override
  public Map<String, Long> groups(String person) {
    return people.groups(person);
  }

  @Override
  public Map<String, Long> groups() {
    return people.groups();
  }

  @Override
  public List<Group> groupsOf(String person) {
    return people.groupsOf(person).stream().map(JobHomes::group).toList();
  }

  @Override
  public Optional<Group> group(String name) {
    return people.group(name).map(JobHomes::group);
  }

  private static Group group(Groups.Row row) {
    return new Group(row.name(), row.members(), row.listedSince(), row.readSince());
  }

  @Override
  public Path making(String owner) throws IOException {
    return homes.making(owner);
  }

  @Override
  public List<Path> halfMade() throws IOException {
    return homes.halfMade();
  }

  @Override
  public void requireRoom(String owner, long bytes) throws Refused, IOException {
    try (HomeStorage home = homes.open(owner)) {
      if (!home.makeRoom(bytes)) {
        throw new Refused(
            "the results have "
                + bytes
                + " bytes and your files have room for "
                + Math.max(0, home.availableBytes())
                + "; delete files you no longer need, then try again");
      }
    }
  }

  @Override
  public boolean adopt(String owner, List<String> folder, Path made, long bytes)
      throws Refused, IOException {
    TreePath path = TreePath.ROOT;
    for (String name : folder) {
      path = path.child(name);
    }
    try (HomeStorage home = homes.open(owner)) {
      home.makeFolders(path.parent());
      return home.adopt(made, path, bytes);
    } catch (LockedException e) {
      throw new Refused(
          path.parent() + " is locked by a program that has it open; close it, then try again");
    } catch (TreeException | DavException e) { // quota, or what has the name is no folder
      throw new Refused("the results cannot be put into " + path.parent() + ": " + e.getMessage());
    }
  }
}
