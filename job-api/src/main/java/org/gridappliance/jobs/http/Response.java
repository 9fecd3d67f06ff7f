package org.gridappliance.jobs.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A successful answer.
 *
 * @param status 200..299
 * @param body anything Jackson can write, or null for an empty body
 * @param headers beside those that every answer carries
 */
public record Response(int status, @Nullable Object body, Map<String, String> headers) {
  /** 200 with a body. */
  public static Response ok(Object body) {
    return new Response(200, body, Map.of());
  }

  /** 201 with the new thing and its address. */
  public static Response created(String location, Object body) {
    return new Response(201, body, Map.of("Location", location));
  }

  /** 204. */
  public static Response noContent() {
    return new Response(204, null, Map.of());
  }
}
