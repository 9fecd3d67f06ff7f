/** Words of setup, login and registration. */
export const text = {
  login: {
    title: (node: string) => `Log in to ${node}`,
    name: "Name",
    password: "Password",
    action: "Log in",
    wrong: "Name and password do not match.",
    noAccount: "No account yet?",
    register: "Register",
    closed: "Registration is closed. An administrator can make an account for you.",
    setupNeeded:
      "This appliance has no account yet. Open the link that ./appliance up printed in its terminal; ./appliance admin-link prints it again.",
    loggedOut: "You are logged out.",
    expired: "Your session ended. Log in to go back to where you were.",
  },
  register: {
    title: (node: string) => `Register at ${node}`,
    open: "Your account is ready as soon as you send this.",
    approval: "An administrator reads your request and approves it; then you can log in.",
    closed: "Registration is closed here. Ask an administrator to make an account for you.",
    name: "Name",
    nameHelp: "lower-case letters, digits, . _ -; begins with a letter; at most 32",
    fullName: "Full name",
    email: "E-mail",
    reason: "Why you want an account",
    reasonHelp: "one sentence helps the person who decides",
    password: "Password",
    passwordHelp: "8 characters or more; a few words in a row are easy to keep in mind",
    actionOpen: "Register",
    actionApproval: "Ask for an account",
    sentTitle: "Your request is sent",
    sent: (name: string) => `An administrator will decide about “${name}”. After that, log in with your name and password.`,
    back: "Back to login",
    badName: (name: string) =>
      `“${name}” cannot be a name: use lower-case letters, digits, . _ -, begin with a letter, at most 32 characters.`,
    shortPassword: (length: number) => `The password has ${length} of at least 8 characters.`,
  },
  setup: {
    title: "Make the first administrator",
    body: "You run this appliance: this account can add people, applications and computers. The link works once.",
    action: "Make administrator",
    noSecret:
      "This page needs the secret at the end of the printed link (after #). Print the link again with ./appliance admin-link and open it whole.",
    done: "This appliance already has an administrator. Log in instead.",
    toLogin: "Log in",
  },
};
