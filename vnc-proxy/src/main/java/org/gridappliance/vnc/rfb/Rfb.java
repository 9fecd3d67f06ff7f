package org.gridappliance.vnc.rfb;

import io.vertx.core.buffer.Buffer;
import org.gridappliance.vnc.dialect.Dialect;
import org.gridappliance.vnc.dialect.WrongBytes;

/** Remote framebuffer, RFC 6143: greeting checked, a viewer that may only look kept from acting. */
public final class Rfb implements Dialect {
  private final ServerGreeting greeting = new ServerGreeting();
  private final ClientStream viewer;

  public Rfb(boolean viewOnly) {
    this.viewer = new ClientStream(viewOnly);
  }

  @Override
  public Buffer fromViewer(Buffer bytes) throws WrongBytes {
    return viewer.accept(bytes);
  }

  @Override
  public void fromDesktop(Buffer bytes) throws WrongBytes {
    if (!greeting.complete()) {
      greeting.accept(bytes);
    }
  }
}
