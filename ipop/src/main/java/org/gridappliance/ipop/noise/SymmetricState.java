package org.gridappliance.ipop.noise;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The chaining key, the transcript hash and the cipher of one handshake (Noise specification §5.1
 * and §5.2), with SHA-256 and AES-256-GCM. Not thread-safe.
 */
final class SymmetricState {

  static final int HASH = 32;

  private byte[] chainingKey;
  private byte[] hash;
  private @Nullable Aead cipher;
  private long counter;

  /** InitializeSymmetric: a name of up to 32 bytes is padded with zeros. */
  SymmetricState(String protocolName) {
    byte[] name = protocolName.getBytes(StandardCharsets.US_ASCII);
    hash = name.length <= HASH ? Arrays.copyOf(name, HASH) : sha256(name);
    chainingKey = hash.clone();
  }

  void mixHash(byte[] data) {
    hash = sha256(hash, data);
  }

  void mixKey(byte[] input) {
    byte[][] out = hkdf(chainingKey, input, 2);
    chainingKey = out[0];
    useKey(out[1]);
  }

  /** MixKeyAndHash (§5.2), as a pre-shared key needs it. */
  void mixKeyAndHash(byte[] input) {
    byte[][] out = hkdf(chainingKey, input, 3);
    chainingKey = out[0];
    mixHash(out[1]);
    useKey(out[2]);
  }

  /** EncryptAndHash: the text itself as long as there is no key. */
  byte[] encryptAndHash(byte[] plain) {
    Aead c = cipher;
    byte[] out;
    if (c == null) {
      out = plain.clone();
    } else {
      out = new byte[plain.length + Aead.TAG];
      c.seal(counter++, hash, plain, 0, plain.length, out, 0);
    }
    mixHash(out);
    return out;
  }

  /** DecryptAndHash. {@return null if the text is not authentic} */
  byte @Nullable [] decryptAndHash(byte[] text) {
    Aead c = cipher;
    byte[] out;
    if (c == null) {
      out = text.clone();
    } else {
      if (text.length < Aead.TAG) {
        return null;
      }
      out = new byte[text.length - Aead.TAG];
      if (c.open(counter++, hash, text, 0, text.length, out, 0) < 0) {
        return null;
      }
    }
    mixHash(text);
    return out;
  }

  /** Split: two transport keys, the initiator's sending key first. Erases this state. */
  byte[][] split() {
    byte[][] keys = hkdf(chainingKey, new byte[0], 2);
    erase();
    return keys;
  }

  byte[] hash() {
    return hash.clone();
  }

  void erase() {
    Arrays.fill(chainingKey, (byte) 0);
    Aead c = cipher;
    if (c != null) {
      c.erase();
    }
  }

  private void useKey(byte[] key) {
    Aead old = cipher;
    if (old != null) {
      old.erase();
    }
    cipher = new Aead(key);
    counter = 0;
    Arrays.fill(key, (byte) 0);
  }

  static byte[] sha256(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  static byte[] hmac(byte[] key, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no HMAC-SHA-256", e);
    }
  }

  /** HKDF of the Noise specification §4.3: RFC 5869 with an empty info. */
  private static byte[][] hkdf(byte[] chainingKey, byte[] input, int outputs) {
    byte[] temp = hmac(chainingKey, input);
    byte[][] out = new byte[outputs][];
    byte[] previous = new byte[0];
    for (int i = 0; i < outputs; i++) {
      previous = hmac(temp, previous, new byte[] {(byte) (i + 1)});
      out[i] = previous;
    }
    Arrays.fill(temp, (byte) 0);
    return out;
  }
}
