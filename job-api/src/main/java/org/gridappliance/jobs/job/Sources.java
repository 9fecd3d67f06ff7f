package org.gridappliance.jobs.job;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.Input;

/**
 * Opens the files that a caller may name in a form: his own, examples of the application, results
 * of his jobs.
 *
 * @param home the caller's
 * @param results what jobs of the caller have left
 */
record Sources(App app, Path home, Results results) {
  /** Finds what jobs of the caller have left. */
  interface Results {
    /**
     * {@return a file of ours}
     *
     * @param reference {@code JOB/PATH}
     * @throws HomeFile.Refused when the caller has none such
     */
    Path find(String reference) throws HomeFile.Refused;
  }

  /**
   * {@return the bytes of a file}
   *
   * @param path as the request names it
   * @throws HomeFile.Refused when it is not the caller's, or larger than the input takes
   */
  SeekableByteChannel open(Input.FileInput input, String path)
      throws HomeFile.Refused, IOException {
    SeekableByteChannel source = open(path);
    long bytes = source.size();
    if (bytes > input.maximumBytes()) {
      source.close();
      throw new HomeFile.Refused(
          "the file has %d bytes: want at most %d".formatted(bytes, input.maximumBytes()));
    }
    return source;
  }

  private SeekableByteChannel open(String path) throws HomeFile.Refused, IOException {
    if (path.startsWith(Input.EXAMPLE_PREFIX)) {
      Path example =
          app.exampleFile(path)
              .orElseThrow(() -> new HomeFile.Refused("the application has no " + path));
      return FileChannel.open(example, StandardOpenOption.READ);
    }
    if (path.startsWith(Input.RESULT_PREFIX)) {
      Path result = results.find(path.substring(Input.RESULT_PREFIX.length()));
      return FileChannel.open(result, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }
    return HomeFile.open(
        home,
        path.startsWith(Input.HOME_PREFIX) ? path.substring(Input.HOME_PREFIX.length()) : path);
  }
}
