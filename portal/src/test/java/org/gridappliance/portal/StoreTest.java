package org.gridappliance.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.gridappliance.portal.store.StoreException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that is not what it was stops the start; a full disk refuses before it loses. */
class StoreTest {
  @TempDir Path folder;
  private Path data;
  private Path file;

  @BeforeEach
  void makeOne() throws Exception {
    data = folder.resolve("data");
    file = data.resolve("db/appliance.mv.db");
    try (TestPortal portal = TestPortal.start(data)) {
      portal.administrator();
    }
  }

  private String refusal() {
    return assertThrows(StoreException.class, () -> TestPortal.start(data).close()).getMessage();
  }

  @Test
  void aMissingDatabaseStopsTheStart() throws Exception {
    Files.delete(file);
    String words = refusal();
    assertTrue(words.contains("missing or empty") && words.contains("backup"), words);
    assertTrue(Files.notExists(file), "nothing may be made in its place");
  }

  @Test
  void anEmptyDatabaseStopsTheStart() throws Exception {
    Files.write(file, new byte[0]);
    assertTrue(refusal().contains("missing or empty"));
    assertEquals(0, Files.size(file));
  }

  @Test
  void aDatabaseOfZerosStopsTheStart() throws Exception {
    try (RandomAccessFile zeros = new RandomAccessFile(file.toFile(), "rw")) {
      zeros.write(new byte[(int) zeros.length()]);
    }
    assertTrue(refusal().contains("database"), refusal());
  }

  @Test
  void aTruncatedDatabaseStopsTheStart() throws Exception {
    try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
      cut.setLength(8192);
    }
    assertTrue(refusal().contains("database"), refusal());
  }

  @Test
  void anOlderCopyStopsTheStartAndNamesTheMarker() throws Exception {
    Path copy = folder.resolve("copy");
    Files.copy(file, copy);
    TestPortal.start(data).close();
    Files.copy(copy, file, StandardCopyOption.REPLACE_EXISTING);
    String words = refusal();
    assertTrue(words.contains("older") && words.contains("database.marker"), words);
  }

  @Test
  void whatAKilledPortalLeftGoesAtTheNextStart() throws Exception {
    Path left = Files.createDirectories(data.resolve("tmp/vertx-cache/deep"));
    Files.writeString(left.resolve("file"), "x");
    Files.createSymbolicLink(data.resolve("tmp/link"), folder);
    TestPortal.start(data).close();
    assertTrue(Files.notExists(data.resolve("tmp/vertx-cache")));
    assertTrue(Files.exists(file), "what a link leads to stays");
  }

  @Test
  void aSecondPortalOnTheSameFolderIsRefused() throws Exception {
    try (TestPortal portal = TestPortal.start(data)) {
      assertTrue(refusal().contains("in use"));
      assertEquals(200, portal.browser().get("/session").status());
    }
  }

  @Test
  void aNearlyFullDiskRefusesWritesAndSaysSo() throws Exception {
    try (TestPortal portal = TestPortal.start(data, "disk: { reserve-bytes: 1099511627776 }")) {
      TestPortal.Browser ada = portal.browser();
      assertEquals(200, ada.login("ada", TestPortal.PASSWORD).status());
      assertEquals(507, ada.send("PUT", "/files/a.txt", "x").status());
      String bob = "{\"name\":\"bob\",\"password\":\"12345678\"}";
      assertEquals(507, ada.send("POST", "/users", bob).status());
      assertEquals(503, ada.send("GET", "//healthz", "").status());
      assertEquals(200, ada.get("/users").status());
    }
  }

  @Test
  void foldersAreForTheOwnerAlone() throws Exception {
    for (String name : new String[] {"", "db", "keys", "run", "users"}) {
      assertEquals(
          "rwx------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(name))),
          name);
    }
  }

  @Test
  void whatWasAcknowledgedIsThereAfterARestart() throws Exception {
    try (TestPortal portal = TestPortal.start(data)) {
      TestPortal.Browser ada = portal.browser();
      ada.login("ada", TestPortal.PASSWORD);
      portal.scientist(ada, "bob");
    }
    try (TestPortal portal = TestPortal.start(data)) {
      assertEquals(200, portal.browser().login("bob", TestPortal.PASSWORD).status());
    }
  }
}
