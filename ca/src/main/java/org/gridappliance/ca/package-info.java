/**
 * The pool's certificate authority: what may be asked ({@code request}), what is signed ({@code
 * profile}) and the process that holds the keys ({@code signer}). Knows nothing of ours. Read
 * {@link org.gridappliance.ca.signer.Signer} first.
 */
@NullMarked
package org.gridappliance.ca;

import org.jspecify.annotations.NullMarked;
