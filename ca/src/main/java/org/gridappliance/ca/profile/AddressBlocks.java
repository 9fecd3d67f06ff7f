package org.gridappliance.ca.profile;

import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;

/**
 * The extension IPAddrBlocks of RFC 3779 §2: the addresses that a certificate's holder may speak
 * for. An authority's covers its pool's network, a node's its one address.
 */
final class AddressBlocks {
  static final ASN1ObjectIdentifier OID = new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.7");

  /** Address family 1, IPv4, without a subsequent family (§2.2.3.3). */
  private static final byte[] IPV4 = {0, 1};

  private AddressBlocks() {}

  /** {@return IPAddrBlocks of one prefix (§2.2.3.8: a bit string of just the prefix's bits)} */
  static ASN1Encodable of(Network network) {
    int octets = (network.prefix() + 7) / 8;
    byte[] bits = Arrays.copyOf(network.bytes(), octets);
    DERBitString prefix = new DERBitString(bits, 8 * octets - network.prefix());
    DERSequence addresses = new DERSequence(prefix);
    DERSequence family = new DERSequence(new ASN1Encodable[] {new DEROctetString(IPV4), addresses});
    return new DERSequence(family);
  }
}
