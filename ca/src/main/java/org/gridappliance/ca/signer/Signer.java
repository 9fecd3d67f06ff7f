package org.gridappliance.ca.signer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.gridappliance.ca.CaException;
import org.gridappliance.ca.CaException.Kind;
import org.gridappliance.ca.Fingerprint;
import org.gridappliance.ca.profile.Certificates;
import org.gridappliance.ca.profile.Network;
import org.gridappliance.ca.profile.Profile;
import org.gridappliance.ca.request.CheckedRequest;
import org.jspecify.annotations.Nullable;

/**
 * The authority: makes its key, is unlocked by a passphrase and locked again, signs certificates
 * and revocation lists. It checks every request and profile itself, whoever asks.
 *
 * <p>{@link #issue}: locked? → request and profile checked → certificate signed → line with the
 * whole certificate forced to the log → returned. So no certificate leaves without its line, and a
 * request asked again after a crash gets the same certificate. Revocation lists are signed by a
 * second key, which is never locked. Thread-safe.
 */
final class Signer implements AutoCloseable {
  private static final Duration LIST_LIFE = Duration.ofHours(24);
  private static final Duration LIST_RENEWED = Duration.ofMinutes(15);
  private static final int SERIAL_BITS = 127;
  private static final int LEAST_PASSPHRASE = 10;
  private static final int MOST_YEARS = 30;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final ChainLog log;
  private final Issued issued = new Issued();
  private final OcspResponder responder;

  private @Nullable X509CertificateHolder authority;
  private @Nullable X509CertificateHolder listSigner;
  private @Nullable PrivateKey key; // null while locked
  private @Nullable PrivateKey listKey;
  private Keys.@Nullable Kind kind;
  private @Nullable Network network;
  private String title = "";
  private byte @Nullable [] list; // the newest revocation list
  private Instant listAt = Instant.EPOCH;
  private BigInteger listNumber = BigInteger.ZERO;

  private Signer(Path folder, Clock clock, ChainLog log) {
    this.folder = folder;
    this.clock = clock;
    this.log = log;
    this.responder = new OcspResponder(folder, issued);
  }

  /**
   * Opens a folder; it may be empty.
   *
   * @throws CaException when the log was altered
   */
  static Signer open(Path folder, Clock clock) throws IOException, CaException {
    Signer signer = new Signer(folder, clock, ChainLog.open(folder.resolve("log")));
    try {
      signer.recall();
      return signer;
    } catch (IOException | CaException e) {
      signer.close();
      throw e;
    }
  }

  private void recall() throws IOException, CaException {
    for (ChainLog.Entry entry : log.entries()) {
      issued.learn(entry.json());
      if (entry.json().path("kind").asText().equals("make")) {
        kind = Keys.Kind.of(entry.json().path("algorithm").asText());
        network = Network.of(entry.json().path("network").asText());
        title = entry.json().path("name").asText();
      }
    }
    if (kind != null) {
      authority = Keys.certificate(folder.resolve("ca.pem"));
      listSigner = Keys.certificate(folder.resolve("list.pem"));
      listKey = Keys.read(folder.resolve("list-key.pem"), null);
      responder.recall();
      Path file = folder.resolve("crl.der");
      if (Files.exists(file)) {
        X509CRLHolder before = new X509CRLHolder(Files.readAllBytes(file));
        listNumber =
            CRLNumber.getInstance(before.getExtension(Extension.cRLNumber).getParsedValue())
                .getCRLNumber();
      }
    }
  }

  /** What the authority is at this moment. */
  record State(
      boolean made,
      boolean locked,
      String name,
      String algorithm,
      String network,
      String until,
      String certificate,
      String listCertificate,
      int issued,
      long lines,
      String head) {}

  synchronized State state() throws IOException {
    X509CertificateHolder own = authority;
    List<ChainLog.Entry> lines = log.entries();
    return new State(
        own != null,
        key == null,
        title,
        kind == null ? "" : kind.word(),
        network == null ? "" : network.toString(),
        own == null ? "" : own.getNotAfter().toInstant().toString(),
        own == null ? "" : base64(own.getEncoded()),
        listSigner == null ? "" : base64(listSigner.getEncoded()),
        issued.count(),
        lines.size(),
        lines.isEmpty() ? "" : lines.getLast().hash());
  }

