package org.gridappliance.ipop.netns;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.SplittableRandom;

/**
 * A TCP transfer for the lab: {@code take PORT} prints the hash of what one connection brings,
 * {@code give HOST PORT BYTES} the hash of the random bytes it sends.
 */
final class Transfer {

  private Transfer() {}

  public static void main(String[] arguments) throws Exception {
    MessageDigest hash = MessageDigest.getInstance("SHA-256");
    byte[] buffer = new byte[100_000];
    if (arguments[0].equals("take")) {
      try (ServerSocket server = new ServerSocket(Integer.parseInt(arguments[1]))) {
        server.setSoTimeout(50_000);
        try (Socket socket = server.accept();
            InputStream in = socket.getInputStream()) {
          for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            hash.update(buffer, 0, n);
          }
        }
      }
    } else {
      SplittableRandom random = new SplittableRandom(1);
      try (Socket socket = connect(arguments[1], Integer.parseInt(arguments[2]));
          OutputStream out = socket.getOutputStream()) {
        for (long left = Long.parseLong(arguments[3]); left > 0; ) {
          random.nextBytes(buffer);
          int size = (int) Math.min(left, 1 + random.nextInt(buffer.length));
          out.write(buffer, 0, size);
          hash.update(buffer, 0, size);
          left -= size;
        }
      }
    }
    System.out.println(HexFormat.of().formatHex(hash.digest()));
  }

  /** The other side may not listen yet. */
  private static Socket connect(String host, int port) throws Exception {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (true) {
      try {
        return new Socket(host, port);
      } catch (java.net.ConnectException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }
}
