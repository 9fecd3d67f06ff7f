package org.gridappliance.vnc.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.PrintWriter;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Runs one test method, {@code CLASS#METHOD(PARAMETERS)}, and exits with 1 when it fails. */
public final class FuzzMain {
  private FuzzMain() {}

  /** Starts. */
  public static void main(String[] arguments) {
    Launcher launcher = LauncherFactory.create();
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    launcher.execute(
        LauncherDiscoveryRequestBuilder.request().selectors(selectMethod(arguments[0])).build(),
        summary);
    summary.getSummary().printFailuresTo(new PrintWriter(System.out, true, UTF_8));
    boolean good =
        summary.getSummary().getTestsSucceededCount() > 0
            && summary.getSummary().getTotalFailureCount() == 0;
    System.exit(good ? 0 : 1);
  }
}
