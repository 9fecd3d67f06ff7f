package org.gridappliance.ca.profile;

import java.util.Locale;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/** The kinds of certificates that the authority makes, and what each may be used for. */
public enum Profile {
  /** A machine of the secure pool: good for its own virtual address alone. */
  NODE,
  /** A portal's HTTPS. */
  PORTAL,
  /** A person at a program. */
  USER,
  /** An executor that asks for leases. */
  EXECUTOR;

  /** The longest life of any, in days. */
  public static final int MOST_DAYS = 397;

  /** ikeIntermediate, which older IKE programs want. */
  private static final String IKE_INTERMEDIATE = "1.3.6.1.5.5.8.2.2";

  KeyPurposeId[] purposes() {
    return switch (this) {
      case NODE ->
          new KeyPurposeId[] {
            KeyPurposeId.id_kp_serverAuth,
            KeyPurposeId.id_kp_clientAuth,
            KeyPurposeId.id_kp_ipsecIKE,
            KeyPurposeId.getInstance(new ASN1ObjectIdentifier(IKE_INTERMEDIATE))
          };
      case PORTAL -> new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth};
      case USER, EXECUTOR -> new KeyPurposeId[] {KeyPurposeId.id_kp_clientAuth};
    };
  }

  /** {@return as in the log and in the contract} */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
