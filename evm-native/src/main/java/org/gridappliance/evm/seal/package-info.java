/**
 * Sealed folders: what {@code evm-seal} shows opened to a program, made and opened from outside.
 * {@link org.gridappliance.evm.seal.SealedFolder} seals inputs before they travel and opens results
 * after they came back; docs/evm.md, "Sealed folders", has the format. The same files are read and
 * written by the C side ({@code seal_body.c}, {@code seal_crypto.c}). First file to read:
 * SealedFolder.
 */
@NullMarked
package org.gridappliance.evm.seal;

import org.jspecify.annotations.NullMarked;
