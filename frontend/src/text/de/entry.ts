/** Wörter der Einrichtung, Anmeldung und Registrierung. */
import type * as english from "../entry";
import type { Words } from "../words";

export const text: Words<typeof english.text> = {
  login: {
    title: (node) => `Bei ${node} anmelden`,
    name: "Name",
    password: "Passwort",
    action: "Anmelden",
    wrong: "Name und Passwort passen nicht zusammen.",
    noAccount: "Noch kein Konto?",
    register: "Registrieren",
    closed: "Die Registrierung ist geschlossen. Die Administration kann ein Konto für Sie anlegen.",
    setupNeeded:
      "Diese Appliance hat noch kein Konto. Öffnen Sie den Link, den ./appliance up im Terminal ausgegeben hat; ./appliance admin-link gibt ihn erneut aus.",
    loggedOut: "Sie sind abgemeldet.",
    expired: "Ihre Sitzung ist zu Ende. Melden Sie sich an, um dort weiterzumachen, wo Sie waren.",
  },
  register: {
    title: (node) => `Bei ${node} registrieren`,
    open: "Ihr Konto ist bereit, sobald Sie das Formular abschicken.",
    approval: "Die Administration liest Ihren Antrag und genehmigt ihn; danach können Sie sich anmelden.",
    closed: "Die Registrierung ist hier geschlossen. Bitten Sie die Administration, ein Konto für Sie anzulegen.",
    name: "Name",
    nameHelp: "Kleinbuchstaben, Ziffern, . _ -; beginnt mit einem Buchstaben; höchstens 32 Zeichen",
    fullName: "Voller Name",
    email: "E-Mail",
    reason: "Wofür Sie ein Konto brauchen",
    reasonHelp: "ein Satz hilft der Person, die entscheidet",
    password: "Passwort",
    passwordHelp: "mindestens 8 Zeichen; ein paar Wörter hintereinander merkt man sich leicht",
    actionOpen: "Registrieren",
    actionApproval: "Konto beantragen",
    sentTitle: "Ihr Antrag ist abgeschickt",
    sent: (name) => `Die Administration entscheidet über „${name}“. Melden Sie sich danach mit Name und Passwort an.`,
    back: "Zurück zur Anmeldung",
    badName: (name) =>
      `„${name}“ geht nicht als Name: Verwenden Sie Kleinbuchstaben, Ziffern, . _ -, beginnen Sie mit einem Buchstaben, höchstens 32 Zeichen.`,
    shortPassword: (length) => `Das Passwort hat ${length} von mindestens 8 Zeichen.`,
  },
  setup: {
    title: "Erstes Administrationskonto anlegen",
    body: "Sie betreiben diese Appliance: Dieses Konto kann Personen, Apps und Rechner hinzufügen. Der Link gilt einmal.",
    action: "Konto anlegen",
    noSecret:
      "Diese Seite braucht das Geheimnis am Ende des ausgegebenen Links (nach dem #). Geben Sie den Link mit ./appliance admin-link noch einmal aus und öffnen Sie ihn vollständig.",
    done: "Diese Appliance hat schon ein Administrationskonto. Melden Sie sich damit an.",
    toLogin: "Anmelden",
  },
};
