package org.gridappliance.portal.notify;

import java.util.Locale;
import org.gridappliance.jobs.job.JobEnd;

/**
 * What mails say, in the language kept with the account. Names, numbers and links are the same in
 * each; a new language is a constant here and in the check of {@code portal.account.language}.
 */
enum MailWords {
  EN {
    @Override
    String end(JobEnd.Kind kind) {
      return switch (kind) {
        case COMPLETED -> "Completed";
        case FAILED -> "Failed";
        case REMOVED -> "Removed";
        case HELD -> "Held";
        case NEEDS_ANSWER -> "Needs an answer";
      };
    }

    @Override
    String job(long id) {
      return "job " + id;
    }

    @Override
    String switchedOff(String host) {
      return "Switched off: your webhook to " + host + "; its last deliveries say why";
    }

    @Override
    String notices(int ends, int failed) {
      return ends + " notices of your jobs" + (failed == 0 ? "" : ", " + failed + " want a look");
    }

    @Override
    String more(int ends) {
      return "And " + ends + " more: ";
    }

    @Override
    String asked() {
      return "You asked for this mail. To have less or none of it: ";
    }

    @Override
    String codeSubject() {
      return "Your code for mail from the Grid Appliance";
    }

    @Override
    String code(String code, String page, String account) {
      return "The code is "
          + code
          + ". Enter it on your profile page within 30 minutes:\n  "
          + page
          + "\n\nThe account "
          + account
          + " entered this address. If that was not you, do nothing: you get no more mail.\n";
    }
  },
  DE {
    @Override
    String end(JobEnd.Kind kind) {
      return switch (kind) {
        case COMPLETED -> "Fertig";
        case FAILED -> "Fehlgeschlagen";
        case REMOVED -> "Abgebrochen";
        case HELD -> "Angehalten";
        case NEEDS_ANSWER -> "Braucht eine Antwort";
      };
    }

    @Override
    String job(long id) {
      return "Job " + id;
    }

    @Override
    String switchedOff(String host) {
      return "Abgeschaltet: Ihr Webhook an " + host + "; seine letzten Zustellungen sagen, warum";
    }

    @Override
    String notices(int ends, int failed) {
      return ends
          + " Hinweise zu Ihren Jobs"
          + (failed == 0
              ? ""
              : failed == 1
                  ? ", 1 ist einen Blick wert"
                  : ", " + failed + " sind einen Blick wert");
    }

    @Override
    String more(int ends) {
      return "Und " + ends + " weitere: ";
    }

    @Override
    String asked() {
      return "Sie haben diese Mail gewünscht. So bekommen Sie weniger oder keine: ";
    }

    @Override
    String codeSubject() {
      return "Ihr Code für Mails der Grid Appliance";
    }

    @Override
    String code(String code, String page, String account) {
      return "Der Code ist "
          + code
          + ". Geben Sie ihn binnen 30 Minuten auf Ihrer Profilseite ein:\n  "
          + page
          + "\n\nDas Konto "
          + account
          + " hat diese Adresse eingetragen. Waren Sie das nicht, tun Sie nichts: Es kommen keine"
          + " weiteren Mails.\n";
    }
  };

  abstract String end(JobEnd.Kind kind);

  abstract String job(long id);

  abstract String switchedOff(String host);

  /** The subject of a digest of several lines. */
  abstract String notices(int ends, int failed);

  /** Before the address of the list that has those which the digest only counts. */
  abstract String more(int ends);

  /** Before the address of the page where people choose what they are told. */
  abstract String asked();

  abstract String codeSubject();

  abstract String code(String code, String page, String account);

  /** {@return the words of a language as {@code portal.account} has it} */
  static MailWords of(String language) {
    return valueOf(language.toUpperCase(Locale.ROOT));
  }
}
