package org.gridappliance.vnc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.gridappliance.vnc.ticket.Grant;
import org.gridappliance.vnc.ticket.TicketStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VncProxyTest {
  private static final String ORIGIN = "http://127.0.0.1";

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final TicketStore tickets = new TicketStore(InstantSource.system());
  private final VncProxy proxy =
      new VncProxy(vertx, tickets, origin -> ORIGIN.equals(origin.toString()));
  private final BlockingQueue<NetSocket> desktops = new LinkedBlockingQueue<>();
  private HttpServer server;
  private WebSocketClient viewers;
  private SocketAddress upstream;

  @BeforeEach
  void serve() throws Exception {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost("127.0.0.1")
            .setPort(0)
            .setPerMessageWebSocketCompressionSupported(false)
            .setPerFrameWebSocketCompressionSupported(false)
            .setWebSocketSubProtocols(List.of(VncProxy.SUBPROTOCOL))
            .setMaxWebSocketFrameSize(1 << 20);
    server = await(vertx.createHttpServer(options).requestHandler(proxy).listen());
    // a frame may gather 128 KiB and one read; browsers take any size, this client asks for a limit
    viewers =
        vertx.createWebSocketClient(
            new WebSocketClientOptions().setMaxFrameSize(1 << 20).setMaxMessageSize(4 << 20));
    upstream = SocketAddress.domainSocketAddress(folder.resolve("x.sock").toString());
  }

  @AfterEach
  void end() throws Exception {
    await(vertx.close());
  }

  @Test
  void bytesPassBothWays() throws Exception {
    listen("RFB 003.008\n");
    Viewer viewer = open(issue(false));
    assertEquals("RFB 003.008\n", viewer.read(12).toString());
    NetSocket desktop = desktop();
    BlockingQueue<Buffer> received = new LinkedBlockingQueue<>();
    desktop.handler(received::add);
    viewer.send("RFB 003.008\n\1\1hello");
    assertEquals("RFB 003.008\n\1\1hello", gather(received, 19).toString());
    desktop.write("back");
    assertEquals("back", viewer.read(4).toString());
    assertEquals(1, proxy.stats().open());
  }

  @Test
  void viewersKeysNeverReachTheDesktop() throws Exception {
    listen("RFB 003.008\n");
    Viewer viewer = open(issue(true));
    BlockingQueue<Buffer> received = new LinkedBlockingQueue<>();
    desktop().handler(received::add);
    Buffer key = Buffer.buffer(new byte[] {4, 1, 0, 0, 0, 0, 0, 97});
    Buffer look = Buffer.buffer(new byte[] {3, 1, 0, 0, 0, 0, 4, 0, 3, 0});
    Buffer start = Buffer.buffer("RFB 003.008\n\1\1");
    viewer.socket.writeBinaryMessage(start.copy().appendBuffer(key).appendBuffer(look));
    assertEquals(start.copy().appendBuffer(look), gather(received, 24));
  }

  @Test
  void ticketWorksOnce() throws Exception {
    listen("RFB 003.008\n");
    String ticket = issue(false);
    open(ticket);
    assertEquals(401, refusal(ticket, ORIGIN));
  }

  @Test
  void wrongTicketIsRefusedBeforeAnyConnection() throws Exception {
    listen("RFB 003.008\n");
    assertEquals(401, refusal("nonsense", ORIGIN));
    assertEquals(0, desktops.size());
  }

  @Test
  void foreignOriginIsRefusedAndTheTicketStaysGood() throws Exception {
    listen("RFB 003.008\n");
    String ticket = issue(false);
    assertEquals(403, refusal(ticket, "http://evil.example"));
    assertNotNull(open(ticket));
  }

  @Test
  void stoppedDesktopAnswers502() throws Exception {
    assertEquals(502, refusal(issue(false), ORIGIN));
  }

  @Test
  void desktopThatDoesNotSpeakRfbIsCutWithAReason() throws Exception {
    listen("SSH-2.0-OpenSSH\r\n");
    Viewer viewer = open(issue(false));
    assertEquals((short) 1008, viewer.closed.get(5, SECONDS));
    assertTrue(viewer.socket.closeReason().contains("SSH-2.0-Open"), viewer.socket.closeReason());
    assertEquals(0, proxy.stats().open());
    assertEquals(1, proxy.stats().refused());
  }

  @Test
  void viewerThatStopsReadingPausesTheDesktop() throws Exception {
    listen("RFB 003.008\n");
    Viewer viewer = open(issue(false));
    viewer.read(12);
    viewer.socket.pause();
    NetSocket desktop = desktop();
    Buffer block = Buffer.buffer(new byte[64 << 10]);
    long[] written = {0};
    long timer =
        vertx.setPeriodic(
            1,
            ignored -> {
              for (int i = 0; i < 64 && !desktop.writeQueueFull(); i++) {
                desktop.write(block);
                written[0] += block.length();
              }
            });
    // 1 s without a byte taken means that nothing in between grows
    Await.stalls(() -> proxy.stats().bytesDown());
    vertx.cancelTimer(timer);
    assertTrue(proxy.stats().bytesDown() < (16 << 20), () -> proxy.stats().bytesDown() + " taken");
    viewer.socket.resume();
    Await.until(() -> viewer.received() >= written[0]);
  }

  @Test
  void desktopThatEndsClosesTheViewerAndNothingStays() throws Exception {
    listen("RFB 003.008\n");
    Viewer viewer = open(issue(false));
    await(desktop().close());
    assertEquals((short) 1001, viewer.closed.get(5, SECONDS));
    assertEquals(0, proxy.stats().open());
  }

  @Test
  void fiveHundredConnectionsLeaveNothingOpen() throws Exception {
    listen("RFB 003.008\n");
    int cycles = Boolean.getBoolean("soak") ? 10_000 : 500;
    long before = 0;
    long taken = 0;
    ByteBufAllocatorMetric memory = new UnpooledByteBufAllocator(false).metric();
    for (int i = -100; i < cycles; i++) {
      if (i == 0) { // warm
        Await.until(() -> proxy.stats().open() == 0);
        before = descriptors();
        taken = memory.usedDirectMemory() + memory.usedHeapMemory();
      }
      Viewer viewer = open(issue(false));
      NetSocket desktop = desktop();
      ByteBufAllocator pool =
          ((NetSocketInternal) desktop).channelHandlerContext().channel().alloc();
      memory = ((ByteBufAllocatorMetricProvider) pool).metric();
      viewer.send("RFB 003.008\n\1\1hello");
      assertEquals("RFB 003.008\n", viewer.read(12).toString());
      CompletableFuture<Void> gone = new CompletableFuture<>();
      desktop.closeHandler(ignored -> gone.complete(null));
      await(viewer.socket.close());
      gone.get(5, SECONDS);
    }
    Await.until(() -> proxy.stats().open() == 0);
    long most = before + 2;
    Await.until(() -> descriptors() <= most);
    long more = memory.usedDirectMemory() + memory.usedHeapMemory() - taken;
    // one small buffer of each connection would be more
    assertTrue(more <= (256 << 10), more + " bytes of Netty's pools stay taken");
  }

  private static long descriptors() throws Exception {
    try (var list = Files.list(Path.of("/proc/self/fd"))) {
      return list.count();
    }
  }

  private String issue(boolean viewOnly) {
    return tickets.issue(new Grant("eva", "7", viewOnly, upstream));
  }

  /** A desktop on a Unix socket that greets with these bytes. */
  private void listen(String greeting) throws Exception {
    NetServer desktop =
        vertx
            .createNetServer()
            .connectHandler(
                socket -> {
                  socket.write(greeting);
                  desktops.add(socket);
                });
    await(desktop.listen(upstream));
  }

  private NetSocket desktop() throws InterruptedException {
    NetSocket socket = desktops.poll(5, SECONDS);
    assertNotNull(socket, "nobody connected to the desktop");
    return socket;
  }

  private WebSocketConnectOptions options(String ticket, String origin) {
    return new WebSocketConnectOptions()
        .setHost("127.0.0.1")
        .setPort(server.actualPort())
        .setURI("/vnc")
        .addHeader("Origin", origin)
        .setSubProtocols(List.of(VncProxy.SUBPROTOCOL, "ticket." + ticket));
  }

  private int refusal(String ticket, String origin) {
    ExecutionException e =
        assertThrows(
            ExecutionException.class, () -> await(viewers.connect(options(ticket, origin))));
    return ((UpgradeRejectedException) e.getCause()).getStatus();
  }

  private Viewer open(String ticket) throws Exception {
    // handlers first: the greeting may come in the same packet as the answer to the upgrade
    ClientWebSocket socket = viewers.webSocket();
    Viewer viewer = new Viewer(socket);
    await(socket.connect(options(ticket, ORIGIN)));
    assertEquals(VncProxy.SUBPROTOCOL, viewer.socket.subProtocol());
    return viewer;
  }

  private static Buffer gather(BlockingQueue<Buffer> pieces, int length)
      throws InterruptedException {
    Buffer all = Buffer.buffer();
    while (all.length() < length) {
      Buffer piece = pieces.poll(5, SECONDS);
      assertNotNull(piece, "got only " + all.length() + " of " + length);
      all.appendBuffer(piece);
    }
    return all;
  }

  private static <T> T await(io.vertx.core.Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static final class Viewer {
    final WebSocket socket;
    final CompletableFuture<Short> closed = new CompletableFuture<>();
    private final BlockingQueue<Buffer> pieces = new LinkedBlockingQueue<>();
    private final java.util.concurrent.atomic.AtomicLong total =
        new java.util.concurrent.atomic.AtomicLong();

    Viewer(WebSocket socket) {
      this.socket = socket;
      socket.handler(
          bytes -> {
            total.addAndGet(bytes.length());
            pieces.add(bytes);
          });
      socket.closeHandler(ignored -> closed.complete(socket.closeStatusCode()));
    }

    void send(String latin1) {
      socket.writeBinaryMessage(Buffer.buffer(latin1, "ISO-8859-1"));
    }

    Buffer read(int length) throws InterruptedException {
      return gather(pieces, length);
    }

    long received() {
      return total.get();
    }
  }
}
