package org.gridappliance.jobs;

import java.util.Optional;

/** Guesses the country of a machine. Safe for all threads, and does not block. */
@FunctionalInterface
public interface Countries {
  /** Guesses nothing. */
  Countries NONE = address -> Optional.empty();

  /**
   * {@return two capital letters, ISO 3166-1 alpha-2; empty when nothing is known}
   *
   * @param address the network address that the machine was met at, IPv4 or IPv6
   */
  Optional<String> of(String address);
}