  /**
   * Makes the authority: its key, encrypted under the passphrase, its certificate, and the key that
   * signs revocation lists. It is unlocked then.
   */
  synchronized State make(
      String name, String algorithm, int years, String addresses, char[] passphrase, String by)
      throws IOException, CaException {
    if (authority != null) {
      throw new CaException(Kind.CONFLICT, "there is an authority here already: '" + title + "'");
    }
    if (!name.matches("[\\p{L}\\p{N}][\\p{L}\\p{N} ._-]{0,63}")) {
      throw CaException.invalid(
          "name '" + name + "': want 1..64 letters, digits, blanks, dots, _ and -");
    }
    if (years < 1 || years > MOST_YEARS) {
      throw CaException.invalid("years=" + years + ": want 1.." + MOST_YEARS);
    }
    if (passphrase.length < LEAST_PASSPHRASE) {
      throw CaException.invalid(
          "a passphrase of "
              + passphrase.length
              + " characters: want at least "
              + LEAST_PASSPHRASE);
    }
    Keys.Kind wanted = Keys.Kind.of(algorithm);
    Network whole = Network.of(addresses);
    try {
      KeyPair own = wanted.make();
      KeyPair lists = wanted.make();
      Instant now = clock.instant();
      Duration life = Duration.ofDays(365L * years);
      ContentSigner signer = signer(wanted, own.getPrivate());
      X509CertificateHolder certificate =
          Certificates.authority(
              Certificates.authorityName(name),
              SubjectPublicKeyInfo.getInstance(own.getPublic().getEncoded()),
              new Certificates.Terms(serial(), now, life),
              whole,
              signer);
      X509CertificateHolder forLists =
          Certificates.listSigner(
              certificate,
              SubjectPublicKeyInfo.getInstance(lists.getPublic().getEncoded()),
              new Certificates.Terms(serial(), now, life),
              whole,
              signer);
      save("ca-key.pem", Keys.pem(own.getPrivate(), passphrase));
      save("ca.pem", Keys.pem(certificate));
      save("list-key.pem", Keys.pem(lists.getPrivate(), null));
      save("list.pem", Keys.pem(forLists));
      ObjectNode line = line("make", by);
      line.put("name", name).put("algorithm", algorithm).put("network", whole.toString());
      line.put("certificate", base64(certificate.getEncoded()));
      log.append(line); // from here on there is an authority
      recall();
      key = own.getPrivate();
      vouchForResponder(by);
      return state();
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("the authority's keys cannot be made: " + e.getMessage(), e);
    }
  }

  synchronized State unlock(char[] passphrase, String by) throws IOException, CaException {
    made();
    PrivateKey opened;
    try {
      opened = Keys.read(folder.resolve("ca-key.pem"), passphrase);
    } catch (CaException e) {
      log.append(line("unlock-refused", by));
      throw e;
    }
    key = opened;
    log.append(line("unlock", by));
    vouchForResponder(by);
    return state();
  }

  /** While the key is at hand. */
  private void vouchForResponder(String by) throws IOException, CaException {
    PrivateKey signing = key;
    if (signing == null) {
      return;
    }
    try {
      Optional<X509CertificateHolder> made =
          responder.renew(made(), signing, kind(), serial(), clock.instant());
      if (made.isPresent()) {
        ObjectNode line = line("responder", by);
        line.put("serial", made.get().getSerialNumber().toString(16));
        line.put("certificate", base64(made.get().getEncoded()));
        log.append(line);
      }
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("the OCSP responder's key cannot be made: " + e.getMessage(), e);
    }
  }

  /** {@return the answer to an OCSP request} Also while locked. */
  synchronized byte[] ocsp(byte[] request) throws IOException, CaException {
    return responder.answer(request, made(), kind(), clock.instant());
  }

  synchronized State lock(String by) throws IOException, CaException {
    made();
    if (key != null) {
      key = null;
      log.append(line("lock", by));
    }
    return state();
  }

  /**
   * Issues a certificate, once for each request.
   *
   * @param request how the asker knows this request; the same one gets the same certificate
   * @param replace serials whose names it takes over, revoked as superseded; a name that a living
   *     certificate of another key has is refused without
   * @param why the rule or the person's note
   * @return the line of the log, with the certificate
   */
  synchronized ChainLog.Entry issue(
      String request,
      byte[] der,
      Profile profile,
      String name,
      int days,
      List<String> replace,
      String by,
      String why)
      throws IOException, CaException {
    X509CertificateHolder own = made();
    Optional<Issued.Item> before = issued.request(request);
    if (before.isPresent()) {
      return line(before.get().serial());
    }
    PrivateKey signing = key;
    if (signing == null) {
      throw new CaException(
          Kind.LOCKED, "the authority's key is locked; unlock it with its passphrase");
    }
    CheckedRequest checked = CheckedRequest.parse(der);
    String keyDigest = Fingerprint.hex(checked.key());
    Instant now = clock.instant();
    List<Issued.Item> others =
        issued.living(profile.word(), name, now).stream()
            .filter(item -> !item.keyDigest().equals(keyDigest))
            .toList();
    for (Issued.Item other : others) {
      if (!replace.contains(other.serial())) {
        throw new CaException(
            Kind.CONFLICT,
            name
                + " has a living certificate of another key, serial "
                + other.serial()
                + ": revoke that one first, or replace it");
      }
    }
    X509CertificateHolder certificate;
    BigInteger serial = serial();
    Instant until = now.plus(Duration.ofDays(days));
    try {
      certificate =
          Certificates.issue(
              profile,
              name,
              checked,
              own,
              network(),
              new Certificates.Terms(serial, now, Duration.ofDays(days)),
              signer(kind(), signing));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("the certificate cannot be signed: " + e.getMessage(), e);
    }
    for (Issued.Item other : others) {
      note(revocation(other.serial(), CRLReason.superseded, by));
    }
    if (!others.isEmpty()) {
      list = null;
    }
    ObjectNode line = line("issue", by);
    line.put("serial", serial.toString(16)).put("request", request);
    line.put("profile", profile.word()).put("name", name).put("key", keyDigest);
    line.put("until", until.toString()).put("why", why);
    line.put("certificate", base64(certificate.getEncoded()));
    return note(line);
  }

