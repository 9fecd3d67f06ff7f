package org.gridappliance.portal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.gridappliance.portal.settings.SettingsFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trades a name and password for a token, once; the password is kept nowhere. */
@Command(
    name = "login",
    description = {
      "Gets a token with your name and password and keeps it in ~/.config/grid-appliance/token.json.",
      "APPLIANCE_USER and APPLIANCE_PASSWORD in the environment are taken instead of asking."
    },
    mixinStandardHelpOptions = true)
final class LoginCommand implements Callable<Integer> {
  @Option(names = "--url", paramLabel = "URL", description = "the portal (default: this machine's)")
  @Nullable URI url;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "certificate of the portal's authority, for an https address (its /ca.pem)")
  @Nullable Path authority;

  @Option(names = "--days", defaultValue = "90", description = "life of the token, 1..365 (90)")
  int days;

  @Option(names = "--pool", description = "also for what pool admins may do, as overlay")
  boolean pool;

  @Option(names = "--admin", description = "also for what administrators may do, as api listUsers")
  boolean admin;

  @Option(
      names = "--data",
      hidden = true,
      description = "data folder, to find this machine's portal")
  @Nullable Path data;

  @Override
  public Integer call() throws IOException, InterruptedException, CliException {
    if (days < 1 || days > 365) {
      throw new CliException("--days=" + days + ": want 1..365");
    }
    URI portal = portal();
    String name = answer("APPLIANCE_USER", "Name: ", false);
    String password = answer("APPLIANCE_PASSWORD", "Password: ", true);
    Optional<Path> ca = Optional.ofNullable(authority);
    Login login;
    try (Client client = Client.of(portal, name, password, ca)) {
      ObjectNode body =
          Client.JSON.createObjectNode().put("name", "command line on " + SettingsFile.hostName());
      ArrayNode scopes = body.put("days", days).putArray("scopes").add("jobs").add("files");
      if (pool) {
        scopes.add("pool");
      }
      if (admin) {
        scopes.add("admin");
      }
      JsonNode token = client.post("tokens", body);
      login = new Login(portal, name, token.path("token").asText(), ca);
      login.write();
    }
    System.out.println("logged in to " + portal + " as " + name + "; token in " + Login.file());
    offerToCompletion(login);
    return 0;
  }

  /** The login is good without it: a shell that has nothing to offer offers nothing. */
  private static void offerToCompletion(Login login) throws IOException, InterruptedException {
    Files.deleteIfExists(CompletionFile.file());
    try (Client client = Client.of(login)) {
      CompletionFile.refresh(client, Operations.of(client, login));
    } catch (IOException | CliException e) {
      System.err.println("no completion of operations: " + e.getMessage());
    }
  }

  /** The address given, else what this machine's portal says it serves. */
  private URI portal() throws IOException, CliException {
    if (url != null) {
      if (url.getHost() == null) {
        throw new CliException("--url=" + url + ": want https://HOST[:PORT]");
      }
      return url;
    }
    Path address = data == null ? Path.of("run/address") : data.resolve("run/address");
    if (!Files.isReadable(address)) {
      throw new CliException(
          "no portal found in "
              + (data == null ? "." : data)
              + "; say which: ./appliance login --url URL");
    }
    return URI.create(Files.readString(address).strip());
  }

  private static String answer(String variable, String question, boolean secret)
      throws CliException {
    String given = System.getenv(variable);
    if (given != null && !given.isEmpty()) {
      return given;
    }
    if (!Terminal.present()) {
      throw new CliException("no terminal to ask on; set APPLIANCE_USER and APPLIANCE_PASSWORD");
    }
    String line = (secret ? Terminal.askSecretly(question) : Terminal.ask(question)).orElse("");
    if (line.isBlank()) {
      throw new CliException("nothing entered");
    }
    return line;
  }
}
