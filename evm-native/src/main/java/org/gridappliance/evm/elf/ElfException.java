package org.gridappliance.evm.elf;

/** Thrown for bytes that are not an ELF file this machine runs; the message says why. */
public final class ElfException extends Exception {
  private static final long serialVersionUID = 1L;

  public ElfException(String reason) {
    super(reason);
  }
}
