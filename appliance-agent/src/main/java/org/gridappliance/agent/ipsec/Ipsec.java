package org.gridappliance.agent.ipsec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.gridappliance.agent.ipsec.Standing.State;
import org.gridappliance.agent.verb.Verb;
import org.jspecify.annotations.Nullable;

/**
 * Makes this machine a member of the secure pool and keeps it one.
 *
 * <p>{@link #begin}: link and key on disk → request by EST until a person has decided → certificate
 * checked → {@link Guard} raised → {@link Tunnels} driven, every few seconds and whenever there is
 * {@link News}: revocation list, members, what does not stand is initiated. One thread does it all;
 * verbs only leave word for it, and read {@link Standing}. Safe for all threads.
 */
public final class Ipsec implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Ipsec.class.getName());
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long ROUND_MILLIS = 3_000;
  private static final int LONGEST_CONTACT = 200;
  private static final Duration RENEW_AGAIN = Duration.ofHours(1);

  private final IpsecFolder folder;
  private final Supplier<Optional<String>> address;
  private final String device;
  private final Standing standing = new Standing();
  private final Tunnels tunnels;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition word = lock.newCondition();
  private final Thread thread =
      Thread.ofPlatform().name("ipsec").daemon().unstarted(this::supervise);

  // guarded by lock
  private @Nullable Wish wish;
  private boolean hasNews;
  private boolean isClosed;

  // of the thread
  private @Nullable CaClient client;
  private @Nullable News news;
  private Instant renewed = Instant.EPOCH;
  private List<String> exempt = List.of();
  private String unread = ""; // why the file of open nodes cannot be read

  /** What a verb wants the thread to do. */
  private sealed interface Wish {
    record Enrol(String link, String contact) implements Wish {}

    record Leave() implements Wish {}
  }

  /**
   * @param data the data folder
   * @param device of the overlay
   * @param address the overlay's address at this moment; empty while there is none
   */
  public Ipsec(Path data, String device, Supplier<Optional<String>> address) {
    this.folder = IpsecFolder.of(data);
    this.tunnels = new Tunnels(folder);
    this.device = device;
    this.address = address;
  }

  /** Starts supervising; returns at once. */
  public void start() {
    thread.start();
  }

  /** {@return the verbs of the agent's socket} */
  public Map<String, Verb> verbs() {
    return Map.of(
        "GET /ipsec",
        call -> Verb.Reply.ok(standing.shown()),
        "POST /ipsec/enrol",
        call -> {
          wish(wanted(call.body()));
          return Verb.Reply.ok(standing.shown());
        },
        "POST /ipsec/leave",
        call -> {
          wish(new Wish.Leave());
          return Verb.Reply.ok(standing.shown());
        });
  }

  private static Wish wanted(JsonNode body) {
    String link = body.path("link").asText("");
    String contact = body.path("contact").asText("");
    try {
      IpsecLink _ = IpsecLink.parse(link);
    } catch (IpsecLink.Wrong e) {
      throw new Verb.Refused(422, String.valueOf(e.getMessage()));
    }
    if (contact.length() > LONGEST_CONTACT || contact.chars().anyMatch(c -> c < ' ')) {
      throw new Verb.Refused(422, "contact: want at most " + LONGEST_CONTACT + " characters");
    }
    if (!System.getProperty("user.name").equals("root")) {
      throw new Verb.Refused(
          409, "IPsec needs root: start the appliance with sudo, then enrol this machine");
    }
    return new Wish.Enrol(link, contact);
  }

  private void wish(Wish now) {
    lock.lock();
    try {
      State present = standing.state();
      if (now instanceof Wish.Enrol && (present == State.MEMBER || present == State.ASKING)) {
        throw new Verb.Refused(
            409, "this machine is " + present + " already; ./appliance node leave comes first");
      }
      wish = now;
      word.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void supervise() {
    try {
      recall();
      while (true) {
        Wish next = take();
        if (next == null && isEnded()) {
          return;
        }
        try {
          switch (next) {
            case Wish.Enrol enrol -> begin(enrol);
            case Wish.Leave leave -> leave();
            case null -> round();
          }
        } catch (IOException e) {
          standing.say(standing.state(), String.valueOf(e.getMessage()));
        } catch (GeneralSecurityException | IpsecLink.Wrong e) {
          standing.say(standing.state(), "not sound: " + e.getMessage());
        }
      }
    } catch (InterruptedException e) {
      // closed
    } finally {
      tunnels.close();
      closeClient();
    }
  }

  private boolean isEnded() {
    lock.lock();
    try {
      return isClosed;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a wish, news or the next round. {@return null when it is time for a round} */
  private @Nullable Wish take() throws InterruptedException {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(ROUND_MILLIS);
      while (wish == null && !hasNews && !isClosed && left > 0) {
        left = word.awaitNanos(left);
      }
      Wish next = wish;
      wish = null;
      hasNews = false;
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** What the last run of the agent left. */
  private void recall() throws InterruptedException {
    try {
      if (!folder.has("enrolment.json")) {
        return;
      }
      JsonNode kept = JSON.readTree(folder.read("enrolment.json"));
      if (folder.has("node.der")) {
        raise(); // before anything else: no packet without IPsec
        remember(CaClient.certificate(folder.read("node.der")));
        standing.say(State.MEMBER, "it is being started");
      } else {
        standing.say(State.ASKING, "");
      }
      open(IpsecLink.parse(kept.path("link").asText()));
      standing.key(NodeKey.read(folder).getPublic());
    } catch (IOException | GeneralSecurityException | IpsecLink.Wrong e) {
      standing.say(standing.state(), "what was kept cannot be used: " + e.getMessage());
    }
  }

  private void begin(Wish.Enrol enrol) throws IOException, IpsecLink.Wrong {
    folder.make();
    folder.forget("node.der", "request.der", "crl.der");
    KeyPair pair = NodeKey.make();
    NodeKey.save(folder, pair);
    folder.write(
        "enrolment.json",
        JSON.writeValueAsBytes(Map.of("link", enrol.link(), "contact", enrol.contact())));
    closeClient();
    standing.key(pair.getPublic());
    open(IpsecLink.parse(enrol.link()));
    standing.say(State.ASKING, "");
  }

  private void open(IpsecLink link) throws IOException {
    CaClient opened = new CaClient(link);
    client = opened;
    news = new News(opened, this::hear);
  }

  private void hear() {
    lock.lock();
    try {
      hasNews = true;
      word.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void leave() throws IOException, InterruptedException {
    tunnels.close();
    closeClient();
    folder.forget("enrolment.json", "node.der", "key.pem", "request.der", "crl.der");
    Guard.lower();
    standing.left();
  }

  private void round() throws IOException, InterruptedException, GeneralSecurityException {
    switch (standing.state()) {
      case NONE, DENIED, REVOKED -> {
        // until a wish
      }
      case ASKING -> ask();
      case MEMBER -> keep();
    }
  }

  private CaClient client() throws IOException {
    CaClient present = client;
    if (present == null) {
      throw new IOException("no authority is known; leave and enrol anew");
    }
    return present;
  }

  private void ask() throws IOException, InterruptedException, GeneralSecurityException {
    Optional<String> now = address.get();
    if (now.isEmpty()) {
      standing.say(State.ASKING, "this machine has no address on the overlay yet");
      return;
    }
    CaClient.Authority authority = client().authority();
    KeyPair pair = NodeKey.read(folder);
    if (!folder.has("request.der") || !now.get().equals(standing.address())) {
      JsonNode kept = JSON.readTree(folder.read("enrolment.json"));
      folder.write("request.der", NodeKey.request(pair, now.get(), kept.path("contact").asText()));
    }
    standing.asks(authority.name(), now.get());
    switch (client().enrol("simpleenroll", folder.read("request.der"))) {
      case CaClient.Answer.Wait wait ->
          standing.say(
              State.ASKING,
              wait.why().isEmpty()
                  ? "a person decides on the page Certificates of " + authority.name()
                  : wait.why());
      case CaClient.Answer.Refused refused -> {
        folder.forget("enrolment.json", "key.pem", "request.der");
        closeClient();
        standing.say(State.DENIED, refused.why());
      }
      case CaClient.Answer.Given given -> {
        check(given.certificate(), authority, pair, now.get());
        folder.write("ca.der", authority.certificate().getEncoded());
        folder.write("list.der", authority.lists().getEncoded());
        raise();
        folder.write("node.der", given.certificate().getEncoded()); // from here on a member
        remember(given.certificate());
        standing.say(State.MEMBER, "it is being started");
        keep();
      }
    }
  }

  private static void check(
      X509Certificate certificate, CaClient.Authority authority, KeyPair pair, String address)
      throws GeneralSecurityException, IOException {
    certificate.verify(authority.certificate().getPublicKey());
    certificate.checkValidity();
    boolean ours =
        Arrays.equals(certificate.getPublicKey().getEncoded(), pair.getPublic().getEncoded());
    if (!ours || !address.equals(nameOf(certificate))) {
      throw new IOException("the certificate that came is for another key or address");
    }
  }

  private static String nameOf(X509Certificate certificate) throws GeneralSecurityException {
    if (certificate.getSubjectAlternativeNames() != null) {
      for (List<?> name : certificate.getSubjectAlternativeNames()) {
        return String.valueOf(name.get(1));
      }
    }
    return "";
  }

  private void remember(X509Certificate certificate) throws GeneralSecurityException {
    standing.certified(nameOf(certificate), certificate.getNotAfter().toInstant());
  }

  private void raise() throws IOException, InterruptedException {
    exempt = List.of();
    Guard.raise(device, "10.128.0.0/9", exempt); // whatever the file of open nodes says
    exempt();
  }

  /** Lets packets of the open nodes pass, once their file says other ones. */
  private void exempt() throws IOException, InterruptedException {
    List<String> open = List.of();
    try {
      open = OpenNodes.read(folder);
      unread = "";
    } catch (IOException e) { // then nobody is exempt
      unread = String.valueOf(e.getMessage());
    }
    if (!open.equals(exempt)) {
      try {
        Guard.raise(device, "10.128.0.0/9", open);
        exempt = open;
      } catch (IOException e) { // the guard stands as it stood; tried again next round
        unread = String.valueOf(e.getMessage());
      }
    }
  }

  /** A member's round. */
  private void keep() throws IOException, InterruptedException, GeneralSecurityException {
    String here = standing.address();
    if (!address.get().equals(Optional.of(here))) {
      tunnels.close();
      standing.say(
          State.MEMBER,
          "the certificate is for "
              + here
              + " but this machine's address on the overlay is "
              + address.get().orElse("none yet")
              + "; nothing passes until it is that again, or it leaves and enrols anew");
      return;
    }
    exempt();
    String trouble = unread;
    List<String> members = tunnels.known();
    try {
      CaClient.Authority authority = client().authority();
      members = authority.nodes();
      Optional<X509CRL> fresh = client().list(authority.lists());
      if (fresh.isPresent()) {
        tunnels.take(fresh.get());
      }
      renew(authority);
    } catch (IOException e) { // members go on with the list they have until it ends
      trouble = "the authority cannot be reached: " + e.getMessage();
    }
    if (tunnels.isRevoked(CaClient.certificate(folder.read("node.der")))) {
      tunnels.close();
      folder.forget("enrolment.json", "node.der", "key.pem", "request.der", "crl.der");
      Guard.lower();
      closeClient();
      standing.say(
          State.REVOKED, "its certificate was revoked: this machine is on the open pool again");
      return;
    }
    if (!folder.has("crl.der")) {
      standing.say(State.MEMBER, "no revocation list yet: " + trouble);
      return;
    }
    standing.peers(tunnels.drive(here, members));
    standing.say(State.MEMBER, trouble);
  }

  private void renew(CaClient.Authority authority)
      throws IOException, InterruptedException, GeneralSecurityException {
    X509Certificate old = CaClient.certificate(folder.read("node.der"));
    Instant end = old.getNotAfter().toInstant();
    Duration life = Duration.between(old.getNotBefore().toInstant(), end);
    Instant now = Instant.now();
    if (now.isBefore(end.minus(life.dividedBy(3))) || now.isBefore(renewed.plus(RENEW_AGAIN))) {
      return;
    }
    renewed = now;
    KeyPair pair = NodeKey.read(folder);
    String here = standing.address();
    byte[] request = NodeKey.request(pair, here, "");
    if (client().enrol("simplereenroll", request) instanceof CaClient.Answer.Given given) {
      check(given.certificate(), authority, pair, here);
      folder.write("node.der", given.certificate().getEncoded());
      remember(given.certificate());
      tunnels.close(); // it starts with the new one
      LOG.log(System.Logger.Level.INFO, "certificate renewed until {0}", given.certificate());
    }
  }

  private void closeClient() {
    News present = news;
    if (present != null) {
      present.close();
    }
    news = null;
    CaClient opened = client;
    if (opened != null) {
      opened.close();
    }
    client = null;
    tunnels.forget();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      isClosed = true;
      word.signalAll();
    } finally {
      lock.unlock();
    }
    thread.interrupt();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
