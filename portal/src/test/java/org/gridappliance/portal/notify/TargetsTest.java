package org.gridappliance.portal.notify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SelfSignedCertificate;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.portal.settings.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where webhooks may go, and how they are signed. */
class TargetsTest {
  private static final Network LAN = network("10.1.0.0", 16);
  private static final Network LOOPBACK = network("127.0.0.1", 32);

  private static Network network(String address, int bits) {
    try {
      return new Network(InetAddress.getByName(address), bits);
    } catch (java.net.UnknownHostException e) {
      throw new IllegalArgumentException(address, e);
    }
  }

  private static Targets targets(Network... networks) {
    return new Targets(List.of(networks), InetAddress::getAllByName);
  }

  private static String refused(Targets targets, String url) {
    return String.valueOf(
        assertThrows(Targets.Refused.class, () -> targets.find(url)).getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "2130706433",
        "10.1.2.3",
        "10.128.0.9", // the overlay
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fd12::1]",
        "[ff02::1]",
        "localhost"
      })
  void addressesInsideAreRefusedUnlessTheSettingNamesThem(String host) {
    String why = refused(targets(), "https://" + host + "/hook");
    assertTrue(why.contains("webhooks.networks") || why.contains("not known"), why);
  }

  @Test
  void namedNetworksAreReachedByHttpToo() throws Exception {
    assertEquals(8080, targets(LAN).find("http://10.1.2.3:8080/hook").port());
    assertEquals(443, targets(LAN).find("https://10.1.255.255").port());
    assertTrue(refused(targets(LAN), "https://10.2.0.1/").contains("webhooks.networks"));
  }

  @Test
  void theOpenInternetIsReachedByHttpsAlone() throws Exception {
    Targets.Target target = targets().find("https://93.184.216.34/a/b?c=d%20e");
    assertEquals("/a/b?c=d%20e", target.path());
    assertTrue(refused(targets(), "http://93.184.216.34/hook").contains("https"));
  }

  @Test
  void aNameOfWhichOneAddressIsInsideIsRefused() {
    Targets targets =
        new Targets(
            List.of(),
            host ->
                new InetAddress[] {
                  InetAddress.getByName("93.184.216.34"), InetAddress.getByName("10.0.0.1")
                });
    assertTrue(refused(targets, "https://both.test/").contains("10.0.0.1"));
  }

  @ParameterizedTest
  @CsvSource({
    "ftp://93.184.216.34/, https",
    "93.184.216.34/hook, https",
    "https:///hook, host",
    "https://a:b@93.184.216.34/, password",
    "https://93.184.216.34/#x, #",
    "https://93.184.216.34:99999/, port",
    "https://93.184.216.34/ä ö, character",
    "'https://93.184.216.34/a\r\nX: y', character"
  })
  void whatIsNoAddressIsRefusedWithTheReason(String url, String word) {
    assertTrue(refused(targets(), url).contains(word), refused(targets(), url));
  }

  /** The test vector that the specification's libraries carry. */
  @Test
  void theSignatureIsTheSpecifications() {
    assertEquals(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        Signature.of(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            "{\"test\": 2432232314}"));
    assertEquals(
        32, java.util.Base64.getDecoder().decode(Signature.newSecret().substring(6)).length);
  }

  @Test
  void theCertificateMustBeForTheWrittenName() throws Exception {
    Vertx vertx = Vertx.vertx();
    SelfSignedCertificate certificate = SelfSignedCertificate.create("hook.test");
    HttpServer server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setSsl(true)
                    .setKeyCertOptions(certificate.keyCertOptions()))
            .requestHandler(request -> request.response().setStatusCode(200).end())
            .listen(0, "127.0.0.1")
            .await();
    Targets targets = new Targets(List.of(LOOPBACK), host -> InetAddress.getAllByName("127.0.0.1"));
    try (WebhookClient trusting =
            new WebhookClient(vertx, Optional.of(certificate.trustOptions()));
        WebhookClient usual = new WebhookClient(vertx)) {
      String place = ":" + server.actualPort() + "/";
      assertNull(trusting.post(targets.find("https://hook.test" + place), Map.of(), "").problem());
      WebhookClient.Outcome other =
          trusting.post(targets.find("https://other.test" + place), Map.of(), "");
      assertTrue(String.valueOf(other.problem()).contains("TLS"), other.toString());
      WebhookClient.Outcome untrusted =
          usual.post(targets.find("https://hook.test" + place), Map.of(), "");
      assertTrue(String.valueOf(untrusted.problem()).contains("TLS"), untrusted.toString());
    } finally {
      certificate.delete();
      vertx.close().await();
    }
  }
}
