package org.gridappliance.agent.pool;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.gridappliance.agent.verb.Verb;

/** What the portal may ask of this machine's HTCondor. */
record CondorVerbs(Condor condor, PoolFolders folders) {
  Map<String, Verb> all() {
    return Map.of(
        "GET /pool",
        call -> Verb.Reply.ok(condor.state()),
        "PUT /pool",
        this::wish,
        "POST /pool/tokens",
        this::token,
        "PUT /pool/machines/{address}",
        this::stand,
        "PUT /pool/policies",
        this::policies,
        "PUT /pool/neighbours",
        this::neighbour,
        "DELETE /pool/neighbours/{address}",
        this::forget,
        "PUT /pool/watched",
        this::watch,
        "DELETE /pool/watched/{address}",
        this::unwatch);
  }

  private Verb.Reply wish(Verb.Call call) throws IOException {
    PoolWish wish = PoolWish.of(call.body());
    if (!wish.token().isEmpty()) {
      condor.layout().folders().make(condor.layout().condorUid());
      PoolFolders.write(folders.tokens().resolve("worker"), wish.token() + "\n", "rw-------", 0);
    }
    wish.keep(folders);
    condor.startAnew();
    return Verb.Reply.ok(condor.state());
  }

  private Verb.Reply token(Verb.Call call) throws IOException {
    try {
      return Verb.Reply.ok(Map.of("token", condor.mint(call.body().path("kind").asText())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the agent stops", e);
    }
  }

  /** Drains, bans or opens a machine of the pool. */
  private Verb.Reply stand(Verb.Call call) throws IOException {
    condor.requireManager("machines are drained, banned and opened on the pool's manager");
    String address = String.valueOf(call.path().get("address"));
    String standing = call.body().path("standing").asText();
    Standings.of(folders).set(address, standing);
    condor.again();
    try {
      condor.drain(address, standing);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the agent stops", e);
    }
    return Verb.Reply.ok(condor.state());
  }

  private Verb.Reply policies(Verb.Call call) throws IOException {
    condor.requireManager("policies of HTCondor's machines are kept on the pool's manager");
    JsonNode body = call.body();
    GroupBounds.of(folders).set(body.path("revision").asText(), body.path("policies"));
    condor.again();
    return Verb.Reply.ok(Map.of());
  }

  private Verb.Reply neighbour(Verb.Call call) throws IOException {
    condor.requireManager("other pools are named on the manager");
    JsonNode body = call.body();
    Neighbours.of(folders).add(body.path("address").asText(), body.path("token").asText());
    condor.again();
    return Verb.Reply.ok(condor.state());
  }

  private Verb.Reply watch(Verb.Call call) throws IOException {
    Path data = condor.layout().data();
    Watched.of(folders).put(call.body(), (int) Files.getAttribute(data, "unix:uid"));
    return Verb.Reply.ok(condor.state());
  }

  private Verb.Reply unwatch(Verb.Call call) throws IOException {
    Watched.of(folders).remove(String.valueOf(call.path().get("address")));
    return Verb.Reply.ok(condor.state());
  }

  private Verb.Reply forget(Verb.Call call) throws IOException {
    condor.requireManager("other pools are named on the manager");
    String address = String.valueOf(call.path().get("address"));
    Neighbours.of(folders).leave(address);
    condor.leave(address);
    return Verb.Reply.ok(condor.state());
  }
}
