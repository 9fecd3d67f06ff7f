package org.gridappliance.ca.signer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.gridappliance.ca.CaException;
import org.gridappliance.ca.OpenSsl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The signer's process, asked over its socket, and OpenSSL's opinion of what it makes. */
class SignerTest {
  private static final String PASSPHRASE = "correct horse 7";

  @TempDir private Path folder;
  private SignerProcess signer;
  private OpenSsl openssl;

  @BeforeEach
  void start() {
    signer = new SignerProcess(folder.resolve("ca"));
    openssl = new OpenSsl(folder);
  }

  @AfterEach
  void end() {
    signer.close();
  }

  private JsonNode make(String algorithm) throws Exception {
    return signer.ask(
        "make",
        Map.of(
            "name",
            "Lab",
            "algorithm",
            algorithm,
            "years",
            5,
            "network",
            "10.128.0.0/9",
            "passphrase",
            PASSPHRASE,
            "by",
            "ada"));
  }

  private JsonNode issue(String request, String address, byte[] csr, List<String> replace)
      throws CaException {
    return signer.ask(
        "issue",
        Map.of(
            "request",
            request,
            "csr",
            Base64.getEncoder().encodeToString(csr),
            "profile",
            "node",
            "name",
            address,
            "days",
            30,
            "replace",
            replace,
            "by",
            "ada",
            "why",
            "I know it"));
  }

  private void save(String name, String kind, String base64) throws Exception {
    Files.write(folder.resolve(name + ".der"), Base64.getDecoder().decode(base64));
    openssl.good("openssl", kind, "-inform", "DER", "-in", name + ".der", "-out", name + ".pem");
  }

  private OpenSsl.Ended verify() throws Exception {
    return openssl.run(
        "openssl",
        "verify",
        "-x509_strict",
        "-crl_check",
        "-extended_crl",
        "-CAfile",
        "ca/ca.pem",
        "-untrusted",
        "ca/list.pem",
        "-CRLfile",
        "crl.pem",
        "node.pem");
  }

  @ParameterizedTest
  @ValueSource(strings = {"p256", "p384", "ed25519", "rsa3072"})
  void opensslTakesACertificateAndSeesItsRevocation(String algorithm) throws Exception {
    make(algorithm);
    JsonNode line = issue("1", "10.128.0.7", openssl.request("10.128.0.7"), List.of());
    save("node", "x509", line.path("json").path("certificate").asText());
    save("crl", "crl", signer.ask("list", Map.of()).asText());
    assertEquals(new OpenSsl.Ended(0, "node.pem: OK\n"), verify());
    String text = openssl.good("openssl", "x509", "-in", "node.pem", "-noout", "-text");
    for (String wanted :
        List.of(
            "IP Address:10.128.0.7",
            "TLS Web Server Authentication, TLS Web Client Authentication, ipsec Internet Key"
                + " Exchange, 1.3.6.1.5.5.8.2.2",
            "10.128.0.7\n",
            "CRL Issuer:")) {
      assertTrue(text.contains(wanted), text);
    }

    signer.ask("lock", Map.of("by", "ada"));
    String serial = line.path("json").path("serial").asText();
    JsonNode list = signer.ask("revoke", Map.of("serial", serial, "reason", 1, "by", "ada"));
    save("crl", "crl", list.asText()); // though the authority's key is locked
    OpenSsl.Ended refused = verify();
    assertTrue(refused.text().contains("certificate revoked"), refused.toString());
  }

