package org.gridappliance.ipop.device;

/** A virtual Ethernet device, seen from its far end: what is written here, the machine receives. */
public interface Device {

  /** Hands a frame to the machine; dropped and counted if it cannot take it. Thread-safe. */
  void write(byte[] frame, int offset, int length);
}
