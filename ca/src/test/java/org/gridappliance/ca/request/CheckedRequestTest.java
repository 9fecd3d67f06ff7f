package org.gridappliance.ca.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gridappliance.ca.CaException;
import org.gridappliance.ca.OpenSsl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckedRequestTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "ec -pkeyopt ec_paramgen_curve:P-256, ECDSA P-256",
    "ec -pkeyopt ec_paramgen_curve:P-384, ECDSA P-384",
    "ed25519, Ed25519",
    "rsa:3072, RSA 3072"
  })
  void strongKeysAreTaken(String key, String strength) throws Exception {
    CheckedRequest request =
        CheckedRequest.parse(new OpenSsl(folder).request("10.128.0.7", key.split(" ", -1)));
    assertEquals(strength, request.strength());
    assertEquals("10.128.0.7", request.name());
    assertEquals(List.of("10.128.0.7"), request.addresses());
  }

  @ParameterizedTest
  @CsvSource({
    "rsa:2048, has 2048 bits",
    "ec -pkeyopt ec_paramgen_curve:P-521, want P-256 or P-384",
    "ec -pkeyopt ec_paramgen_curve:secp256k1, ''",
    "ed448, want ECDSA"
  })
  void weakOrStrangeKeysAreRefusedWithTheReason(String key, String reason) throws Exception {
    byte[] der = new OpenSsl(folder).request("10.128.0.7", key.split(" ", -1));
    CaException refused = assertThrows(CaException.class, () -> CheckedRequest.parse(der));
    assertTrue(String.valueOf(refused.getMessage()).contains(reason), refused.getMessage());
  }

  @Test
  void contactAndSecretAreReadFromTheAttributes() throws Exception {
    Files.writeString(
        folder.resolve("req.cnf"),
        """
        [req]
        prompt=no
        distinguished_name=dn
        attributes=at
        [dn]
        CN=10.128.0.7
        [at]
        unstructuredName=Ada, room 4
        challengePassword=once-only
        """);
    OpenSsl openssl = new OpenSsl(folder);
    openssl.good("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-out", "k");
    openssl.good(
        "openssl",
        "req",
        "-new",
        "-key",
        "k",
        "-config",
        "req.cnf",
        "-outform",
        "DER",
        "-out",
        "csr");
    CheckedRequest request = CheckedRequest.parse(Files.readAllBytes(folder.resolve("csr")));
    assertEquals("Ada, room 4", request.contact());
    assertEquals("once-only", request.secret());
    assertEquals(List.of(), request.addresses());
  }

  @Test
  void everyChangedByteIsRefused() throws Exception {
    byte[] der = new OpenSsl(folder).request("10.128.0.7");
    for (int i = 0; i < der.length; i++) {
      byte[] changed = der.clone();
      changed[i] ^= 1;
      assertThrows(CaException.class, () -> CheckedRequest.parse(changed), "byte " + i);
    }
  }

  @Test
  void whatIsTooLongIsRefusedUnread() {
    CaException refused =
        assertThrows(CaException.class, () -> CheckedRequest.parse(new byte[8193]));
    assertTrue(String.valueOf(refused.getMessage()).contains("8193 bytes"));
  }
}
