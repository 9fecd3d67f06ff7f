package org.gridappliance.jobs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.gridappliance.jobs.http.Caller;

/** Homes in the data folder of a test, each with as much room as the test says. */
final class TestHomes implements Homes {
  final Set<String> disabled = ConcurrentHashMap.newKeySet();
  final Map<String, Set<String>> members = new ConcurrentHashMap<>();
  final Map<String, Long> numbers = new ConcurrentHashMap<>();
  final Map<String, Group> shown = new ConcurrentHashMap<>();
  volatile long room = Long.MAX_VALUE;
  private final Path data;

  TestHomes(Path data) {
    this.data = data;
  }

  Path home(String owner) throws IOException {
    return Files.createDirectories(data.resolve("users").resolve(owner).resolve("home"));
  }

  @Override
  public Optional<Caller> caller(String owner) throws IOException {
    return disabled.contains(owner) || owner.startsWith("nobody")
        ? Optional.empty()
        : Optional.of(new Caller(owner, false, false, true, home(owner)));
  }

  @Override
  public Map<String, Long> groups(String person) {
    Map<String, Long> groups = new HashMap<>();
    members.forEach(
        (group, names) -> {
          if (names.contains(person)) {
            groups.put(group, numbers.get(group));
          }
        });
    return groups;
  }

  @Override
  public Map<String, Long> groups() {
    return Map.copyOf(numbers);
  }

  @Override
  public List<Group> groupsOf(String person) {
    return shown.values().stream().filter(one -> one.members().containsKey(person)).toList();
  }

  @Override
  public Optional<Group> group(String name) {
    return Optional.ofNullable(shown.get(name));
  }

  @Override
  public Path making(String owner) throws IOException {
    return Files.createDirectories(home(owner).resolveSibling("making"));
  }

  @Override
  public List<Path> halfMade() throws IOException {
    List<Path> found = new ArrayList<>();
    Path users = Files.createDirectories(data.resolve("users"));
    try (Stream<Path> all = Files.walk(users, 3)) {
      all.filter(p -> p.getParent().endsWith("making")).forEach(found::add);
    }
    return found;
  }

  @Override
  public void requireRoom(String owner, long bytes) throws Refused {
    if (bytes > room) {
      throw new Refused("the quota has room for " + room + " bytes; delete files, then try again");
    }
  }

  @Override
  public boolean adopt(String owner, List<String> folder, Path made, long bytes)
      throws Refused, IOException {
    Path target = home(owner).resolve(String.join("/", folder));
    Files.createDirectories(target.getParent());
    if (Files.exists(target)) {
      return false;
    }
    Files.move(made, target);
    return true;
  }
}
