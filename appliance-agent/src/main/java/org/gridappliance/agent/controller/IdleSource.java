package org.gridappliance.agent.controller;

import java.time.Duration;
import java.util.Optional;

/** Something that can tell when a person last touched this machine. */
interface IdleSource extends AutoCloseable {
  /** {@return as people read it, like "keyboards and mice"} */
  String name();

  /** {@return how long nobody has touched it; empty when it cannot tell (any more)} */
  Optional<Duration> idle();

  @Override
  default void close() {}
}
