package org.gridappliance.agent.samba;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.gridappliance.agent.verb.Verb.Refused;

/**
 * Who may log in to the share, and with what. Passwords are kept by Samba itself (tdbsam) and reach
 * it by a program's input. smbd wants a Unix account behind each name; it is shown ours by
 * nss_wrapper, so that none is made on the machine. Not thread-safe: {@link Samba} holds its lock.
 */
final class SambaPeople {
  static final String WRAPPER = "libnss_wrapper.so";

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9._-]{0,31}");
  private static final int FIRST_UID = 2_100_000_000;
  private static final int MAX_PEOPLE = 10_000;
  private static final int PROGRAM_SECONDS = 20;

  private final SambaFolders folders;
  private final Path users;
  private final int uid;
  private final int gid;

  /** Number of each name in the accounts shown to smbd. */
  private final Map<String, Integer> numbers = new TreeMap<>();

  /**
   * @param users the folder of all homes
   * @param uid whose the files are
   */
  SambaPeople(SambaFolders folders, Path users, int uid, int gid) {
    this.folders = folders;
    this.users = users;
    this.uid = uid;
    this.gid = gid;
  }

  private Path known() {
    return folders.root().resolve("people");
  }

  /** Reads who has a password from an earlier run and lays out accounts and links. */
  void open() throws IOException {
    Files.createDirectories(known());
    for (String line : lines(folders.accounts())) {
      String[] fields = line.split(":", -1);
      if (fields.length > 2 && NAME.matcher(fields[0]).matches()) {
        numbers.put(fields[0], Integer.parseInt(fields[2]) - FIRST_UID);
      }
    }
    writeAccounts();
    for (String name : names()) {
      link(name, name);
    }
  }

  private static List<String> lines(Path file) throws IOException {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private void writeAccounts() throws IOException {
    StringBuilder text = new StringBuilder();
    account(text, "_root", 0, 0);
    account(text, SambaConfig.OWNER, uid, gid);
    account(text, SambaConfig.VISITOR, FIRST_UID, FIRST_UID);
    account(text, SambaConfig.PORTAL, FIRST_UID + 1, FIRST_UID);
    numbers.forEach((name, number) -> account(text, name, FIRST_UID + number, FIRST_UID));
    SambaFolders.write(folders.accounts(), text.toString(), "rw-r--r--");
    SambaFolders.write(
        folders.groups(),
        "_root:x:0:\n" + SambaConfig.OWNER + ":x:" + gid + ":\n_people:x:" + FIRST_UID + ":\n",
        "rw-r--r--");
  }

  private static void account(StringBuilder text, String name, int uid, int gid) {
    text.append(name).append(":x:").append(uid).append(':').append(gid);
    text.append("::/:/usr/sbin/nologin\n");
  }

  /** {@return the names that have a password} */
  List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(known())) {
      return all.map(p -> String.valueOf(p.getFileName())).sorted().toList();
    }
  }

  /**
   * Sets a person's password; whoever is connected by the old one is cut off.
   *
   * @throws Refused for a name or password that cannot be
   */
  void set(String name, String password) throws IOException {
    requireName(name);
    if (password.length() < 8
        || password.length() > 128
        || password.chars().anyMatch(Character::isISOControl)) {
      throw new Refused(
          422, "the password must have 8 to 128 characters, none a control character");
    }
    if (!numbers.containsKey(name)) {
      if (numbers.size() >= MAX_PEOPLE) {
        throw new Refused(409, "at most " + MAX_PEOPLE + " people may have a Samba password");
      }
      int next = numbers.values().stream().mapToInt(n -> n).max().orElse(9) + 1;
      numbers.put(name, next);
      writeAccounts();
    }
    smbpasswd(password, "-a", name);
    link(name, name);
    Files.write(known().resolve(name), new byte[0]);
    cutOff(name);
  }

  /** Takes a person's password away and cuts him off. {@return whether he had one} */
  boolean remove(String name) throws IOException {
    requireName(name);
    if (!Files.deleteIfExists(known().resolve(name))) {
      return false;
    }
    Files.deleteIfExists(folders.at().resolve("u-" + name));
    smbpasswd("", "-x", name);
    cutOff(name);
    return true;
  }

  /** Sets the password of the portal's own account. */
  void setPortal(String password) throws IOException {
    smbpasswd(password, "-a", SambaConfig.PORTAL);
  }

  /** Says whose home a visitor on 127.0.0.1 gets; empty lets no visitor in. */
  void owner(Optional<String> name) throws IOException {
    if (name.isPresent()) {
      requireName(name.get());
      link("", name.get());
      link("guest", name.get());
      return;
    }
    Files.deleteIfExists(folders.at().resolve("u-"));
    Files.deleteIfExists(folders.at().resolve("u-guest"));
  }

  private static void requireName(String name) {
    if (!NAME.matcher(name).matches() || name.equals("guest")) {
      throw new Refused(
          422, "'" + name + "' cannot be a name of Samba; it wants [a-z][a-z0-9._-]*");
    }
  }

  private void link(String client, String person) throws IOException {
    Path part = folders.at().resolve("part-" + client);
    Files.deleteIfExists(part);
    Files.createSymbolicLink(part, users.resolve(person).resolve("home"));
    Files.move(
        part,
        folders.at().resolve("u-" + client),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Ends the smbd processes that serve this name. */
  private void cutOff(String name) throws IOException {
    try (Stream<Path> all = Files.list(folders.clients())) {
      for (Path client : all.toList()) {
        if (Files.readString(client).strip().equals(name)) {
          SmbdProcess.endIfOurs(Long.parseLong(String.valueOf(client.getFileName())), folders);
        }
      }
    }
  }

  /** The environment in which Samba's programs see our accounts. */
  static void wrap(ProcessBuilder builder, SambaFolders folders) {
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().put("LD_PRELOAD", WRAPPER);
    builder.environment().put("NSS_WRAPPER_PASSWD", folders.accounts().toString());
    builder.environment().put("NSS_WRAPPER_GROUP", folders.groups().toString());
  }

  /** smbpasswd(8); the password goes by its input. */
  private void smbpasswd(String password, String action, String name) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("smbpasswd", "-c", folders.config().toString(), "-s", action));
    command.add(name);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    wrap(builder, folders);
    Process process = builder.start();
    try (OutputStream in = process.getOutputStream()) {
      in.write((password + "\n" + password + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // it ended before it read all: its status tells
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(PROGRAM_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("smbpasswd did not end within " + PROGRAM_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("stopped", e);
    }
    if (process.exitValue() != 0) {
      throw new IOException("smbpasswd failed: " + said.lines().limit(3).toList());
    }
  }
}
