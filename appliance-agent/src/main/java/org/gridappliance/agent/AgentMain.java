package org.gridappliance.agent;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The agent's command line.
 *
 * <pre>
 * agent run  --data DIR --portal URL [--slots N] [--uid-base N] [--cache-gb N]   this machine's executor
 * agent join LINK --data DIR [--slots N] …                                       another portal's executor
 * agent pool --data DIR --condor-root DIR                                        HTCondor's part alone
 * agent pool-token worker|submitter --data DIR --condor-root DIR                 prints a token
 * agent node-enrol LINK --data DIR …                                              the secure pool
 * </pre>
 *
 * One run: {@link AgentOptions} → {@link Enrolling} (who am I) → {@link Agent} (envelope, executor,
 * socket) until SIGTERM. Ends with 0, 2 for a wrong command line, 1 for anything else, and a
 * sentence on stderr.
 */
public final class AgentMain {
  private static final int LOOK_SECONDS = 2;

  private AgentMain() {}

  /** Starts; returns when told to stop. */
  public static void main(String[] arguments) {
    System.setProperty(
        "java.util.logging.SimpleFormatter.format", "%1$tFT%1$tT%1$tz %4$s %5$s%6$s%n");
    int status = 0;
    try {
      if (!PoolMain.run(arguments) && !NodeMain.run(arguments)) {
        run(AgentOptions.parse(arguments));
      }
    } catch (AgentOptions.Wrong e) {
      System.err.println("agent: " + e.getMessage());
      status = 2;
    } catch (IOException e) {
      System.err.println("agent: " + e.getMessage());
      status = 1;
    } catch (InterruptedException e) {
      status = 1;
    }
    System.exit(status); // the shutdown hook has nothing left to do
  }

  private static void rejected(AgentOptions options) throws IOException {
    if (options.link() != null) {
      throw new IOException(
          "the portal no longer knows this machine; ask for a new link, remove "
              + options.data().resolve("keys").resolve("executor.json")
              + " and join again");
    }
    if (new Enrolling(options).startAnew()) {
      throw new IOException("the portal wants this machine to enrol anew; start again");
    }
  }

  /** What may fail at the start. */
  interface Begin {
    void run() throws IOException;
  }

  /** Runs a part until this program is told to stop. */
  static void untilTold(Begin begin, Runnable end) throws IOException, InterruptedException {
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(
                    () -> {
                      told.countDown();
                      try {
                        ended.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                    }));
    try {
      begin.run();
      told.await();
    } finally {
      end.run();
      ended.countDown();
    }
  }

  private static void run(AgentOptions options) throws IOException, InterruptedException {
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    Thread main = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(
                    () -> {
                      told.countDown();
                      main.interrupt();
                      try {
                        ended.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                    }));
    try (Agent agent = Agent.open(options)) {
      agent.start();
      while (!told.await(LOOK_SECONDS, TimeUnit.SECONDS)) {
        if (agent.isRejected()) {
          rejected(options);
        }
        if (agent.isBroken()) {
          throw new IOException("a part of the executor ended by a fault, see above");
        }
      }
    } catch (InterruptedException e) {
      if (told.getCount() > 0) {
        throw e;
      }
    } finally {
      ended.countDown();
    }
  }
}
