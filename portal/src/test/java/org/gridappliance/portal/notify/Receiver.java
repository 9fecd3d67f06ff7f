package org.gridappliance.portal.notify;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** A receiver of webhooks on loopback that answers as a test wants. */
final class Receiver implements AutoCloseable {
  record Message(String host, String id, long timestamp, String signature, String body) {}

  final List<Message> got = new CopyOnWriteArrayList<>();
  final List<String> elsewhere = new CopyOnWriteArrayList<>();
  final Deque<Integer> answers = new ConcurrentLinkedDeque<>();
  volatile int otherwise = 204;
  volatile boolean endless;
  private final HttpServer server;

  Receiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/elsewhere",
        exchange -> {
          elsewhere.add(exchange.getRequestMethod());
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.createContext(
        "/hook",
        exchange -> {
          var headers = exchange.getRequestHeaders();
          got.add(
              new Message(
                  headers.getFirst("Host"),
                  headers.getFirst("webhook-id"),
                  Long.parseLong(headers.getFirst("webhook-timestamp")),
                  headers.getFirst("webhook-signature"),
                  new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
          Integer status = answers.poll();
          int answer = status == null ? otherwise : status;
          if (answer / 100 == 3) {
            exchange.getResponseHeaders().set("Location", "/elsewhere");
          }
          if (endless) {
            exchange.sendResponseHeaders(answer, 0);
            try (OutputStream body = exchange.getResponseBody()) {
              while (true) {
                body.write(new byte[8192]);
              }
            } catch (IOException e) {
              elsewhere.add("cut off");
            }
          } else {
            exchange.sendResponseHeaders(answer, -1);
          }
          exchange.close();
        });
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  String url() {
    return "http://127.0.0.1:" + port() + "/hook?key=receivers-own-secret";
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
