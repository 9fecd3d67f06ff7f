package org.gridappliance.ipop.program;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.gridappliance.ipop.wire.Address;
import org.gridappliance.ipop.wire.PublicKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The local API on a Unix socket: one line asks, one line of JSON answers, then the connection is
 * closed. Questions: {@code status}, {@code trace ADDRESS}, {@code pings} (what the ping test has
 * found), {@code ping-all} (begin one now). A failure is {@code {"error": "…"}}. Who may open the
 * socket (0600, in a folder of 0700) may ask.
 */
final class LocalApi implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LocalApi.class);
  private static final int MAX_AT_ONCE = 16;
  private static final long ANSWER_MILLIS = 4_000;
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .registerModule(
              new SimpleModule()
                  .addSerializer(Address.class, ToStringSerializer.instance)
                  .addSerializer(PublicKey.class, ToStringSerializer.instance));

  private final Path path;
  private final Program program;
  private final ServerSocketChannel server;
  private final Semaphore slots = new Semaphore(MAX_AT_ONCE);

  LocalApi(Path path, Program program) throws IOException {
    this.path = path;
    this.program = program;
    Files.deleteIfExists(path);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
  }

  void start() {
    Thread.ofPlatform().name("ipop-api").daemon().start(this::accept);
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        if (slots.tryAcquire()) {
          Thread.ofVirtual().name("ipop-api-call").start(() -> serve(client));
        } else {
          client.close();
        }
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        log.warn("local API: {}", e.getMessage());
      }
    }
  }

  private void serve(SocketChannel client) {
    try (client;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(Channels.newInputStream(client), StandardCharsets.UTF_8));
        OutputStream out = Channels.newOutputStream(client)) {
      String line = in.readLine();
      if (line != null) {
        out.write(
            (JSON.writeValueAsString(answer(line.strip())) + "\n")
                .getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      log.debug("local API: caller went away: {}", e.getMessage());
    } finally {
      slots.release();
    }
  }

  private Object answer(String line) {
    String[] words = line.split("\\s+");
    try {
      return switch (words[0]) {
        case "status" -> program.status();
        case "trace" -> trace(words);
        case "pings" -> program.pings();
        case "ping-all" -> program.beginPings();
        default ->
            error("question \"" + words[0] + "\": want status, trace ADDRESS, pings or ping-all");
      };
    } catch (IllegalArgumentException e) {
      return error(String.valueOf(e.getMessage()));
    }
  }

  private Object trace(String[] words) {
    if (words.length != 2) {
      return error("trace: want one address of 40 hexadecimal digits");
    }
    long start = System.nanoTime();
    try {
      List<Address> hops =
          program.echo(Address.parse(words[1])).get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
      return traced(words[1], hops, (System.nanoTime() - start) / 1000);
    } catch (TimeoutException e) {
      return traced(words[1], null, 0);
    } catch (InterruptedException | ExecutionException e) {
      return error("trace ended: " + e.getMessage());
    }
  }

  private static Map<String, Object> traced(
      String target, @Nullable List<Address> hops, long micros) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("target", target);
    map.put("answered", hops != null);
    if (hops != null) {
      map.put("micros", micros);
      map.put("hops", hops.stream().map(Address::toString).toList());
    }
    return map;
  }

  private static Map<String, String> error(String text) {
    return Map.of("error", text);
  }

  /** Asks the API of a running node. {@return the line of JSON} */
  static String ask(Path socket, String question) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      OutputStream out = Channels.newOutputStream(channel);
      out.write((question + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
      String line =
          new BufferedReader(
                  new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8))
              .readLine();
      if (line == null) {
        throw new IOException(socket + ": no answer");
      }
      return line;
    } catch (java.net.SocketException e) {
      throw new IOException(socket + ": no node is running there: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    Files.deleteIfExists(path);
  }
}
