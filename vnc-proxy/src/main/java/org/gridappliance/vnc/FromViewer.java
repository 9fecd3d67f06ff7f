package org.gridappliance.vnc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import org.gridappliance.vnc.dialect.WrongBytes;
import org.gridappliance.vnc.websocket.ClientFrames;

/**
 * In the viewer's channel, in place of the usual decoder of frames: payload goes to the desktop as
 * it lies in memory, sent on once nothing more is to be read; control frames go to the usual
 * handler. A desktop that does not read keeps the viewer from being read.
 */
final class FromViewer extends ChannelInboundHandlerAdapter implements ClientFrames.Taker {
  private static final int CLOSE = 8;
  private static final int PING = 9;

  private final Pump pump;
  private final ChannelHandlerContext viewer;
  private final ChannelHandlerContext desktop;
  private final ClientFrames frames = new ClientFrames();
  private boolean waiting;
  private boolean over;

  /**
   * @param viewer the context of the usual handler
   */
  FromViewer(Pump pump, ChannelHandlerContext viewer, ChannelHandlerContext desktop) {
    this.pump = pump;
    this.viewer = viewer;
    this.desktop = desktop;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      context.fireChannelRead(message);
      return;
    }
    if (over) {
      bytes.release(); // after a close frame, or something wrong
      return;
    }
    try {
      frames.accept(bytes, this);
    } catch (WrongBytes e) {
      over = true;
      pump.refuse(e);
    }
    if (!desktop.channel().isWritable()) {
      flush();
    }
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // what is meant; equal is not the same
  public void data(ByteBuf bytes) throws WrongBytes {
    if (over) {
      bytes.release();
      return;
    }
    Buffer onward;
    Buffer all = BufferInternal.buffer(bytes);
    try {
      onward = pump.fromViewer(all);
    } catch (WrongBytes e) {
      bytes.release();
      throw e;
    }
    if (onward == all) { // the very same: nothing was looked at, nothing is copied
      write(bytes);
      return;
    }
    bytes.release();
    if (onward.length() > 0) {
      write(((BufferInternal) onward).getByteBuf());
    }
  }

  private void write(ByteBuf bytes) {
    waiting = true;
    var _ = desktop.write(bytes, desktop.voidPromise());
    if (!desktop.channel().isWritable()) {
      viewer.channel().config().setAutoRead(false);
    }
  }

  @Override
  public void control(int opcode, ByteBuf payload) {
    over |= opcode == CLOSE;
    viewer
        .pipeline()
        .context(this)
        .fireChannelRead(
            switch (opcode) {
              case CLOSE -> new CloseWebSocketFrame(true, 0, payload);
              case PING -> new PingWebSocketFrame(payload);
              default -> new PongWebSocketFrame(payload);
            });
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    flush();
    context.fireChannelReadComplete();
  }

  private void flush() {
    if (waiting) {
      waiting = false;
      desktop.flush();
    }
  }

  /** The viewer takes bytes again, or no more. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    desktop.channel().config().setAutoRead(context.channel().isWritable());
    context.fireChannelWritabilityChanged();
  }
}
