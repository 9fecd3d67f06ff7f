package org.gridappliance.agent.executor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.gridappliance.agent.envelope.Outcome;
import org.gridappliance.evm.seal.SealException;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.SubjobResult;
import org.jspecify.annotations.Nullable;

/** Makes the result and its parcel of what a program left. */
final class Packer {
  private static final int INLINE_BYTES = 60_000;
  private static final int LAST_LINES_BYTES = 4096;
  private static final int LAST_LINES = 10;

  private Packer() {}

  static Parcel pack(Subjob subjob, Outcome outcome, Scratch place) throws IOException {
    Lease lease = subjob.lease;
    List<FileRef> outputs = new ArrayList<>();
    Failure failure = outcome.failure();
    if (failure == null) {
      try {
        outputs.addAll(place.collect(lease));
      } catch (Outputs.Refused e) {
        failure =
            Failure.of(
                Failure.Kind.PROGRAM,
                e.getMessage() == null ? "Its outputs were refused." : e.getMessage(),
                "Let the program leave regular files under the names of its outputs.");
        place.dropOutputs();
      } catch (SealException e) {
        failure = Outcome.altered(String.valueOf(e.getMessage()));
        place.dropOutputs();
      }
    }
    int most = (int) Math.min(lease.limits().outputBytes(), INLINE_BYTES + 1);
    Printed.Both printed = place.printed();
    List<String> last = lastLines(printed.stderr());
    if (failure == null) {
      failure = Clues.failure(outcome, last);
    }
    byte[] stdout = printed.stdout().read(0, most);
    byte[] stderr = printed.stderr().read(0, most);
    String out = subjob.sent().isTouched() ? null : text(stdout);
    String err = subjob.sent().isTouched() ? null : text(stderr);
    if (failure != null) {
      failure =
          new Failure(
              failure.kind(),
              failure.message(),
              failure.remedy(),
              outcome.exitCode(),
              outcome.signal(),
              last);
    }
    SubjobResult result =
        new SubjobResult(
            lease.lease(),
            lease.fence(),
            outcome.exitCode(),
            outcome.signal(),
            failure,
            seconds(outcome.wall()),
            outcome.cpu() == null ? null : seconds(outcome.cpu()),
            outcome.peakMemoryBytes(),
            outputs,
            out,
            err);
    return place.parcel(subjob, result);
  }

  /** {@return the bytes as text, or null when they are too many or no UTF-8} */
  private static @Nullable String text(byte[] bytes) {
    if (bytes.length > INLINE_BYTES) {
      return null;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static List<String> lastLines(Printed stderr) {
    try {
      long from = Math.max(0, stderr.size() - LAST_LINES_BYTES);
      String text = new String(stderr.read(from, LAST_LINES_BYTES), StandardCharsets.UTF_8);
      List<String> lines = text.lines().toList();
      return lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
    } catch (IOException e) { // words of a failure that is already told
      return List.of();
    }
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
