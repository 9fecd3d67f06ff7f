package org.gridappliance.agent.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gridappliance.agent.verb.Verb;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which other pools are looked at, and with which tokens. */
@Tag("root")
class WatchedTest {
  private static final long END = 4_000_000_000L;
  private static final String TOKEN = token("'scope':'condor:/READ','exp':" + END);

  private static String token(String claims) {
    return Stream.of(
            "{'alg':'HS256','kid':'POOL'}", "{'iss':'p.test'," + claims + "}", "x".repeat(32))
        .map(part -> part.replace('\'', '"').getBytes(StandardCharsets.UTF_8))
        .map(Base64.getUrlEncoder().withoutPadding()::encodeToString)
        .collect(Collectors.joining("."));
  }

  @TempDir Path folder;

  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text.replace('\'', '"'));
  }

  @Test
  void aPoolIsKeptWithItsTokenReplacedAndRemoved() throws Exception {
    Path tokens = Files.createDirectories(folder.resolve("tokens"));
    Watched watched = new Watched(folder.resolve("watched.json"), tokens);
    assertEquals("[]", watched.all().toString());
    watched.put(
        json(
            "{'address':'10.0.0.7:9620','name':' Physics ','token':'"
                + TOKEN
                + "','place':{'name':'Here','latitude':1,'longitude':2}}"),
        65_534);
    assertEquals(
        "[{\"address\":\"10.0.0.7:9620\",\"name\":\"Physics\","
            + "\"place\":{\"name\":\"Here\",\"latitude\":1,\"longitude\":2},\"expires\":4000000000}]",
        watched.all().toString());
    Path token = tokens.resolve("watch-10.0.0.7_9620");
    assertEquals(TOKEN + "\n", Files.readString(token));
    assertEquals("r--------", PosixFilePermissions.toString(Files.getPosixFilePermissions(token)));
    assertEquals(65_534, Files.getAttribute(token, "unix:uid"));
    assertFalse(Files.readString(folder.resolve("watched.json")).contains(TOKEN));
    watched.put(json("{'address':'10.0.0.7:9620','name':'Physics 2'}"), 65_534);
    assertEquals(
        "[{\"address\":\"10.0.0.7:9620\",\"name\":\"Physics 2\"}]", watched.all().toString());
    assertFalse(Files.exists(token));
    watched.remove("10.0.0.7:9620");
    assertEquals("[]", watched.all().toString());
    assertThrows(Verb.Refused.class, () -> watched.remove("10.0.0.7:9620"));
  }

  @Test
  void aTokenThatMayDoMoreThanReadOrHasEndedIsRefused() throws Exception {
    Path tokens = Files.createDirectories(folder.resolve("tokens"));
    Watched watched = new Watched(folder.resolve("watched.json"), tokens);
    for (String[] bad :
        new String[][] {
          {"'scope':'condor:/ADVERTISE_SCHEDD condor:/READ'", "(ADVERTISE_SCHEDD READ)"},
          {"'sub':'condor@p.test'", "(it has no bounds)"},
          {"'scope':'condor:/READ','exp':1000000000", "this token ended at 2001-09-09T01:46:40Z"}
        }) {
      JsonNode asked = json("{'address':'10.0.0.7','name':'a','token':'" + token(bad[0]) + "'}");
      String said =
          String.valueOf(
              assertThrows(Verb.Refused.class, () -> watched.put(asked, 65_534)).getMessage());
      assertTrue(said.contains(bad[1]), said);
    }
    assertEquals("[]", watched.all().toString());
    try (Stream<Path> left = Files.list(tokens)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void whatCannotBeIsRefusedAndABoundHolds() throws Exception {
    Watched watched = new Watched(folder.resolve("watched.json"), folder.resolve("tokens"));
    JsonNode good = json("{'address':'10.0.0.7','name':'Physics'}");
    assertTrue(
        String.valueOf(
                assertThrows(Verb.Refused.class, () -> watched.put(good, 65_534)).getMessage())
            .contains("make it a manager, or one that submits"));
    Files.createDirectories(folder.resolve("tokens"));
    for (String bad :
        new String[] {
          "{'address':'../../etc/x','name':'a'}",
          "{'address':'10.0.0.7 -debug','name':'a'}",
          "{'address':'10.0.0.7','name':' '}",
          "{'address':'10.0.0.7','name':'a','token':'half.of.one'}"
        }) {
      JsonNode asked = json(bad);
      assertThrows(Verb.Refused.class, () -> watched.put(asked, 65_534), bad);
    }
    for (int i = 0; i < 16; i++) {
      watched.put(json("{'address':'10.0.1." + i + "','name':'a'}"), 65_534);
    }
    assertThrows(Verb.Refused.class, () -> watched.put(good, 65_534));
    Files.writeString(folder.resolve("watched.json"), "[{");
    assertThrows(IOException.class, watched::all);
  }
}