  private ChainLog.Entry line(String serial) {
    return log.entries().stream()
        .filter(
            entry ->
                entry.json().path("kind").asText().equals("issue")
                    && entry.json().path("serial").asText().equals(serial))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("the log has no serial " + serial));
  }

  /** Revokes, also while locked; twice is once. {@return the new revocation list} */
  synchronized byte[] revoke(String serial, int reason, String by) throws IOException, CaException {
    made();
    if (issued.serial(serial).isEmpty()) {
      throw CaException.invalid("no certificate has the serial " + serial);
    }
    if (reason < 0 || reason > 10 || reason == 6 || reason == 7 || reason == 8) {
      throw CaException.invalid("reason=" + reason + ": want one of RFC 5280 §5.3.1, not a hold");
    }
    if (!issued.isRevoked(serial)) {
      note(revocation(serial, reason, by));
      list = null;
    }
    return list();
  }

  private ObjectNode revocation(String serial, int reason, String by) {
    return line("revoke", by).put("serial", serial).put("reason", reason);
  }

  private ChainLog.Entry note(ObjectNode line) throws IOException {
    ChainLog.Entry entry = log.append(line);
    issued.learn(entry.json());
    return entry;
  }

  /** {@return a revocation list, at most a quarter of an hour old} Also while locked. */
  synchronized byte[] list() throws IOException, CaException {
    made();
    Instant now = clock.instant();
    byte[] present = list;
    if (present != null && now.isBefore(listAt.plus(LIST_RENEWED)) && !now.isBefore(listAt)) {
      return present.clone();
    }
    X509CertificateHolder by = listSigner;
    PrivateKey signing = listKey;
    if (by == null || signing == null) {
      throw new IllegalStateException("an authority without a signer of lists");
    }
    try {
      X509v2CRLBuilder builder = new X509v2CRLBuilder(by.getSubject(), Date.from(now));
      builder.setNextUpdate(Date.from(now.plus(LIST_LIFE)));
      for (Map.Entry<String, Issued.Revoked> one : issued.revoked()) {
        builder.addCRLEntry(
            new BigInteger(one.getKey(), 16),
            Date.from(one.getValue().at()),
            one.getValue().reason());
      }
      BigInteger number =
          listNumber.add(BigInteger.ONE).max(BigInteger.valueOf(now.toEpochMilli()));
      builder.addExtension(Extension.cRLNumber, false, new CRLNumber(number));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(by));
      byte[] made = builder.build(signer(kind(), signing)).getEncoded();
      Keys.save(folder.resolve("crl.der"), made);
      list = made;
      listAt = now;
      listNumber = number;
      return made.clone();
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("the revocation list cannot be signed: " + e.getMessage(), e);
    }
  }

  /** {@return lines of the log after a number} */
  synchronized List<ChainLog.Entry> entries(long after, int limit) {
    return log.after(after, limit);
  }

  private X509CertificateHolder made() throws CaException {
    X509CertificateHolder own = authority;
    if (own == null) {
      throw new CaException(Kind.LOCKED, "there is no authority here yet; make it first");
    }
    return own;
  }

  private Keys.Kind kind() {
    Keys.Kind present = kind;
    if (present == null) {
      throw new IllegalStateException("no authority");
    }
    return present;
  }

  private Network network() {
    Network present = network;
    if (present == null) {
      throw new IllegalStateException("no authority");
    }
    return present;
  }

  private BigInteger serial() {
    return new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1); // RFC 5280 §4.1.2.2
  }

  private static ContentSigner signer(Keys.Kind kind, PrivateKey key)
      throws OperatorCreationException {
    return new JcaContentSignerBuilder(kind.signature).build(key);
  }

  private ObjectNode line(String what, String by) {
    return JSON.createObjectNode()
        .put("at", clock.instant().toString())
        .put("kind", what)
        .put("by", by);
  }

  private void save(String name, String text) throws IOException {
    Keys.save(folder.resolve(name), text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
