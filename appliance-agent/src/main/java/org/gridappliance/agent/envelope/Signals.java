package org.gridappliance.agent.envelope;

import java.util.List;

/** Linux signal numbers of x86-64, signal(7). */
public final class Signals {
  public static final int SIGKILL = 9;
  public static final int SIGCONT = 18;
  public static final int SIGSTOP = 19;
  static final int SIGTERM = 15;
  public static final int SIGXFSZ = 25;

  private static final List<String> NAMES =
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
          "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");

  private Signals() {}

  /** {@return the name of a signal, 1..31} */
  static String name(int signal) {
    return "SIG" + NAMES.get(signal - 1);
  }
}
