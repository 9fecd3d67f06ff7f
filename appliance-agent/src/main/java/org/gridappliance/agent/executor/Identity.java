package org.gridappliance.agent.executor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import org.gridappliance.jobs.lease.Enrolment;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.jspecify.annotations.Nullable;

/**
 * Who this executor is. Stands in {@code DATA/keys/executor.json}, readable by its owner only. The
 * token is made here and never leaves but as bearer; the portal knows its SHA-256.
 *
 * @param portal its address
 * @param executor its number there
 * @param token 256 random bits, hex
 * @param pin SHA-256 of the certificate to trust, hex; null to trust as the machine does
 */
public record Identity(URI portal, long executor, String token, @Nullable String pin) {

  /** What a machine offers, told once when it enrols. */
  public record Offer(String name, int cpus, long memoryBytes, String version) {}

  /** The same with another address of the portal. */
  public Identity at(URI address) {
    return new Identity(address, executor, token, pin);
  }

  /**
   * {@return what the file holds, or empty when there is none}
   *
   * @throws IOException when it cannot be read, with the remedy
   */
  public static Optional<Identity> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(LeaseProtocol.json().readValue(file.toFile(), Identity.class));
    } catch (IOException e) {
      throw new IOException(
          "The executor's key "
              + file
              + " cannot be read ("
              + e.getMessage()
              + "); remove it and join again",
          e);
    }
  }

  /**
   * Enrols with a one-use token under a token of its own, and keeps the outcome in the file.
   *
   * @throws IOException when the portal refuses or cannot be reached, or the file cannot be written
   */
  public static Identity enrol(
      URI portal, String joinToken, @Nullable String pin, Offer offer, Path file)
      throws IOException, InterruptedException {
    byte[] bits = new byte[32];
    new SecureRandom().nextBytes(bits);
    String token = HexFormat.of().formatHex(bits);
    Enrolment enrolment =
        new Enrolment(
            joinToken,
            offer.name(),
            sha256(token),
            offer.cpus(),
            offer.memoryBytes(),
            offer.version());
    long number = PortalClient.enrol(portal, pin, enrolment);
    Identity identity = new Identity(portal, number, token, pin);
    Files.createDirectories(file.getParent());
    Path draft = file.resolveSibling("executor.json.new");
    Files.deleteIfExists(draft);
    Files.createFile(
        draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(draft, LeaseProtocol.json().writeValueAsBytes(identity));
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return identity;
  }

  /** {@return this machine's name in the letters that the portal takes} */
  public static String hostName() {
    String name;
    try {
      name = InetAddress.getLocalHost().getHostName();
    } catch (IOException e) { // a machine need not know its own address
      name = "executor";
    }
    String plain = name.replaceAll("[^A-Za-z0-9._-]", "-").replaceAll("^[^A-Za-z0-9]+", "");
    return plain.isEmpty() ? "executor" : plain.substring(0, Math.min(64, plain.length()));
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
