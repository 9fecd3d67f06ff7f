package org.gridappliance.portal.notify;

import jakarta.mail.Authenticator;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.Date;
import java.util.Properties;
import java.util.Set;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.gridappliance.portal.settings.MailSettings;
import org.jspecify.annotations.Nullable;

/**
 * Gives plain-text messages to the mail server of the settings (RFC 5321, 5322), one connection a
 * message. The password is read from its file each time, and only when nobody else can read that.
 * Blocks; safe for all threads.
 */
final class MailServer {
  private static final String TIMEOUT_MILLIS = "20000";
  private static final int REFUSED = 500;

  /** The server took no mail now; the message says why, for an operator's eyes. */
  static final class Unsent extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean refused;

    Unsent(String message, boolean refused) {
      super(message);
      this.refused = refused;
    }

    /** {@return whether the server will never take mail for this address} */
    boolean isRefused() {
      return refused;
    }
  }

  private final MailSettings settings;

  MailServer(MailSettings settings) {
    this.settings = settings;
  }

  /**
   * {@return an address that may be mailed to, as it was written}
   *
   * @throws AddressException with what is wrong
   */
  static String address(String text) throws AddressException {
    if (text.length() > 254) {
      throw new AddressException(text.length() + " characters: want at most 254");
    }
    if (!text.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw new AddressException("want letters of ASCII, and neither spaces nor line ends");
    }
    InternetAddress[] parsed = InternetAddress.parse(text, true);
    if (parsed.length != 1
        || parsed[0].isGroup()
        || parsed[0].getPersonal() != null
        || !text.equals(parsed[0].getAddress())) {
      throw new AddressException("want one address alone, as ada@example.org");
    }
    parsed[0].validate();
    if (text.indexOf('@') < 1) {
      throw new AddressException("want a domain, as ada@example.org");
    }
    return text;
  }

  /**
   * Sends a message; returns when the server has it.
   *
   * @param settingsPage where its reader can have no more of them
   */
  void send(String to, String subject, String text, String settingsPage) throws Unsent {
    Session session = Session.getInstance(properties(), authenticator());
    try {
      MimeMessage message = new MimeMessage(session);
      message.setFrom(new InternetAddress(settings.from(), true));
      message.setRecipient(Message.RecipientType.TO, new InternetAddress(to, true));
      message.setSubject(line(subject), "UTF-8");
      message.setSentDate(Date.from(Instant.now()));
      message.setHeader("Auto-Submitted", "auto-generated"); // RFC 3834 §5
      message.setHeader("List-Unsubscribe", "<" + settingsPage + ">"); // RFC 2369 §3.2
      message.setText(text, "UTF-8");
      message.setHeader("Content-Transfer-Encoding", "quoted-printable");
      Transport.send(message);
    } catch (SendFailedException e) {
      throw new Unsent(words(e), isRefused(e));
    } catch (MessagingException e) {
      throw new Unsent(words(e), false);
    }
  }

  /** {@return a text without what could begin another header line} */
  static String line(String text) {
    return text.replaceAll("\\p{Cntrl}+", " ").strip();
  }

  private Properties properties() {
    Properties all = new Properties();
    boolean tls = settings.security() == MailSettings.Security.TLS;
    all.put("mail.transport.protocol", "smtp");
    all.put("mail.smtp.host", settings.host());
    all.put("mail.smtp.port", Integer.toString(settings.port()));
    all.put("mail.smtp.from", settings.from());
    all.put("mail.from", settings.from());
    all.put("mail.smtp.auth", Boolean.toString(settings.user().isPresent()));
    all.put("mail.smtp.ssl.enable", Boolean.toString(tls));
    boolean starttls = settings.security() == MailSettings.Security.STARTTLS;
    all.put("mail.smtp.starttls.enable", Boolean.toString(starttls));
    all.put("mail.smtp.starttls.required", Boolean.toString(starttls));
    all.put("mail.smtp.ssl.checkserveridentity", "true");
    for (String name : new String[] {"connectiontimeout", "timeout", "writetimeout"}) {
      all.put("mail.smtp." + name, TIMEOUT_MILLIS);
    }
    return all;
  }

  private @Nullable Authenticator authenticator() throws Unsent {
    if (settings.user().isEmpty()) {
      return null;
    }
    String user = settings.user().get();
    String password = password(settings.passwordFile());
    return new Authenticator() {
      @Override
      protected PasswordAuthentication getPasswordAuthentication() {
        return new PasswordAuthentication(user, password);
      }
    };
  }

  private static String password(Path file) throws Unsent {
    try {
      Set<PosixFilePermission> others = Files.getPosixFilePermissions(file);
      others.removeAll(Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
      if (!others.isEmpty()) {
        throw new Unsent("others may use the file of mail.password-file; chmod 600 it", false);
      }
      return Files.readString(file).strip();
    } catch (IOException e) { // people see these words: no path of this machine
      throw new Unsent(
          "the file of mail.password-file cannot be read: " + e.getClass().getSimpleName(), false);
    }
  }

  private static boolean isRefused(SendFailedException e) {
    for (Exception next = e.getNextException(); next != null; ) {
      if (next instanceof SMTPAddressFailedException address) {
        return address.getReturnCode() >= REFUSED;
      }
      next = next instanceof MessagingException m ? m.getNextException() : null;
    }
    return false;
  }

  /** {@return what the server said last, in one line} */
  private static String words(MessagingException e) {
    Exception last = e;
    while (last instanceof MessagingException m && m.getNextException() != null) {
      last = m.getNextException();
    }
    String said = last.getMessage();
    return line(said == null ? last.toString() : said);
  }
}
