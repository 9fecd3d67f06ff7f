package org.gridappliance.ca.request;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.gridappliance.ca.CaException;
import org.junit.jupiter.api.Tag;

class CheckedRequestFuzzTest {
  /** Whatever the bytes: a request that is sound, or a reason; no other exception. */
  @Tag("fuzz")
  @FuzzTest(maxDuration = "10m")
  void anyBytesAreARequestOrRefused(byte[] bytes) {
    try {
      CheckedRequest request = CheckedRequest.parse(bytes);
      if (request.addresses().size() > 8 || request.contact().length() > 200) {
        throw new AssertionError(request.toString());
      }
    } catch (CaException e) {
      if (e.getMessage() == null) {
        throw new AssertionError("refused without a reason", e);
      }
    }
  }
}
