package org.gridappliance.ca.signer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.gridappliance.ca.CaException;
import org.gridappliance.ca.CaException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The signer as its asker sees it: started when it is first needed and again after it ended, then
 * locked. Blocks; thread-safe.
 */
public final class SignerProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_BYTES = 8 << 20;
  private static final long END_SECONDS = 5;

  private final Path folder;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Process process;
  private boolean isClosed;

  /**
   * @param folder what only the signer writes; made when there is none
   */
  public SignerProcess(Path folder) {
    this.folder = folder.toAbsolutePath();
  }

  /** {@return whether an authority was ever made here; asks nobody} */
  public boolean exists() {
    return Files.exists(folder.resolve("ca.pem"));
  }

  /** {@return its process number, 0 when it does not run} */
  public long pid() {
    lock.lock();
    try {
      return process != null && process.isAlive() ? process.pid() : 0;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Asks.
   *
   * @param question further fields, anything Jackson can write
   * @return what was answered
   * @throws CaException why not
   */
  public JsonNode ask(String verb, Map<String, ?> question) throws CaException {
    Map<String, Object> whole = new LinkedHashMap<>(question);
    whole.put("verb", verb);
    try {
      JsonNode answer = JSON.readTree(exchange(JSON.writeValueAsBytes(whole)));
      if (answer == null || (!answer.has("ok") && !answer.has("error"))) {
        throw new IOException("it ended in the middle of its answer");
      }
      if (answer.has("error")) {
        throw new CaException(
            Kind.valueOf(answer.path("kind").asText()), answer.path("error").asText());
      }
      return answer.path("ok");
    } catch (IOException e) {
      throw new CaException(
          Kind.BROKEN, "the signer does not answer: " + e.getMessage() + "; try again");
    }
  }

  /** {@return a connection to it, started if need be} */
  private SocketChannel connect() throws IOException, CaException {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("signer.sock"));
    Process asked = ensure();
    try {
      return SocketChannel.open(address);
    } catch (ConnectException e) {
      // it was killed, and the system has not told us yet; nothing was asked of it
      await(asked);
      ensure();
      return SocketChannel.open(address);
    }
  }

  private static void await(Process ending) throws IOException {
    try {
      ending.waitFor(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private byte[] exchange(byte[] question) throws IOException, CaException {
    try (SocketChannel channel = connect()) {
      ByteBuffer out = ByteBuffer.allocate(question.length + 1).put(question).put((byte) '\n');
      out.flip();
      while (out.hasRemaining()) {
        channel.write(out);
      }
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      ByteBuffer buffer = ByteBuffer.allocate(16 << 10);
      while (channel.read(buffer.clear()) >= 0) {
        all.write(buffer.array(), 0, buffer.position());
        if (all.size() > MOST_BYTES) {
          throw new IOException("its answer is longer than " + MOST_BYTES + " bytes");
        }
      }
      return all.toByteArray();
    }
  }

  private Process ensure() throws IOException, CaException {
    lock.lock();
    try {
      if (isClosed) {
        throw new IOException("it was told to end");
      }
      if (process != null && process.isAlive()) {
        return process;
      }
      Path java = Path.of(System.getProperty("java.home"), "bin", "java");
      ProcessBuilder builder =
          new ProcessBuilder(
              List.of(
                  java.toString(),
                  "-XX:+UseSerialGC",
                  "-XX:-UsePerfData",
                  "-XX:+DisableAttachMechanism",
                  "-Xmx64m",
                  "-Xss512k",
                  "-cp",
                  System.getProperty("java.class.path"),
                  SignerMain.class.getName(),
                  folder.toString()));
      builder.environment().clear(); // no variable changes what it does
      builder.environment().put("LANG", "C.UTF-8");
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Path output = folder.resolve("output");
      builder.redirectError(output.toFile());
      Process started = builder.start();
      byte[] said = started.getInputStream().readNBytes("ready\n".length());
      if (!new String(said, StandardCharsets.UTF_8).equals("ready\n")) {
        started.onExit().join(); // its output has ended
        String why = Files.readString(output).strip();
        throw new CaException(Kind.BROKEN, why.isEmpty() ? "the signer ended at once" : why);
      }
      process = started;
      return started;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      isClosed = true;
      Process running = process;
      if (running != null) {
        running.getOutputStream().close(); // which ends it
        if (!running.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
          running.destroyForcibly();
        }
      }
    } catch (IOException e) {
      // it has ended already
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }
}
