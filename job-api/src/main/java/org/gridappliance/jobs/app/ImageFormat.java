package org.gridappliance.jobs.app;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The pictures that every browser draws, known by the ending of their name. */
public final class ImageFormat {
  /** For messages. */
  static final String ENDINGS = ".png, .jpg, .jpeg, .gif, .webp, .svg, .bmp or .avif";

  /** Drawings in SVG; all that can hold a script. */
  public static final String SVG = "image/svg+xml";

  private static final Map<String, String> TYPES =
      Map.of(
          "png", "image/png",
          "jpg", "image/jpeg",
          "jpeg", "image/jpeg",
          "gif", "image/gif",
          "webp", "image/webp",
          "svg", SVG,
          "bmp", "image/bmp",
          "avif", "image/avif");

  private ImageFormat() {}

  /** {@return the media type of a file of this name, if it is a picture's} */
  public static Optional<String> of(String file) {
    int dot = file.lastIndexOf('.');
    return dot < 0
        ? Optional.empty()
        : Optional.ofNullable(TYPES.get(file.substring(dot + 1).toLowerCase(Locale.ROOT)));
  }
}
