package org.gridappliance.agent.ipsec;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** This machine's key (ECDSA P-256) and requests signed with it. The key never leaves its file. */
final class NodeKey {
  private NodeKey() {}

  /** {@return a new key pair} */
  static KeyPair make() throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IOException("no key can be made: " + e.getMessage(), e);
    }
  }

  /** Keeps a pair: {@code key.pem} is the private key as PKCS#8, {@code key.pub} the public one. */
  static void save(IpsecFolder folder, KeyPair pair) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(new JcaPKCS8Generator(pair.getPrivate(), null));
    }
    folder.write("key.pub", pair.getPublic().getEncoded());
    folder.write("key.pem", text.toString());
  }

  static KeyPair read(IpsecFolder folder) throws IOException {
    String pem = new String(folder.read("key.pem"), StandardCharsets.US_ASCII);
    try (PEMParser parser = new PEMParser(new StringReader(pem))) {
      if (parser.readObject() instanceof PrivateKeyInfo info) {
        JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
        PublicKey known =
            converter.getPublicKey(SubjectPublicKeyInfo.getInstance(folder.read("key.pub")));
        return new KeyPair(known, converter.getPrivateKey(info));
      }
      throw new IOException("key.pem holds no key; leave the pool and enrol anew");
    }
  }

  /** {@return a PKCS#10 request in DER for the address, with what this machine says of itself} */
  static byte[] request(KeyPair pair, String address, String contact) throws IOException {
    try {
      ExtensionsGenerator extensions = new ExtensionsGenerator();
      extensions.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(new GeneralName(GeneralName.iPAddress, address)));
      JcaPKCS10CertificationRequestBuilder builder =
          new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=" + address), pair.getPublic());
      builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
      if (!contact.isEmpty()) {
        builder.addAttribute(
            PKCSObjectIdentifiers.pkcs_9_at_unstructuredName, new DERUTF8String(contact));
      }
      return builder
          .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
          .getEncoded();
    } catch (OperatorCreationException e) {
      throw new IOException("the request cannot be signed: " + e.getMessage(), e);
    }
  }
}
