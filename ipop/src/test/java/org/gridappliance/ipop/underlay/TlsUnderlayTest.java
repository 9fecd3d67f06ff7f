package org.gridappliance.ipop.underlay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.gridappliance.ipop.wire.Endpoint;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS edges on loopback: real sockets and real TLS, only the clock is ours. */
class TlsUnderlayTest {
  private static final int DATA = 4;

  private record Came(Endpoint from, int first, int length) {}

  @TempDir private static Path folder;
  private final AtomicLong clock = new AtomicLong(1_000_000);
  private final BlockingQueue<Came> atServer = new LinkedBlockingQueue<>();
  private final BlockingQueue<Came> atClient = new LinkedBlockingQueue<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private TlsUnderlay server;
  private TlsUnderlay client;
  private Endpoint there;

  @BeforeEach
  void listen() throws IOException {
    server = underlay(OptionalInt.of(0), atServer);
    client = underlay(OptionalInt.empty(), atClient);
    there = loopback(server.port().orElseThrow());
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  @Test
  void datagramsPassBothWaysInOrderOverOneConnection() throws InterruptedException {
    for (int i = 0; i < 100; i++) {
      client.send(there, datagram(i, 32 + 10 * i), 0, 32 + 10 * i);
    }
    Endpoint back = null;
    for (int i = 0; i < 100; i++) {
      Came came = next(atServer);
      assertEquals(i, came.first);
      assertEquals(32 + 10 * i, came.length);
      back = came.from;
    }
    assertTrue(back != null && !back.isListening(), "" + back);
    server.send(back, datagram(7, 50), 0, 50);
    assertEquals(new Came(there, 7, 50), next(atClient));
    assertEquals(1L, server.counters().get("tlsConnections"));
    assertEquals(PosixFilePermissions.fromString("rw-------"), mode(folder.resolve("tls.p12")));
  }

  private static java.util.Set<java.nio.file.attribute.PosixFilePermission> mode(Path file) {
    try {
      return Files.getPosixFilePermissions(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void olderTlsIsRefused() throws IOException {
    try (SSLSocket old = dial("TLSv1.2", TlsConnection.ALPN)) {
      assertThrows(SSLException.class, old::startHandshake);
    }
  }

  @Test
  void whoSpeaksTlsButNotOurProtocolGetsNothing() throws Exception {
    try (SSLSocket web = dial("TLSv1.3", "http/1.1")) {
      assertThrows(IOException.class, web::startHandshake);
    }
    // the other way round: a web server at port 443 is not sent anything, nor asked again at once
    try (ServerSocket listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      AtomicLong calls = new AtomicLong();
      Thread.ofVirtual().start(() -> answerAsWebServer(listening, calls));
      Endpoint web = loopback(listening.getLocalPort());
      client.send(web, datagram(1, 144), 0, 144);
      await(() -> client.counters().get("tlsConnections") == 0);
      client.send(web, datagram(1, 144), 0, 144);
      assertEquals(0L, client.counters().get("tlsConnections"));
      assertEquals(1, calls.get());
      clock.addAndGet(16_000);
      client.send(web, datagram(1, 144), 0, 144);
      await(() -> calls.get() == 2);
    }
  }

  private static void answerAsWebServer(ServerSocket listening, AtomicLong calls) {
    while (!listening.isClosed()) {
      try (Socket caller = listening.accept()) {
        SSLSocket tls =
            (SSLSocket)
                TlsKeys.server(folder.resolve("tls.p12"))
                    .getSocketFactory()
                    .createSocket(caller, null, true);
        calls.incrementAndGet();
        tls.startHandshake();
        assertEquals(-1, tls.getInputStream().read());
      } catch (IOException e) {
        // the caller has gone, or the test is over
      }
    }
  }

  @Test
  void peerThatTakesNothingIsDroppedInTheEnd() throws Exception {
    try (SSLSocket lazy = dial("TLSv1.3", TlsConnection.ALPN)) {
      lazy.getOutputStream().write(DatagramStream.encode(List.of(datagram(1, 144))));
      Endpoint back = next(atServer).from;
      byte[] full = datagram(DATA, 1400);
      await(
          () -> {
            server.send(back, full, 0, full.length);
            return server.counters().get("tlsDropped") > 1_000;
          });
      assertEquals(0L, server.counters().get("tlsSlow"));
      clock.addAndGet(TlsConnection.SLOW_MILLIS + 1);
      server.send(back, full, 0, full.length);
      assertEquals(1L, server.counters().get("tlsSlow"));
      await(() -> server.counters().get("tlsConnections") == 0);
    }
  }

  @Test
  void strangerIsLetGoSoonAndPeerWhenIdle() throws Exception {
    try (SSLSocket stranger = dial("TLSv1.3", TlsConnection.ALPN)) {
      stranger.startHandshake();
      client.send(there, datagram(1, 144), 0, 144);
      Endpoint back = next(atServer).from;
      server.send(back, datagram(DATA, 100), 0, 100);
      next(atClient);
      client.send(there, datagram(DATA, 100), 0, 100);
      next(atServer);
      clock.addAndGet(TlsUnderlay.STRANGER_MILLIS + 1);
      server.tick();
      await(() -> server.counters().get("tlsConnections") == 1);
      clock.addAndGet(TlsUnderlay.IDLE_MILLIS);
      server.tick();
      await(() -> server.counters().get("tlsConnections") == 0);
    }
  }

  @Test
  void oneAddressGetsOnlySoManyConnections() throws Exception {
    for (int i = 0; i <= TlsUnderlay.MAX_OF_ONE_ADDRESS; i++) {
      Socket idle = new Socket(InetAddress.getLoopbackAddress(), there.port());
      open.add(idle);
    }
    await(() -> server.counters().get("tlsRefused") == 1);
    assertEquals(
        TlsUnderlay.MAX_OF_ONE_ADDRESS, server.counters().get("tlsConnections").intValue());
  }

  @Test
  void lengthThatCannotBeEndsTheConnection() throws Exception {
    try (SSLSocket wrong = dial("TLSv1.3", TlsConnection.ALPN)) {
      wrong.startHandshake();
      wrong.getOutputStream().write(new byte[] {0, 31});
      assertEquals(-1, end(wrong));
    }
    await(() -> server.counters().get("tlsConnections") == 0);
  }

  private static int end(Socket socket) {
    try {
      return socket.getInputStream().read();
    } catch (IOException e) {
      return -1;
    }
  }

  private SSLSocket dial(String protocol, String alpn) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            TlsKeys.client()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), there.port());
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setProtocols(new String[] {protocol});
    parameters.setApplicationProtocols(new String[] {alpn});
    socket.setSSLParameters(parameters);
    return socket;
  }

  private TlsUnderlay underlay(OptionalInt port, BlockingQueue<Came> into) throws IOException {
    TlsUnderlay made =
        new TlsUnderlay(
            port,
            folder.resolve("tls.p12"),
            address -> false,
            clock::get,
            (from, bytes) -> into.add(new Came(from, bytes.get(0), bytes.remaining())));
    made.start();
    open.add(made);
    return made;
  }

  private static Endpoint loopback(int port) {
    return Endpoint.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
        .over(Endpoint.Transport.TLS);
  }

  private static byte[] datagram(int first, int length) {
    byte[] bytes = new byte[length];
    bytes[0] = (byte) first;
    return bytes;
  }

  private static Came next(BlockingQueue<Came> queue) throws InterruptedException {
    @Nullable Came came = queue.poll(30, TimeUnit.SECONDS);
    if (came == null) {
      throw new AssertionError("nothing came within 30 s");
    }
    return came;
  }

  private static void await(BooleanSupplier claim) {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!claim.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not within 30 s");
      Thread.onSpinWait();
    }
  }
}
