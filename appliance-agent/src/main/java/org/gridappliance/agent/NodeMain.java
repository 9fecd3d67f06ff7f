package org.gridappliance.agent;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.gridappliance.jobs.lease.LeaseProtocol;

/**
 * The agent's command lines about the secure pool; they ask the agent that runs on this machine.
 *
 * <pre>
 * agent node-enrol LINK --data DIR [--contact TEXT] [--no-wait yes]   asks, and waits for a person
 * agent node-state --data DIR                                         prints what this machine is
 * agent node-leave --data DIR                                         back to the open pool
 * </pre>
 */
final class NodeMain {
  private static final long LOOK_MILLIS = 500;

  private NodeMain() {}

  /** {@return whether the command line was one of these; then it has been done} */
  static boolean run(String... arguments)
      throws AgentOptions.Wrong, IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(arguments));
    String verb = words.isEmpty() ? "" : words.removeFirst();
    if (!verb.startsWith("node-")) {
      return false;
    }
    String data = option(words, "--data", "");
    String contact = option(words, "--contact", "");
    boolean waits = option(words, "--no-wait", "no").equals("no");
    String link = verb.equals("node-enrol") && !words.isEmpty() ? words.removeFirst() : "";
    if (data.isEmpty() || !words.isEmpty()) {
      throw new AgentOptions.Wrong(
          verb + " wants --data DIR" + (words.isEmpty() ? "" : ", not " + words));
    }
    Path socket = Path.of(data).toAbsolutePath().normalize().resolve("run/agent.sock");
    switch (verb) {
      case "node-enrol" -> {
        ask(socket, "POST /ipsec/enrol", Map.of("link", link, "contact", contact));
        if (waits) {
          follow(socket);
        }
      }
      case "node-leave" -> {
        ask(socket, "POST /ipsec/leave", Map.of());
        System.out.println("This machine leaves the secure pool.");
      }
      case "node-state" -> System.out.println(ask(socket, "GET /ipsec", Map.of()));
      default -> throw new AgentOptions.Wrong("unknown verb '" + verb + "'");
    }
    return true;
  }

  private static void follow(Path socket) throws IOException, InterruptedException {
    String said = "";
    while (true) {
      JsonNode now = ask(socket, "GET /ipsec", Map.of());
      String state = now.path("state").asText();
      String line =
          state + (now.path("why").asText().isEmpty() ? "" : ": " + now.path("why").asText());
      if (!line.equals(said)) {
        System.out.println(line);
        if (state.equals("asking") && !now.path("words").asText().isEmpty()) {
          System.out.println("key, read aloud: " + now.path("words").asText());
          System.out.println("key, SHA-256:    " + now.path("fingerprint").asText());
        }
        said = line;
      }
      if (state.equals("member")) {
        return;
      }
      if (state.equals("denied")) {
        throw new IOException("denied; ask the pool's CA administrator, then enrol again");
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  private static JsonNode ask(Path socket, String verb, Map<String, ?> body) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      byte[] json = LeaseProtocol.json().writeValueAsBytes(body);
      String head =
          verb + " HTTP/1.1\r\nHost: agent\r\nContent-Length: " + json.length + "\r\n\r\n";
      ByteArrayOutputStream sent = new ByteArrayOutputStream();
      sent.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
      sent.writeBytes(json);
      ByteBuffer out = ByteBuffer.wrap(sent.toByteArray());
      while (out.hasRemaining()) {
        channel.write(out);
      }
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      ByteBuffer buffer = ByteBuffer.allocate(16 << 10);
      while (channel.read(buffer.clear()) >= 0) {
        all.write(buffer.array(), 0, buffer.position());
      }
      String text = all.toString(StandardCharsets.UTF_8);
      int end = text.indexOf("\r\n\r\n");
      if (end < 0) {
        throw new IOException("the agent's answer is not HTTP");
      }
      JsonNode answer = LeaseProtocol.json().readTree(text.substring(end + 4));
      if (!text.startsWith("HTTP/1.1 200")) {
        throw new IOException(answer.path("title").asText("the agent refused"));
      }
      return answer;
    } catch (java.net.SocketException e) {
      throw new IOException(
          socket + " cannot be asked (" + e.getMessage() + "); start ./appliance up first");
    }
  }

  private static String option(List<String> words, String name, String otherwise) {
    int at = words.indexOf(name);
    if (at < 0 || at + 1 >= words.size()) {
      return otherwise;
    }
    String value = words.remove(at + 1);
    words.remove(at);
    return value;
  }
}
