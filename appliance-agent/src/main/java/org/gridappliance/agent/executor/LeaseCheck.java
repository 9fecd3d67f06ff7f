package org.gridappliance.agent.executor;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.gridappliance.evm.EvmReach;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.Sandbox;

/**
 * Checks what the portal hands out before any of it touches this machine: taking over the portal
 * must not give more than running a program in an envelope.
 */
final class LeaseCheck {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final int MAX_INPUTS = 10_000;

  private LeaseCheck() {}

  /** {@return whether the lease's name can be a folder's name and part of an address} */
  static boolean isName(String lease) {
    return NAME.matcher(lease).matches();
  }

  /** {@return what is wrong with a lease, or empty} */
  static Optional<String> problem(Lease lease) {
    if (lease.command().isEmpty() || lease.command().stream().anyMatch(a -> a.indexOf('\0') >= 0)) {
      return Optional.of("its command is empty or holds a NUL");
    }
    if (lease.inputs().size() > MAX_INPUTS) {
      return Optional.of("it has more than " + MAX_INPUTS + " inputs");
    }
    Set<String> paths = new HashSet<>();
    for (FileRef input : lease.inputs()) {
      if (!isPath(input.path()) || !paths.add(input.path())) {
        return Optional.of("the path of its input " + input.path() + " is not a plain one");
      }
      if (!SHA256.matcher(input.sha256()).matches() || input.bytes() < 0) {
        return Optional.of("its input " + input.path() + " has no SHA-256 or size");
      }
    }
    if (lease.interactive() != null && !lease.interactive().equals(LeaseProtocol.VNC)) {
      return Optional.of("interactive: " + lease.interactive() + " is not known here");
    }
    Sandbox sandbox = lease.sandbox();
    if (sandbox != null && !Sandbox.KNOWN.containsAll(sandbox.allow())) {
      return Optional.of("allow: " + sandbox.allow() + " is not known here");
    }
    if (sandbox != null
        && (sandbox.network().size() > Sandbox.MOST_HOSTS
            || sandbox.network().stream().distinct().count() < sandbox.network().size()
            || sandbox.network().stream()
                .anyMatch(
                    one ->
                        !EvmReach.isName(one.host()) || one.port() < 1 || one.port() > 65_535))) {
      return Optional.of("network: " + sandbox.network() + " are not hosts and ports");
    }
    if (sandbox != null && !sandbox.network().isEmpty() && lease.interactive() != null) {
      return Optional.of("a program with windows reaches no host");
    }
    if (sandbox != null && sandbox.sealKey() != null) {
      if (!SHA256.matcher(sandbox.sealKey()).matches()) {
        return Optional.of("its key is not one of 64 hexadecimal digits");
      }
      if (lease.interactive() != null) {
        return Optional.of("a program with windows cannot be sealed");
      }
    }
    if (sandbox != null
        && sandbox.bundle() != null
        && (!SHA256.matcher(sandbox.bundle().id()).matches()
            || sandbox.bundle().manifestBytes() < 1
            || sandbox.bundle().totalBytes() < 0)) {
      return Optional.of("its bundle has no SHA-256 or size");
    }
    boolean limited =
        lease.limits().wallSeconds() > 0
            && lease.limits().memoryBytes() > 0
            && lease.limits().diskBytes() >= 0
            && lease.limits().outputBytes() >= 0
            && lease.limits().processes() > 0;
    return limited ? Optional.empty() : Optional.of("a limit is not positive");
  }

  private static boolean isPath(String path) {
    if (path.isEmpty() || path.length() > 1024 || path.indexOf('\0') >= 0) {
      return false;
    }
    for (String part : path.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return false;
      }
    }
    return true;
  }
}
