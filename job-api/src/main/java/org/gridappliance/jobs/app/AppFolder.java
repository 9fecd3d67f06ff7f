package org.gridappliance.jobs.app;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The folder of one application: {@code app.yaml} and {@code examples/}. */
public final class AppFolder {
  /** The descriptor's name. */
  public static final String DESCRIPTOR = "app.yaml";

  /** The folder of the examples' files. */
  public static final String EXAMPLES = "examples";

  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");
  private static final int MAXIMUM_FILES = 1000;
  private static final int MAXIMUM_DEPTH = 8;

  private AppFolder() {}

  /** {@return whether it can be the name of an application's folder} */
  public static boolean isId(String name) {
    return ID.matcher(name).matches();
  }

  /** {@return whether it can be the name of a file without leading anywhere else} */
  public static boolean isPlainName(String name) {
    return PLAIN_NAME.matcher(name).matches();
  }

  static boolean isPlainFile(Path file) {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** {@return the plain files beneath, sorted, at most 1,000} */
  public static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder, MAXIMUM_DEPTH)) {
      return walk.filter(AppFolder::isPlainFile).limit(MAXIMUM_FILES).sorted().toList();
    }
  }

  /** {@return SHA-256 over names, lengths and contents of the plain files, as hex} */
  static String digest(Path folder) throws IOException {
    MessageDigest all = sha256();
    byte[] buffer = new byte[1 << 16];
    for (Path file : files(folder)) {
      String head = folder.relativize(file) + "\0" + Files.size(file) + "\0";
      all.update(head.getBytes(StandardCharsets.UTF_8));
      try (InputStream in = Files.newInputStream(file)) {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          all.update(buffer, 0, n);
        }
      }
    }
    return HexFormat.of().formatHex(all.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
