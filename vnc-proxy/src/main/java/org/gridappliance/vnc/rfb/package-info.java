/**
 * As much of RFC 6143 as a relay needs: to refuse what is not RFB and to keep a viewer from acting.
 * Pure: bytes in, bytes out.
 */
@NullMarked
package org.gridappliance.vnc.rfb;

import org.jspecify.annotations.NullMarked;
