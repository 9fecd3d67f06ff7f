package org.gridappliance.ipop.device;

import java.nio.ByteBuffer;

/** A device that may take super-packets. */
interface VnetDevice extends Device {

  /** {@return whether frames carry virtio-net's header} Else only {@link Device#write} serves. */
  boolean hasOffload();

  /** Writes a frame with that header in front, from the buffer's start. */
  void write(ByteBuffer memory, int length);
}
