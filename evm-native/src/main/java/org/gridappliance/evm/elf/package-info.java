/**
 * What the wrapper has to know of an ELF file before it lets it into a bundle: its interpreter, its
 * libraries, and what of it the sandbox's rules refuse. Pure: bytes in, {@link
 * org.gridappliance.evm.elf.ElfFile} out. Fuzzed.
 */
@NullMarked
package org.gridappliance.evm.elf;

import org.jspecify.annotations.NullMarked;
