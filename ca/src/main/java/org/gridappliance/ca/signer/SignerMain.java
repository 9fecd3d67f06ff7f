package org.gridappliance.ca.signer;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import org.gridappliance.ca.CaException;
import org.gridappliance.ca.profile.Profile;
import org.jspecify.annotations.Nullable;

/**
 * The signer's process: {@code SignerMain FOLDER}. Serves {@code FOLDER/signer.sock} (0600), one
 * JSON line for a question and one for its answer, and ends when its standard input does, so that
 * it outlives nobody. Ends with 1 and a sentence when the folder cannot be used.
 */
public final class SignerMain {
  private static final int MOST_BYTES = 64 << 10;
  private static final int MOST_ASKERS = 16;
  private static final int MOST_LINES = 500;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Signer signer;
  private final Semaphore askers = new Semaphore(MOST_ASKERS);

  private SignerMain(Signer signer) {
    this.signer = signer;
  }

  /** Runs until standard input ends. */
  public static void main(String[] arguments) {
    if (arguments.length != 1) {
      System.err.println("usage: SignerMain FOLDER");
      System.exit(2);
    }
    Path folder = Path.of(arguments[0]).toAbsolutePath();
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      try (FileChannel channel =
              FileChannel.open(
                  folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.tryLock()) {
        if (lock == null) {
          throw new IOException(folder + " is used by another signer; end that one first");
        }
        run(folder);
      }
    } catch (IOException | CaException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
    System.exit(0); // whatever thread still serves
  }

  private static void run(Path folder) throws IOException, CaException {
    Path path = folder.resolve("signer.sock");
    try (Signer signer = Signer.open(folder, Clock.systemUTC());
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      Files.deleteIfExists(path);
      server.bind(UnixDomainSocketAddress.of(path)); // in a folder of 0700
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      SignerMain main = new SignerMain(signer);
      Thread.ofPlatform().name("signer-socket").daemon().start(() -> main.accept(server));
      System.out.println("ready");
      while (System.in.read() >= 0) {
        // nothing is said there: its end is what counts
      }
    }
  }

  private void accept(ServerSocketChannel server) {
    while (true) {
      try {
        askers.acquire();
        SocketChannel asker = server.accept();
        Thread.ofVirtual()
            .start(
                () -> {
                  try (asker) {
                    serve(asker);
                  } catch (IOException e) {
                    // the asker went away; what was done stands in the log
                  } finally {
                    askers.release();
                  }
                });
      } catch (ClosedChannelException | InterruptedException e) {
        return;
      } catch (IOException e) {
        System.err.println("the signer's socket: " + e.getMessage());
        askers.release();
      }
    }
  }

  private void serve(SocketChannel asker) throws IOException {
    ObjectNode answer = JSON.createObjectNode();
    try {
      answer.set("ok", JSON.valueToTree(answer(JSON.readTree(line(asker)))));
    } catch (CaException e) {
      answer.put("error", e.getMessage()).put("kind", e.kind().name());
    } catch (JacksonException e) {
      answer.put("error", "the question is no JSON").put("kind", "INVALID");
    } catch (IOException e) { // a full disk, most likely: the asker is told, nothing was signed
      answer.put("error", "the signer cannot write: " + e.getMessage()).put("kind", "BROKEN");
    } catch (RuntimeException e) { // a fault of ours must not look like an end of the process
      answer.put("error", "the signer failed: " + e).put("kind", "BROKEN");
    }
    ByteBuffer bytes = ByteBuffer.wrap((answer + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      asker.write(bytes);
    }
  }

  private static byte[] line(SocketChannel asker) throws IOException, CaException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(8192);
    while (asker.read(buffer.clear()) > 0) {
      read.write(buffer.array(), 0, buffer.position());
      if (buffer.get(buffer.position() - 1) == '\n') {
        return read.toByteArray();
      }
      if (read.size() > MOST_BYTES) {
        throw CaException.invalid("the question is longer than " + MOST_BYTES + " bytes");
      }
    }
    throw CaException.invalid("the question has no end");
  }

  private @Nullable Object answer(JsonNode question) throws IOException, CaException {
    String by = text(question, "by");
    return switch (text(question, "verb")) {
      case "state" -> signer.state();
      case "make" -> {
        char[] passphrase = text(question, "passphrase").toCharArray();
        try {
          yield signer.make(
              text(question, "name"),
              text(question, "algorithm"),
              question.path("years").asInt(),
              text(question, "network"),
              passphrase,
              by);
        } finally {
          Arrays.fill(passphrase, '\0');
        }
      }
      case "unlock" -> {
        char[] passphrase = text(question, "passphrase").toCharArray();
        try {
          yield signer.unlock(passphrase, by);
        } finally {
          Arrays.fill(passphrase, '\0');
        }
      }
      case "lock" -> signer.lock(by);
      case "issue" -> {
        List<String> replace = new ArrayList<>();
        question.path("replace").forEach(serial -> replace.add(serial.asText()));
        yield signer.issue(
            text(question, "request"),
            bytes(question, "csr"),
            profile(text(question, "profile")),
            text(question, "name"),
            question.path("days").asInt(),
            replace,
            by,
            text(question, "why"));
      }
      case "revoke" ->
          signer.revoke(text(question, "serial"), question.path("reason").asInt(-1), by);
      case "list" -> signer.list();
      case "ocsp" -> signer.ocsp(bytes(question, "request"));
      case "entries" -> signer.entries(question.path("after").asLong(), MOST_LINES);
      default ->
          throw CaException.invalid(
              "the verbs are state, make, unlock, lock, issue, revoke, list, ocsp, entries");
    };
  }

  private static String text(JsonNode question, String name) {
    return question.path(name).asText("");
  }

  private static byte[] bytes(JsonNode question, String name) throws CaException {
    try {
      return Base64.getDecoder().decode(text(question, name));
    } catch (IllegalArgumentException e) {
      throw CaException.invalid(name + " is no base64");
    }
  }

  private static Profile profile(String word) throws CaException {
    for (Profile profile : Profile.values()) {
      if (profile.name().toLowerCase(Locale.ROOT).equals(word)) {
        return profile;
      }
    }
    throw CaException.invalid("profile '" + word + "': want node, portal, user or executor");
  }
}
