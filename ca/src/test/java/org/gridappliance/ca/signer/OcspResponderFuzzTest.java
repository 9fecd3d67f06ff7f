package org.gridappliance.ca.signer;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.gridappliance.ca.CaException;
import org.junit.jupiter.api.Tag;

class OcspResponderFuzzTest {
  /** Whatever the bytes: a bounded request, or a reason; no other exception. */
  @Tag("fuzz")
  @FuzzTest(maxDuration = "10m")
  void anyBytesAreARequestOrRefused(byte[] bytes) {
    try {
      OCSPReq request = OcspResponder.parse(bytes);
      if (request.getRequestList().length > 32) {
        throw new AssertionError("too many");
      }
    } catch (CaException e) {
      if (e.getMessage() == null) {
        throw new AssertionError("refused without a reason", e);
      }
    }
  }
}
