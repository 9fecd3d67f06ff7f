package org.gridappliance.agent.executor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.gridappliance.agent.envelope.Spec;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.SubjobResult;
import org.jspecify.annotations.Nullable;

/**
 * The files of one try of a subjob: inputs, scratch folder, what it prints. {@link OpenScratch} has
 * them in clear, {@link SealedScratch} with the subjob's key. Used by the slot's thread.
 */
interface Scratch extends AutoCloseable {
  /** {@return what is missing of its inputs, else null} */
  @Nullable Failure stageIn(Lease lease, PortalClient portal)
      throws IOException, InterruptedException;

  /**
   * {@return what to run}
   *
   * @param run 0 at first, one more each time that it is started again in its folder
   */
  Spec spec(Lease lease, Spec.@Nullable Screen screen, int slot, Spec.Code code, int run);

  /** {@return what it prints} */
  Printed.Both printed();

  /**
   * Takes the outputs that it left, for {@link #parcel}.
   *
   * @throws Outputs.Refused in words for people
   */
  List<FileRef> collect(Lease lease) throws IOException, Outputs.Refused;

  /** Forgets what {@link #collect} took. */
  void dropOutputs() throws IOException;

  /**
   * {@return its result with what was collected and, where that does not travel inside the result,
   * what was printed}
   */
  Parcel parcel(Subjob subjob, SubjobResult result) throws IOException;

  /** Everything goes that no parcel has. */
  @Override
  void close();

  /** {@return a failure in words for an input or application that did not arrive} */
  static Failure notHere(String what, IOException why) {
    return Failure.of(
        Failure.Kind.INPUT,
        "The " + what + " could not be brought here: " + why.getMessage() + ".",
        "It is tried again on another executor.");
  }

  /** Removes a folder, or leaves it to the next start. */
  static void remove(Path folder) {
    try {
      Folders.remove(folder);
    } catch (IOException e) { // tried again at the next start
      System.getLogger(Scratch.class.getName())
          .log(System.Logger.Level.WARNING, "{0} cannot be removed: {1}", folder, e);
    }
  }
}
