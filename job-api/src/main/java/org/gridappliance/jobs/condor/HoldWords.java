package org.gridappliance.jobs.condor;

import java.util.Locale;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Failure.Kind;
import org.gridappliance.jobs.lease.Limits;

/** HTCondor's hold reasons in plain words, with the remedy. Pure. */
final class HoldWords {
  /** Held by a person, or by us to suspend it: it goes on when it is released. */
  static final int BY_USER = 1;

  /** With {@link #BY_USER}: held by us, so we may release it. */
  static final int OURS = 172;

  /** Our own periodic expression: memory. */
  static final int MEMORY = 102;

  private HoldWords() {}

  /** {@return what a hold means to the one who submitted} */
  static Failure failure(int code, int subcode, String reason, Limits limits) {
    String said = reason.isBlank() ? "" : " (HTCondor says: " + reason + ")";
    if (subcode == MEMORY || code == 34 || reason.toLowerCase(Locale.ROOT).contains("memory")) {
      return Failure.of(
          Kind.LIMIT,
          "it used more memory than the " + (limits.memoryBytes() >> 20) + " MiB it may" + said,
          "give it smaller pieces, or ask an administrator to raise the application's memory");
    }
    return switch (code) {
      case 47, 46 ->
          Failure.of(
              Kind.LIMIT,
              "it ran longer than the " + (long) limits.wallSeconds() + " s it may" + said,
              "give it smaller pieces, or ask an administrator to raise the application's time");
      case 6 ->
          Failure.of(
              Kind.ENVELOPE,
              "the machine could not start it" + said,
              "it is tried again; if this comes back, look at that machine's StarterLog");
      case 12, 7, 8 ->
          Failure.of(
              Kind.EXECUTOR,
              "its results could not be brought back" + said,
              "it is tried again; look whether the disk of the portal is full");
      case 13 ->
          Failure.of(
              Kind.INPUT,
              "its input files could not be brought to the machine" + said,
              "it is tried again; look whether the disk of that machine is full");
      default ->
          Failure.of(
              Kind.EXECUTOR,
              "HTCondor holds it, code " + code + "." + subcode + said,
              "it is tried again; an administrator finds the code in HTCondor's manual");
    };
  }
}
