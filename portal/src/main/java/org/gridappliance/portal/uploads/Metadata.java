package org.gridappliance.portal.uploads;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gridappliance.jobs.http.Problem;
import org.jspecify.annotations.Nullable;

/**
 * The {@code Upload-Metadata} header (tus 1.0.0, creation): {@code key base64,key base64,…}. Pure.
 *
 * @param path as the client wrote it
 * @param share 0 when none was named
 * @param modified at most 40 letters, given back as they came
 */
record Metadata(String path, long share, String modified, boolean replace) {

  static Metadata parse(@Nullable String header) {
    Map<String, String> values = new HashMap<>();
    for (String pair : header == null ? List.<String>of() : List.of(header.split(",", -1))) {
      String[] parts = pair.strip().split(" ", 2);
      try {
        String value =
            parts.length < 2
                ? ""
                : new String(Base64.getDecoder().decode(parts[1].strip()), StandardCharsets.UTF_8);
        values.put(parts[0], value);
      } catch (IllegalArgumentException e) {
        throw bad(parts[0] + " is not base64");
      }
    }
    String share = values.getOrDefault("share", "0");
    if (!share.matches("[0-9]{1,18}")) {
      throw bad("share=" + share + ": want the number of a share");
    }
    String modified = values.getOrDefault("modified", "");
    if (modified.length() > 40) {
      throw bad("modified has more than 40 letters");
    }
    return new Metadata(
        values.getOrDefault("path", ""),
        Long.parseLong(share),
        modified,
        values.containsKey("replace"));
  }

  private static Problem bad(String what) {
    String words = "Upload-Metadata: " + what;
    return Problem.invalid(words, List.of(new Problem.FieldError("Upload-Metadata", words)));
  }
}
