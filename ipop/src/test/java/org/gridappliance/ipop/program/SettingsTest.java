package org.gridappliance.ipop.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.gridappliance.ipop.services.Network;
import org.gridappliance.ipop.wire.Contact;
import org.gridappliance.ipop.wire.Endpoint;
import org.gridappliance.ipop.wire.PublicKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

  private static final String KEY = "ab".repeat(32);
  @TempDir private Path folder;

  @Test
  void nameOfThePoolIsAllThatIsNeeded() throws IOException {
    Settings settings = read("namespace: physics\n");
    assertEquals(4800, settings.port());
    assertEquals(Optional.of("ipop0"), settings.device());
    assertEquals(Network.parse("10.128.0.0/9", "ipop"), settings.network());
    assertEquals(List.of(), settings.contacts());
    assertEquals(true, settings.offload());
    assertEquals(false, read("namespace: physics\noffload: false\n").offload());
  }

  @Test
  void bootstrapNodesAreReadWithBothKindsOfAddress() throws IOException {
    Settings settings =
        read(
            "namespace: p\nbootstrap: ['"
                + KEY
                + "@192.0.2.1:7', '"
                + KEY
                + "@[2001:db8::1]:8']\ndevice: ''\n");
    assertEquals(Optional.empty(), settings.device());
    assertEquals(
        List.of(
            new Contact(
                PublicKey.parse(KEY),
                List.of(
                    Endpoint.ipv4(0xc0000201, 7),
                    Endpoint.ipv4(0xc0000201, 443).over(Endpoint.Transport.TLS))),
            new Contact(
                PublicKey.parse(KEY),
                List.of(
                    new Endpoint(0x20010db800000000L, 1, 8),
                    new Endpoint(0x20010db800000000L, 1, 443).over(Endpoint.Transport.TLS)))),
        settings.contacts());
  }

  @Test
  void bootstrapNodeBehindTlsAloneIsNotAskedByUdp() throws IOException {
    Settings settings =
        read("namespace: p\ntls: 443\nbootstrap: ['" + KEY + "@tls://192.0.2.1:8443']\n");
    assertEquals(OptionalInt.of(443), settings.tls());
    assertEquals(
        List.of(Endpoint.ipv4(0xc0000201, 8443).over(Endpoint.Transport.TLS)),
        settings.contacts().getFirst().endpoints());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "port: 1 | namespace",
        "namespace: p\\nport: 70000 | port 70000: want 0 to 65535",
        "namespace: p\\nname: -x | name \"-x\": want",
        "namespace: p\\nname: c128000001 | C with nine digits",
        "namespace: p\\nresolvers: [ns.example.org] | want an IPv4 or IPv6 address",
        "namespace: p\\ntls: 0 | tls 0: want 1 to 65535",
        "namespace: p\\nnetwork: 10.0.0.0/33 | /33",
        "namespace: p\\nnetwork: 10.128.0.1/9 | behind the prefix",
        "namespace: p\\ndomain: UPPER | lower-case",
        "namespace: p\\nunknown: 1 | unknown",
      })
  void wrongSettingIsNamedWithWhatWasWanted(String text, String part) {
    String message =
        assertThrows(IOException.class, () -> read(text.replace("\\n", "\n"))).getMessage();
    assertTrue(message.contains(part), message);
  }

  @Test
  void keyFileIsMadeOnceAndForItsOwnerOnly() throws IOException {
    Path path = folder.resolve("key");
    KeyFile made = KeyFile.open(path, new SecureRandom());
    assertEquals(made, KeyFile.open(path, new SecureRandom()));
    assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(path));
    assertEquals("KeyFile", made.toString());
    Files.writeString(path, "short");
    assertThrows(IOException.class, () -> KeyFile.open(path, new SecureRandom()));
  }

  @Test
  void knownPeersSurviveARestartAndABadLine() throws IOException {
    Path path = folder.resolve("peers");
    Contact contact = new Contact(PublicKey.parse(KEY), List.of(Endpoint.ipv4(0xc0000201, 7)));
    new PeerFile(path).write(List.of(contact));
    Files.writeString(path, Files.readString(path) + "nonsense\n");
    assertEquals(List.of(contact), new PeerFile(path).read());
    new PeerFile(path).write(List.of());
    assertEquals(1, new PeerFile(path).read().size());
  }

  @Test
  void nameServersAreThoseOfTheMachineButNeverOneOfTheOverlay() throws IOException {
    Path file = folder.resolve("resolv.conf");
    Files.writeString(
        file, "search x\nnameserver 10.255.255.254\nnameserver 192.0.2.53\nnameserver junk\n");
    Predicate<InetAddress> isOverlay = address -> address.getHostAddress().startsWith("10.");
    assertEquals(
        List.of(new InetSocketAddress("192.0.2.53", 53)),
        new Resolvers(Optional.empty(), file, isOverlay).get());
    Optional<List<InetAddress>> chosen =
        read("namespace: p\nresolvers: ['2001:db8::1']\n").resolvers();
    assertEquals(
        List.of(new InetSocketAddress("2001:db8::1", 53)),
        new Resolvers(chosen, file, isOverlay).get());
    assertEquals(
        List.of(), new Resolvers(Optional.empty(), folder.resolve("none"), isOverlay).get());
  }

  private Settings read(String text) throws IOException {
    Path file = folder.resolve("ipop.yaml");
    Files.writeString(file, text);
    return Settings.read(file);
  }

  @Test
  void ofManyThatMakeTheKeyAtOnceAllGetTheSame() throws Exception {
    Path file = folder.resolve("key");
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Callable<byte[]>> all =
          Collections.nCopies(8, () -> KeyFile.open(file, new SecureRandom()).sessionKey());
      for (Future<byte[]> key : threads.invokeAll(all)) {
        assertArrayEquals(KeyFile.open(file, new SecureRandom()).sessionKey(), key.get());
      }
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }
}
