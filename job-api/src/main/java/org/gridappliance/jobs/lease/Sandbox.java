package org.gridappliance.jobs.lease;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose code a lease's program is, and what it may do beyond others.
 *
 * @param bundle the application's own files; null for what is installed on the executor's machine
 * @param allow of {@link #KNOWN}, usually none
 * @param sealKey 64 hexadecimal digits: its inputs, scratch and results may lie on the executor's
 *     disk only sealed with it, and the key nowhere but in memory; null when they may lie there
 *     open
 * @param network what it may connect to, at most {@link #MOST_HOSTS}; usually nothing
 * @param privateNetwork whether those may be in a private network
 */
public record Sandbox(
    @Nullable Published bundle,
    List<String> allow,
    @Nullable String sealKey,
    List<Host> network,
    boolean privateNetwork) {
  /** For a program of the executor's machine that may do what every program may. */
  public static final Sandbox PLAIN = new Sandbox(null, List.of(), null, List.of(), false);

  /** Memory may be writable and executable, as for Java or valgrind. */
  public static final String GENERATED_CODE = "generated-code";

  /** Files that the program writes or is given may be executed, as for compilers. */
  public static final String OWN_PROGRAMS = "own-programs";

  /** All there are. */
  public static final List<String> KNOWN = List.of(GENERATED_CODE, OWN_PROGRAMS);

  /** The most hosts and ports of an application. */
  public static final int MOST_HOSTS = 16;

  /**
   * A host and a TCP port.
   *
   * @param host its name, not an address
   * @param port 1..65535
   */
  public record Host(String host, int port) {}

  /**
   * An application's files, signed. Each, the manifest too, is fetched by its hash as an input is.
   *
   * @param id SHA-256 of the manifest, 64 lower-case hex digits
   * @param manifestBytes length of the manifest
   * @param totalBytes of all its files
   * @param signature of the manifest, Ed25519, Base64
   * @param key the publisher's public key, X.509, Base64; the first that an executor sees is the
   *     one it believes
   */
  public record Published(
      String id, long manifestBytes, long totalBytes, String signature, String key) {}

  /** Absent words are none. */
  @SuppressWarnings("NullAway") // Jackson hands null for an absent member
  public Sandbox {
    allow = allow == null ? List.of() : List.copyOf(allow);
    network = network == null ? List.of() : List.copyOf(network);
  }

  /** {@return the same with a key} */
  public Sandbox withSealKey(String hex) {
    return new Sandbox(bundle, allow, hex, network, privateNetwork);
  }

  /** Says nothing of the key. */
  @Override
  public String toString() {
    return "Sandbox[bundle="
        + bundle
        + ", allow="
        + allow
        + ", sealed="
        + (sealKey != null)
        + ", network="
        + network
        + "]";
  }
}
