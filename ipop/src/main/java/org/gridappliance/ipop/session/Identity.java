package org.gridappliance.ipop.session;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import org.gridappliance.ipop.noise.Hash;
import org.gridappliance.ipop.noise.X25519;
import org.gridappliance.ipop.wire.Address;
import org.gridappliance.ipop.wire.PublicKey;

/**
 * Who a node is: its X25519 key, the ring address that follows from it, and the key of the pool it
 * shares with every node it talks to. Immutable.
 */
public final class Identity {

  private final byte[] privateKey;
  private final PublicKey publicKey;
  private final Address address;
  private final byte[] poolKey;

  /**
   * @param privateKey 32 random bytes, kept as they are
   * @param poolSecret the ring's shared secret; empty for an open ring
   */
  public Identity(byte[] privateKey, String poolSecret) {
    if (privateKey.length != X25519.LENGTH) {
      throw new IllegalArgumentException(
          "private key of " + privateKey.length + " bytes: want " + X25519.LENGTH);
    }
    this.privateKey = privateKey.clone();
    publicKey = PublicKey.of(X25519.publicKey(privateKey));
    address = publicKey.address();
    poolKey = Hash.of("ipop pool v1", poolSecret.getBytes(StandardCharsets.UTF_8));
  }

  /** {@return a new identity} drawn from {@code random}: a secure one outside of simulations. */
  public static Identity random(RandomGenerator random, String poolSecret) {
    byte[] key = new byte[X25519.LENGTH];
    random.nextBytes(key);
    return new Identity(key, poolSecret);
  }

  /** {@return the key others know this node by} */
  public PublicKey publicKey() {
    return publicKey;
  }

  /** {@return the node's place on the ring} */
  public Address address() {
    return address;
  }

  byte[] privateKey() {
    return privateKey;
  }

  byte[] poolKey() {
    return poolKey;
  }
}
