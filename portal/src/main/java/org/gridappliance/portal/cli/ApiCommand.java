package org.gridappliance.portal.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Calls any operation of the portal's contract, or lists them. */
@Command(
    name = "api",
    description = {
      "Lists the operations of the portal, or calls one, as: ./appliance api getJob job=12",
      "Parameters, and fields of a JSON body, are name=value; name:=JSON for a list or object;"
          + " name=@FILE and name:=@FILE take a field from a file, @- from standard input or, on a"
          + " terminal, asked without showing it: so are secrets given.",
      "What is no operation (files, archives, event streams) is a method and a path below /api/v1,"
          + " as: ./appliance api GET /jobs/12/results.zip --output results.zip",
      "Exit status 0 when the portal did it, 1 when it refused."
    },
    mixinStandardHelpOptions = true)
final class ApiCommand implements Callable<Integer> {
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "OPERATION",
      description = "an operationId, or a method with a path after it; without one all are listed")
  @Nullable String operation;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "name=value",
      description = "what it takes; --describe tells")
  List<String> arguments = List.of();

  @Option(names = "--filter", paramLabel = "TEXT", description = "list only those with this text")
  String filter = "";

  @Option(names = "--describe", description = "tell what OPERATION takes, and call nothing")
  boolean describe;

  @Option(names = "--body", paramLabel = "FILE", description = "send this file; - standard input")
  @Nullable String body;

  @Option(names = "--output", paramLabel = "FILE", description = "save the answer as it is")
  @Nullable Path output;

  @Option(names = "--include", description = "print the answer's status and headers before it")
  boolean include;

  @Option(names = "--json", description = "print JSON as it came, not indented")
  boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException, CliException {
    Login login = Login.read();
    try (Client client = Client.of(login)) {
      String wanted = operation;
      if (wanted == null) {
        list(client, Operations.of(client, login));
        return 0;
      }
      if (METHODS.contains(wanted)) {
        return send(client, plain(wanted), "application/octet-stream");
      }
      Operation found = Operations.of(client, login).get(wanted);
      if (describe) {
        System.out.println(line(found) + "\n" + found.takes());
        return 0;
      }
      return send(client, found.call(arguments, body != null), "application/json");
    }
  }

  private void list(Client client, Operations operations)
      throws IOException, InterruptedException, CliException {
    CompletionFile.refresh(client, operations);
    String text = filter.toLowerCase(Locale.ROOT);
    List<Operation> shown =
        operations.all().stream()
            .filter(one -> line(one).toLowerCase(Locale.ROOT).contains(text))
            .toList();
    if (!json) {
      shown.forEach(one -> System.out.println(line(one)));
      return;
    }
    ArrayNode array = Client.JSON.createArrayNode();
    for (Operation one : shown) {
      array
          .addObject()
          .put("operationId", one.id())
          .put("method", one.method())
          .put("path", one.path())
          .put("summary", one.summary());
    }
    System.out.println(array.toPrettyString());
  }

  private static String line(Operation one) {
    return "%-28s %-6s %s  %s".formatted(one.id(), one.method(), one.path(), one.summary()).strip();
  }

  /** A request of what the contract leaves to plain routes. */
  private Call plain(String method) throws CliException {
    if (arguments.size() != 1 || !arguments.getFirst().startsWith("/")) {
      throw new CliException(
          method + " wants one path below /api/v1, as: GET /jobs/12/results.zip; its query in it");
    }
    try {
      return new Call(method, new URI(arguments.getFirst()).toString(), Map.of(), Optional.empty());
    } catch (URISyntaxException e) {
      throw new CliException(arguments.getFirst() + ": want it escaped, as /files/a%20b.txt");
    }
  }

  private int send(Client client, Call call, String type)
      throws IOException, InterruptedException, CliException {
    BodyPublisher sent = publisher(call);
    HttpResponse<InputStream> answer = client.exchange(call, sent, type);
    try (InputStream in = answer.body()) {
      if (include) {
        System.out.println("HTTP " + answer.statusCode());
        answer
            .headers()
            .map()
            .forEach((k, all) -> all.forEach(v -> System.out.println(k + ": " + v)));
        System.out.println();
      }
      String kind = answer.headers().firstValue("content-type").orElse("");
      boolean isJson = kind.startsWith("application/json");
      if (output != null) {
        save(in, output);
      } else if (isJson && !json) {
        System.out.println(Client.JSON.readTree(in).toPrettyString());
      } else if (isJson || kind.isEmpty() || kind.startsWith("text/") || !Terminal.present()) {
        copy(in);
      } else {
        throw new CliException("the answer is " + kind + ", not text; want --output FILE");
      }
    }
    return 0;
  }

  private BodyPublisher publisher(Call call) throws IOException, CliException {
    if (call.fields().isPresent()) {
      return BodyPublishers.ofString(call.fields().get().toString());
    }
    if (body == null) {
      return BodyPublishers.noBody();
    }
    if (body.equals("-")) {
      return BodyPublishers.ofInputStream(() -> System.in);
    }
    if (!Files.isReadable(Path.of(body))) {
      throw new CliException("--body=" + body + ": no such file, or not readable");
    }
    return BodyPublishers.ofFile(Path.of(body));
  }

  /** What breaks off leaves no file that looks whole. */
  private static void save(InputStream in, Path file) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try (OutputStream out = Files.newOutputStream(part)) {
      in.transferTo(out);
    }
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Each piece as it comes, so that events are seen when they happen. */
  private static void copy(InputStream in) throws IOException {
    byte[] piece = new byte[8192];
    for (int n = in.read(piece); n >= 0 && !System.out.checkError(); n = in.read(piece)) {
      System.out.write(piece, 0, n);
      System.out.flush();
    }
  }
}
