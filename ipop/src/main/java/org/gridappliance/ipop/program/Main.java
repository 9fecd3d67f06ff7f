package org.gridappliance.ipop.program;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.gridappliance.ipop.session.Identity;

/**
 * The command line of {@code ipop}.
 *
 * <pre>
 *   run SETTINGS              run a node in the foreground
 *   key SETTINGS              print the node's public key, making it if needed
 *   status SETTINGS           what the running node sees
 *   pings SETTINGS            what the ping test has found; ping-all SETTINGS begins one now
 *   ping|trace SETTINGS ADDR  an echo through the ring, with its hops
 * </pre>
 */
public final class Main {

  private static final String USAGE =
      "usage: ipop run|key|status|pings|ping-all SETTINGS | ipop ping|trace SETTINGS ADDRESS";

  private Main() {}

  /** Ends with 0, 1 for a failure, 64 for a wrong command line. */
  @SuppressWarnings("SystemOut") // a command line's answer
  public static void main(String[] args) {
    int code;
    try {
      code = run(args);
    } catch (IOException e) {
      System.err.println("ipop: " + e.getMessage());
      code = 1;
    }
    if (code >= 0) {
      System.exit(code);
    }
  }

  /** {@return the exit code, or -1 to stay} */
  @SuppressWarnings("SystemOut")
  private static int run(String[] args) throws IOException {
    String command = args.length == 0 ? "" : args[0];
    boolean needsAddress = command.equals("ping") || command.equals("trace");
    if (args.length != (needsAddress ? 3 : 2)) {
      System.err.println(USAGE);
      return 64;
    }
    Settings settings = Settings.read(Path.of(args[1]));
    Path socket = Program.socket(settings.data());
    return switch (command) {
      case "run" -> {
        Program program = new Program(settings);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(program), "ipop-stop"));
        program.start();
        yield -1;
      }
      case "key" -> {
        Files.createDirectories(settings.data());
        KeyFile keys = KeyFile.open(settings.data().resolve("key"), new SecureRandom());
        System.out.println(new Identity(keys.sessionKey(), settings.secret()).publicKey());
        yield 0;
      }
      case "status", "pings", "ping-all" -> {
        JsonNode status = new ObjectMapper().readTree(LocalApi.ask(socket, command));
        System.out.println(status.toPrettyString());
        yield 0;
      }
      case "ping", "trace" -> {
        JsonNode answer = new ObjectMapper().readTree(LocalApi.ask(socket, "trace " + args[2]));
        System.out.println(answer.toPrettyString());
        yield answer.path("answered").asBoolean() ? 0 : 1;
      }
      default -> {
        System.err.println(USAGE);
        yield 64;
      }
    };
  }

  @SuppressWarnings("SystemOut")
  private static void stop(Program program) {
    try {
      program.close();
    } catch (IOException e) {
      System.err.println("ipop: " + e.getMessage());
    }
  }
}
