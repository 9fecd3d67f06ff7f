package org.gridappliance.ca;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** OpenSSL's command line in a folder: somebody else's opinion. */
public final class OpenSsl {
  private final Path folder;

  public OpenSsl(Path folder) {
    this.folder = folder;
  }

  /** What a run said, standard error included. */
  public record Ended(int status, String text) {}

  /** Runs a program to its end. */
  public Ended run(String... words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(words));
    Process process =
        new ProcessBuilder(all).directory(folder.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), text);
  }

  /** Runs a program that must end with 0. {@return what it said} */
  public String good(String... words) throws IOException, InterruptedException {
    Ended ended = run(words);
    if (ended.status() != 0) {
      throw new AssertionError(String.join(" ", words) + ": " + ended);
    }
    return ended.text();
  }

  /** {@return a request for an address, made with a new key of that kind, in DER} */
  public byte[] request(String address, String... key) throws IOException, InterruptedException {
    List<String> words =
        new ArrayList<>(List.of("openssl", "req", "-new", "-nodes", "-keyout", "node.key"));
    words.addAll(List.of("-newkey"));
    words.addAll(List.of(key));
    words.addAll(List.of("-subj", "/CN=" + address, "-addext", "subjectAltName=IP:" + address));
    words.addAll(List.of("-outform", "DER", "-out", "node.csr"));
    good(words.toArray(String[]::new));
    return Files.readAllBytes(folder.resolve("node.csr"));
  }

  /** {@return a request for an address with an ECDSA key} */
  public byte[] request(String address) throws IOException, InterruptedException {
    return request(address, "ec", "-pkeyopt", "ec_paramgen_curve:P-256");
  }
}