  @Test
  void theKeyOnDiskOpensOnlyByThePassphrase() throws Exception {
    make("p256");
    Path key = folder.resolve("ca/ca-key.pem");
    assertTrue(Files.readString(key).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(folder.resolve("ca/signer.sock"))));
    openssl.good("openssl", "pkey", "-in", "ca/ca-key.pem", "-passin", "pass:" + PASSPHRASE);
    assertNotEquals(
        0, openssl.run("openssl", "pkey", "-in", "ca/ca-key.pem", "-passin", "pass:no").status());
    String structure = openssl.good("openssl", "asn1parse", "-in", "ca/ca-key.pem");
    for (String part : List.of("PBES2", "PBKDF2", "hmacWithSHA256", "aes-256-cbc", ":0927C0")) {
      assertTrue(structure.contains(part), structure);
    }
  }

  @Test
  void itIsLockedAfterItWasStartedAgainAndWrongPassphrasesAreLogged() throws Exception {
    make("p256");
    byte[] csr = openssl.request("10.128.0.7");
    ProcessHandle.of(signer.pid()).orElseThrow().destroyForcibly();
    ProcessHandle.of(signer.pid()).ifPresent(p -> p.onExit().join());
    assertTrue(signer.ask("state", Map.of()).path("locked").asBoolean());
    CaException locked =
        assertThrows(CaException.class, () -> issue("1", "10.128.0.7", csr, List.of()));
    assertEquals(CaException.Kind.LOCKED, locked.kind());
    assertThrows(
        CaException.class,
        () -> signer.ask("unlock", Map.of("passphrase", "wrong wrong", "by", "eve")));
    signer.ask("unlock", Map.of("passphrase", PASSPHRASE, "by", "ada"));
    issue("1", "10.128.0.7", csr, List.of());
    assertEquals(
        List.of("make", "responder", "unlock-refused", "unlock", "issue"),
        signer.ask("entries", Map.of("after", 0)).findValuesAsText("kind"));
  }

  @Test
  void profilesAreEnforcedByTheSignerItself() throws Exception {
    make("p256");
    byte[] csr = openssl.request("10.128.0.7");
    for (String address : List.of("10.128.0.8", "10.0.0.7", "10.128.0.7/31", "*", "")) {
      assertThrows(CaException.class, () -> issue("x" + address, address, csr, List.of()), address);
    }
    byte[] outside = openssl.request("10.0.0.7");
    assertThrows(CaException.class, () -> issue("y", "10.0.0.7", outside, List.of()));
    assertEquals(0, signer.ask("state", Map.of()).path("issued").asInt());
  }

  @Test
  void anAddressHasOneLivingKeyUnlessItIsReplaced() throws Exception {
    make("p256");
    byte[] csr = openssl.request("10.128.0.7");
    JsonNode first = issue("1", "10.128.0.7", csr, List.of());
    assertEquals(first, issue("1", "10.128.0.7", csr, List.of()), "asked again: the same");
    byte[] other = openssl.request("10.128.0.7");
    CaException refused =
        assertThrows(CaException.class, () -> issue("2", "10.128.0.7", other, List.of()));
    assertEquals(CaException.Kind.CONFLICT, refused.kind());
    String serial = first.path("json").path("serial").asText();
    issue("2", "10.128.0.7", other, List.of(serial));
    save("node", "x509", first.path("json").path("certificate").asText());
    save("crl", "crl", signer.ask("list", Map.of()).asText());
    assertTrue(verify().text().contains("certificate revoked"));
  }

  @Test
  void anAlteredLogStopsItFromSigning() throws Exception {
    make("p256");
    signer.close();
    Path log = folder.resolve("ca/log");
    Files.writeString(log, Files.readString(log).replace("\"by\":\"ada\"", "\"by\":\"eve\""));
    signer = new SignerProcess(folder.resolve("ca"));
    CaException broken = assertThrows(CaException.class, () -> signer.ask("state", Map.of()));
    assertTrue(String.valueOf(broken.getMessage()).contains("line 1 of"), broken.getMessage());
  }

  /** {@return OpenSSL's view of the signer's answer about the serials or certificates named} */
  private String ocsp(String... about) throws Exception {
    List<String> words = new ArrayList<>(List.of("openssl", "ocsp", "-issuer", "ca/ca.pem"));
    words.addAll(List.of(about));
    List<String> asks = new ArrayList<>(words);
    asks.addAll(List.of("-reqout", "asked"));
    openssl.good(asks.toArray(String[]::new));
    byte[] asked = Files.readAllBytes(folder.resolve("asked"));
    JsonNode answer =
        signer.ask("ocsp", Map.of("request", Base64.getEncoder().encodeToString(asked)));
    Files.write(folder.resolve("answer"), answer.binaryValue());
    // the request is given too, so that its nonce is compared
    List<String> reads = new ArrayList<>(List.of("openssl", "ocsp", "-issuer", "ca/ca.pem"));
    reads.addAll(List.of("-reqin", "asked", "-respin", "answer", "-CAfile", "ca/ca.pem"));
    OpenSsl.Ended read = openssl.run(reads.toArray(String[]::new));
    words.addAll(List.of("-no_nonce", "-respin", "answer", "-CAfile", "ca/ca.pem"));
    return read.text() + openssl.run(words.toArray(String[]::new)).text();
  }

  @ParameterizedTest
  @ValueSource(strings = {"p256", "ed25519", "rsa3072"})
  void opensslLearnsByOcspWhatLivesAlsoWhileTheAuthorityIsLocked(String algorithm)
      throws Exception {
    make(algorithm);
    JsonNode line = issue("1", "10.128.0.7", openssl.request("10.128.0.7"), List.of()).path("json");
    save("node", "x509", line.path("certificate").asText());
    signer.ask("lock", Map.of("by", "ada"));
    String good = ocsp("-cert", "node.pem");
    assertTrue(good.contains("Response verify OK") && good.contains("node.pem: good"), good);
    assertTrue(!good.contains("WARNING: no nonce") && !good.contains("Nonce Verify error"), good);
    signer.ask("revoke", Map.of("serial", line.path("serial").asText(), "reason", 1, "by", "ada"));
    String revoked = ocsp("-cert", "node.pem");
    assertTrue(revoked.contains("node.pem: revoked"), revoked);
    assertTrue(revoked.contains("Reason: keyCompromise"), revoked);
    String unknown = ocsp("-serial", "0x1234");
    assertTrue(unknown.contains("0x1234: unknown"), "not issued is not good: " + unknown);
    String text = openssl.good("openssl", "x509", "-in", "ca/ocsp.pem", "-noout", "-text");
    assertTrue(text.contains("OCSP Signing") && text.contains("OCSP No Check"), text);
    assertTrue(Files.readString(folder.resolve("ca/log")).contains("\"kind\":\"responder\""));
  }

  @Test
  void whatIsNoOcspRequestIsToldSoAndAnAuthorityOfBeforeHasAResponderOnceUnlocked()
      throws Exception {
    make("p256");
    Files.write(
        folder.resolve("answer"), signer.ask("ocsp", Map.of("request", "AAAA")).binaryValue());
    OpenSsl.Ended malformed =
        openssl.run("openssl", "ocsp", "-respin", "answer", "-resp_text", "-noverify");
    assertTrue(malformed.text().contains("malformedrequest (1)"), malformed.text());
    signer.close();
    Files.delete(folder.resolve("ca/ocsp.pem"));
    Files.delete(folder.resolve("ca/ocsp-key.pem"));
    signer = new SignerProcess(folder.resolve("ca"));
    Files.write(
        folder.resolve("answer"), signer.ask("ocsp", Map.of("request", "AAAA")).binaryValue());
    OpenSsl.Ended later =
        openssl.run("openssl", "ocsp", "-respin", "answer", "-resp_text", "-noverify");
    assertTrue(later.text().contains("trylater (3)"), later.text());
    signer.ask("unlock", Map.of("passphrase", PASSPHRASE, "by", "ada"));
    assertTrue(Files.exists(folder.resolve("ca/ocsp.pem")));
  }
}
