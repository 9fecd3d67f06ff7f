package org.gridappliance.ipop.dht;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.random.RandomGenerator;
import org.gridappliance.ipop.wire.Address;
import org.gridappliance.ipop.wire.PublicKey;
import org.gridappliance.ipop.wire.Signed;

/**
 * Signs and checks records with Ed25519 (RFC 8032), through the JDK's own implementation. The key
 * pair says who owns a record; it is not the node's session key. Immutable.
 */
public final class Signer {

  private final PrivateKey privateKey;
  private final PublicKey publicKey;

  private Signer(PrivateKey privateKey, PublicKey publicKey) {
    this.privateKey = privateKey;
    this.publicKey = publicKey;
  }

  /** {@return the signer of a 32-byte seed} */
  public static Signer of(byte[] seed) {
    try {
      KeyFactory factory = KeyFactory.getInstance("Ed25519");
      PrivateKey key =
          factory.generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
      // the JDK derives the public key only while it generates a pair: hand it our seed
      java.security.KeyPairGenerator pairs = java.security.KeyPairGenerator.getInstance("Ed25519");
      pairs.initialize(NamedParameterSpec.ED25519, new FixedRandom(seed));
      EdECPoint point =
          ((java.security.interfaces.EdECPublicKey) pairs.generateKeyPair().getPublic()).getPoint();
      return new Signer(key, encode(point));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no Ed25519", e);
    }
  }

  /** {@return a new signer} drawn from {@code random}: a secure one outside of simulations. */
  public static Signer random(RandomGenerator random) {
    byte[] seed = new byte[32];
    random.nextBytes(seed);
    return of(seed);
  }

  /** {@return the key records are owned by} */
  public PublicKey owner() {
    return publicKey;
  }

  /** {@return a record signed by this owner, with its whole lease left} */
  public Signed sign(Address key, long version, int leaseSeconds, ByteBuffer value) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(privateKey);
      signature.update(Signed.signedBytes(key, publicKey, version, leaseSeconds, value));
      return new Signed(
          key,
          publicKey,
          version,
          leaseSeconds,
          leaseSeconds,
          value,
          ByteBuffer.wrap(signature.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Ed25519 refused to sign", e);
    }
  }

  /** {@return whether the record was signed by its owner} */
  public static boolean verifies(Signed record) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initVerify(
          KeyFactory.getInstance("Ed25519")
              .generatePublic(
                  new EdECPublicKeySpec(NamedParameterSpec.ED25519, decode(record.owner()))));
      signature.update(record.signedBytes());
      byte[] bytes = new byte[record.signature().remaining()];
      record.signature().get(record.signature().position(), bytes);
      return signature.verify(bytes);
    } catch (GeneralSecurityException e) {
      return false; // a key or signature that is none: a stranger's bytes are not exceptional
    }
  }

  /** RFC 8032 §5.1.2: y little-endian, the top bit is the sign of x. */
  private static PublicKey encode(EdECPoint point) {
    byte[] bigEndian = point.getY().toByteArray();
    byte[] out = new byte[PublicKey.LENGTH];
    for (int i = 0; i < bigEndian.length && i < out.length; i++) {
      out[i] = bigEndian[bigEndian.length - 1 - i];
    }
    if (point.isXOdd()) {
      out[31] |= (byte) 0x80;
    }
    return PublicKey.of(out);
  }

  private static EdECPoint decode(PublicKey key) {
    byte[] in = key.bytes();
    boolean odd = (in[31] & 0x80) != 0;
    in[31] &= 0x7f;
    byte[] bigEndian = new byte[in.length];
    for (int i = 0; i < in.length; i++) {
      bigEndian[i] = in[in.length - 1 - i];
    }
    return new EdECPoint(odd, new BigInteger(1, bigEndian));
  }

  /** Gives the seed once, as the generator's 32 random bytes. */
  private static final class FixedRandom extends java.security.SecureRandom {
    private static final long serialVersionUID = 1;
    private final byte[] seed;

    FixedRandom(byte[] seed) {
      this.seed = seed.clone();
    }

    @Override
    public void nextBytes(byte[] bytes) {
      System.arraycopy(seed, 0, bytes, 0, bytes.length);
    }
  }
}
