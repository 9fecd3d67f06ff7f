package org.gridappliance.portal.ca;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.util.CollectionStore;
import org.gridappliance.ca.CaException;
import org.gridappliance.ca.Fingerprint;
import org.gridappliance.ca.profile.Network;
import org.gridappliance.ca.request.CheckedRequest;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.http.Problems;
import org.gridappliance.portal.security.BodyFlow;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What machines use: EST (RFC 7030) below {@code /.well-known/est}, the revocation list at {@code
 * /crl.der} and the authority's certificate at {@code /pool-ca.pem}. Answers of EST are base64 on
 * one line (strongSwan's {@code pki --est} reads no other).
 *
 * <p>Departures: who enrols need not be authenticated by TLS or password (§3.2.3, §3.3.2): a person
 * decides. Who has a join token sends it as the password of HTTP Basic, with any user name, or as
 * the request's challengePassword (RFC 2985 §5.4.1). Who re-enrols is authenticated by the
 * request's own signature with the key of a living certificate, not by that certificate in TLS
 * (§3.3.2).
 */
public final class EstRoutes {
  private static final Logger log = LoggerFactory.getLogger(EstRoutes.class);
  private static final String EST = "/.well-known/est";
  private static final int MOST_BYTES = 2 * CheckedRequest.MOST_BYTES;

  /** How long who waits for a person should wait before it asks again. */
  private static final String RETRY_SECONDS = "3";

  private final PoolCa ca;
  private final ExecutorService virtualThreads;

  public EstRoutes(PoolCa ca, ExecutorService virtualThreads) {
    this.ca = ca;
    this.virtualThreads = virtualThreads;
  }

  /** Adds the routes. */
  public void mount(Router router) {
    router.get(EST + "/cacerts").handler(r -> run(r, this::authorities));
    router.get(EST + "/csrattrs").handler(r -> run(r, EstRoutes::attributes));
    router.post(EST + "/simpleenroll").handler(r -> withBody(r, this::enrol));
    router.post(EST + "/simplereenroll").handler(r -> withBody(r, this::renew));
    router.get("/crl.der").handler(this::list);
    router.get("/pool-version").handler(ca.version()::answerWhenChanged);
    router.get("/pool-ca.pem").handler(r -> run(r, this::pem));
  }

  /**
   * What is answered.
   *
   * @param retry seconds after which to ask again; empty for none
   */
  private record Answer(int status, String type, String body, String retry) {
    static Answer base64(String type, byte[] der) {
      return new Answer(200, type, Base64.getEncoder().encodeToString(der), "");
    }

    static Answer refused(int status, String why) {
      return new Answer(status, "text/plain; charset=utf-8", why + "\n", "");
    }
  }

  @FunctionalInterface
  private interface Work {
    Answer run() throws CaException, IOException;
  }

  @FunctionalInterface
  private interface BodyWork {
    Answer run(byte[] body, RequestQueue.Asker from) throws CaException, IOException;
  }

  private void withBody(RoutingContext routing, BodyWork work) {
    HttpServerRequest request = BodyFlow.claim(routing);
    Buffer body = Buffer.buffer();
    RequestQueue.Asker from =
        new RequestQueue.Asker(
            request.remoteAddress().hostAddress(),
            isOverlay(request.localAddress().hostAddress()),
            password(request.getHeader("Authorization")));
    request.handler(
        part -> {
          if (body.length() <= MOST_BYTES) {
            body.appendBuffer(part); // what is more is read and not kept
          }
        });
    request.endHandler(
        end -> {
          if (body.length() > MOST_BYTES) {
            answer(
                routing,
                Answer.refused(
                    413, "want a request of at most " + MOST_BYTES + " bytes in base64"));
            return;
          }
          run(routing, () -> work.run(body.getBytes(), from));
        });
    request.resume();
  }

  /** Whether an address of this machine is that of its overlay device: in 10.128.0.0/9, with /9. */
  private static boolean isOverlay(@Nullable String local) {
    try {
      InetAddress address = InetAddress.getByName(local);
      NetworkInterface device = NetworkInterface.getByInetAddress(address);
      return device != null
          && address instanceof Inet4Address
          && Network.of(PoolCa.NETWORK).contains(Network.of(address.getHostAddress()))
          && device.getInterfaceAddresses().stream()
              .anyMatch(
                  one -> one.getAddress().equals(address) && one.getNetworkPrefixLength() == 9);
    } catch (IOException | CaException e) { // then nothing is known of it
      return false;
    }
  }

  /** {@return the password of Basic (RFC 7617), which is a join token here; empty for none} */
  private static String password(@Nullable String authorization) {
    if (authorization == null || !authorization.toLowerCase(Locale.ROOT).startsWith("basic ")) {
      return "";
    }
    try {
      String pair =
          new String(
              Base64.getDecoder().decode(authorization.substring(6).strip()),
              StandardCharsets.UTF_8);
      return pair.substring(pair.indexOf(':') + 1);
    } catch (IllegalArgumentException e) {
      return authorization; // no base64, so no token of ours: refused as one
    }
  }

  private void run(RoutingContext routing, Work work) {
    Context context = routing.vertx().getOrCreateContext();
    virtualThreads.execute(
        () -> {
          Answer answer;
          try {
            answer = work.run();
          } catch (CaException e) {
            answer = refusal(CertificateOperations.problem(e));
          } catch (Problem e) {
            answer = refusal(e);
          } catch (IOException | RuntimeException e) { // whatever it is, the log holds the cause
            log.error("est failed path={}", routing.normalizedPath(), e);
            answer = Answer.refused(500, "the portal could not do this; its log holds the cause");
          }
          Answer made = answer;
          context.runOnContext(v -> answer(routing, made));
        });
  }

  private static Answer refusal(Problem problem) {
    int status =
        switch (problem.status()) {
          case 422, 409 -> 400; // all that EST knows (RFC 7030 §4.2.3)
          case 423 -> 503;
          default -> problem.status();
        };
    String retry = status == 503 || status == 429 ? "30" : "";
    return new Answer(status, "text/plain; charset=utf-8", problem.getMessage() + "\n", retry);
  }

  private static void answer(RoutingContext routing, Answer answer) {
    var response = routing.response();
    if (response.ended() || response.closed()) {
      return;
    }
    response
        .setStatusCode(answer.status())
        .putHeader("Content-Type", answer.type())
        .putHeader("Cache-Control", "no-store");
    if (answer.type().startsWith("application/pkcs7") || answer.type().contains("csrattrs")) {
      response.putHeader("Content-Transfer-Encoding", "base64");
    }
    if (!answer.retry().isEmpty()) {
      response.putHeader("Retry-After", answer.retry());
    }
    response.end(answer.body());
  }

  private Answer authorities() throws CaException, IOException {
    return Answer.base64("application/pkcs7-mime", pkcs7(authority()));
  }

  private byte[] authority() throws CaException {
    String certificate = ca.state().path("certificate").asText();
    if (certificate.isEmpty()) {
      throw Problem.notFound("a certificate authority");
    }
    return Base64.getDecoder().decode(certificate);
  }

  private Answer pem() throws CaException {
    String text =
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(authority())
            + "\n-----END CERTIFICATE-----\n";
    return new Answer(200, "application/x-pem-file", text, "");
  }

  /** {@return a PKCS#7 of certificates alone (RFC 7030 §4.1.3)} */
  private static byte[] pkcs7(byte[] certificate) throws IOException {
    try {
      CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
      generator.addCertificates(
          new CollectionStore<>(List.of(new X509CertificateHolder(certificate))));
      return generator.generate(new org.bouncycastle.cms.CMSAbsentContent()).getEncoded("DER");
    } catch (CMSException e) {
      throw new IOException("a certificate cannot be wrapped", e);
    }
  }

  /** What to put into a request (RFC 7030 §4.5.2): a key of P-256 and the name extension. */
  private static Answer attributes() throws IOException {
    ASN1Encodable key =
        new DERSequence(
            new ASN1Encodable[] {
              X9ObjectIdentifiers.id_ecPublicKey, new DERSet(SECObjectIdentifiers.secp256r1)
            });
    ASN1Encodable names =
        new DERSequence(
            new ASN1Encodable[] {
              PKCSObjectIdentifiers.pkcs_9_at_extensionRequest,
              new DERSet(Extension.subjectAlternativeName)
            });
    DERSequence all =
        new DERSequence(new ASN1Encodable[] {key, names, X9ObjectIdentifiers.ecdsa_with_SHA256});
    return Answer.base64("application/csrattrs", all.getEncoded());
  }

  private Answer enrol(byte[] body, RequestQueue.Asker from) throws CaException, IOException {
    return switch (ca.queue().ask(decoded(body), from)) {
      case RequestQueue.Outcome.Waits w ->
          new Answer(
              202,
              "text/plain; charset=utf-8",
              "a person decides; ask again with the same request\n",
              RETRY_SECONDS);
      case RequestQueue.Outcome.Denied denied ->
          Answer.refused(
              403, "refused by a person" + (denied.note().isEmpty() ? "" : ": " + denied.note()));
      case RequestQueue.Outcome.Issued issued -> certificate(issued.certificate());
    };
  }

  private Answer renew(byte[] body, RequestQueue.Asker from) throws CaException, IOException {
    return certificate(ca.queue().renew(decoded(body), from));
  }

  private static Answer certificate(CertificateStore.Made made) throws IOException {
    return Answer.base64("application/pkcs7-mime; smime-type=certs-only", pkcs7(made.der()));
  }

  /** Base64 with or without line ends, as clients send it; some send DER. */
  private static byte[] decoded(byte[] body) throws CaException {
    if (body.length > 1 && body[0] == 0x30 && (body[1] & 0x80) != 0) {
      return body;
    }
    try {
      return Base64.getMimeDecoder().decode(body);
    } catch (IllegalArgumentException e) {
      throw CaException.invalid("the body is no base64 of a PKCS#10 request");
    }
  }

  private void list(RoutingContext routing) {
    Context context = routing.vertx().getOrCreateContext();
    String known = routing.request().getHeader("If-None-Match");
    virtualThreads.execute(
        () -> {
          try {
            if (!ca.isMade()) {
              throw Problem.notFound("a certificate authority");
            }
            byte[] der = ca.list();
            String tag = "\"" + Fingerprint.hex(der).substring(0, 32) + "\"";
            context.runOnContext(
                v -> {
                  var response = routing.response();
                  response.putHeader("ETag", tag).putHeader("Cache-Control", "no-cache");
                  if (tag.equals(known)) {
                    response.setStatusCode(304).end();
                    return;
                  }
                  response.putHeader("Content-Type", "application/pkix-crl");
                  response.end(Buffer.buffer(der));
                });
          } catch (CaException e) {
            Problem problem = CertificateOperations.problem(e);
            context.runOnContext(v -> Problems.answer(routing, problem));
          } catch (Problem e) {
            context.runOnContext(v -> Problems.answer(routing, e));
          }
        });
  }
}
