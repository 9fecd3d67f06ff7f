package org.gridappliance.vnc.dialect;

import io.vertx.core.buffer.Buffer;

/** The protocol of one connection. Not thread-safe: owned by it. */
public interface Dialect {

  /**
   * Takes the viewer's next bytes.
   *
   * @return what to send on, possibly empty
   * @throws WrongBytes when they are not of this protocol; nothing of them may be sent on
   */
  Buffer fromViewer(Buffer bytes) throws WrongBytes;

  /**
   * Looks at the desktop's next bytes, which then go on as they are.
   *
   * @throws WrongBytes when they are not of this protocol
   */
  void fromDesktop(Buffer bytes) throws WrongBytes;
}
