package org.gridappliance.tests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.Seated;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page "Certificates": the authority is made, one machine approved, one denied, one revoked.
 */
@Tag("browser")
class CertificatesPageTest {
  /** A passphrase takes 600,000 rounds, and the signer's process a start. */
  private static final LocatorAssertions.IsVisibleOptions PATIENT =
      new LocatorAssertions.IsVisibleOptions().setTimeout(30_000);

  @TempDir private Path folder;

  private void ask(URI portal, String address) throws Exception {
    Process made =
        new ProcessBuilder(
                "openssl",
                "req",
                "-new",
                "-nodes",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-keyout",
                "key",
                "-subj",
                "/CN=" + address,
                "-addext",
                "subjectAltName=IP:" + address,
                "-outform",
                "DER",
                "-out",
                "csr")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertEquals(0, made.waitFor());
    String body = Base64.getEncoder().encodeToString(Files.readAllBytes(folder.resolve("csr")));
    HttpRequest request =
        HttpRequest.newBuilder(portal.resolve("/.well-known/est/simpleenroll"))
            .header("Content-Type", "application/pkcs10")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      assertEquals(202, client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode());
    }
  }

  @Test
  void anAdminMakesTheAuthorityDecidesAndRevokes() throws Exception {
    try (Appliance appliance = Appliance.start(1);
        Chromium chromium = Chromium.launch()) {
      BrowserContext context = chromium.anonymous(false, ColorScheme.LIGHT);
      Page page = Seated.login(context, appliance.url(), Appliance.ADMIN, Appliance.PASSWORD);
      page.navigate(appliance.url() + "/certificates");
      assertThat(page.getByText("Make this pool’s certificate authority")).isVisible();
      Chromium.accessible(page);
      Chromium.picture(page, "certificates-make");
      page.getByLabel("Name").fill("Physics pool");
      page.getByLabel("Passphrase", new Page.GetByLabelOptions().setExact(true))
          .fill("a long passphrase");
      page.getByLabel("Passphrase again").fill("a long passphrase");
      button(page, "Make authority").click();
      assertThat(page.getByText("No machine is asking")).isVisible(PATIENT);

      ask(appliance.url(), "10.128.0.7");
      ask(appliance.url(), "10.128.0.8");
      Locator first = card(page, "10.128.0.7");
      assertThat(first).containsText("ECDSA P-256");
      assertThat(first).containsText("not over the overlay");
      Chromium.accessible(page);
      Chromium.picture(page, "certificates");
      for (boolean phone : new boolean[] {true, false}) {
        try (BrowserContext dark =
            chromium.withState(context.storageState(), phone, ColorScheme.DARK)) {
          Page other = dark.newPage();
          other.navigate(appliance.url() + "/certificates");
          assertThat(card(other, "10.128.0.7")).isVisible();
          Chromium.accessible(other);
          Chromium.picture(other, phone ? "certificates-phone-dark" : "certificates-dark");
        }
      }
      first.getByLabel("Note").fill("Ada rang from room 4");
      first.getByRole(AriaRole.BUTTON, named("Approve certificate")).click();
      assertThat(page.getByText("10.128.0.7 is approved")).isVisible();
      card(page, "10.128.0.8").getByRole(AriaRole.BUTTON, named("Deny")).click();
      assertThat(page.getByText("No machine is asking")).isVisible();

      Locator row = page.locator("tbody tr");
      assertThat(row).hasCount(1);
      assertThat(row).containsText("Good");
      button(page, "Revoke certificate of 10.128.0.7").click();
      Locator dialog = page.getByRole(AriaRole.DIALOG);
      assertThat(dialog).containsText("cut from the secure pool");
      Chromium.accessible(page);
      Chromium.picture(page, "certificates-revoke");
      dialog.getByRole(AriaRole.BUTTON, named("Revoke")).click();
      assertThat(row).containsText("Revoked");

      button(page, "Lock").click();
      assertThat(page.getByText("Nothing is issued or renewed until")).isVisible();
      Chromium.accessible(page);
      Chromium.picture(page, "certificates-locked");
      page.getByLabel("Passphrase").fill("a long passphrase");
      button(page, "Unlock").click();
      assertThat(button(page, "Lock")).isVisible(PATIENT);
      context.close();
    }
  }

  private static Locator card(Page page, String address) {
    return page.getByLabel(address + " asks for a certificate");
  }

  private static Locator.GetByRoleOptions named(String name) {
    return new Locator.GetByRoleOptions().setName(name).setExact(true);
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }
}
