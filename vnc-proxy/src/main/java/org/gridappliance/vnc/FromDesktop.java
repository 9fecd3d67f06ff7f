package org.gridappliance.vnc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.vertx.core.internal.buffer.BufferInternal;
import org.gridappliance.vnc.dialect.WrongBytes;

/**
 * In the desktop's channel: what was read goes to the viewer as it lies in memory, one frame a
 * read, sent on once {@link #FLUSH} bytes wait or nothing more is to be read. A viewer that is slow
 * keeps the desktop from being read.
 */
final class FromDesktop extends ChannelInboundHandlerAdapter {
  /** Bytes after which what waits is handed to the kernel though more is to come. */
  private static final int FLUSH = 64 << 10;

  private final Pump pump;
  private final ChannelHandlerContext viewer;
  private int waiting;

  /**
   * @param viewer the viewer's context behind the encoder of frames
   */
  FromDesktop(Pump pump, ChannelHandlerContext viewer) {
    this.pump = pump;
    this.viewer = viewer;
  }

  @Override
  public void channelRead(ChannelHandlerContext desktop, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      desktop.fireChannelRead(message);
      return;
    }
    try {
      pump.fromDesktop(BufferInternal.buffer(bytes));
    } catch (WrongBytes e) {
      bytes.release();
      pump.refuse(e);
      return;
    }
    waiting += bytes.readableBytes();
    var _ = viewer.write(new BinaryWebSocketFrame(bytes), viewer.voidPromise());
    if (waiting >= FLUSH) {
      flush();
    }
    if (!viewer.channel().isWritable()) {
      desktop.channel().config().setAutoRead(false);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext desktop) {
    flush();
    desktop.fireChannelReadComplete();
  }

  private void flush() {
    if (waiting > 0) {
      waiting = 0;
      viewer.flush();
    }
  }

  /** The viewer's channel is unblocked or blocked: the desktop's other half of back-pressure. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext desktop) {
    viewer.channel().config().setAutoRead(desktop.channel().isWritable());
    desktop.fireChannelWritabilityChanged();
  }
}
