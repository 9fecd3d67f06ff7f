package org.gridappliance.ipop.underlay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Memory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.gridappliance.ipop.kernel.LibC;
import org.gridappliance.ipop.wire.Endpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real sockets on the loopback interface. */
class UdpUnderlayTest {

  private static final int LOOPBACK = 0x7f000001;
  private static final int SO_NO_CHECK = 11;

  @ParameterizedTest
  @CsvSource({"true,true", "true,false", "false,true", "false,false"})
  void everyDatagramArrivesWholeAndInOrder(boolean sender, boolean receiver) throws IOException {
    try (UdpUnderlay a = open(sender);
        UdpUnderlay b = open(receiver)) {
      List<byte[]> datagrams = datagrams(1);
      sendAll(a, Endpoint.ipv4(LOOPBACK, b.port()), datagrams);
      assertSame(datagrams, receive(b, datagrams.size(), Endpoint.ipv4(LOOPBACK, a.port())));
      assertEquals(0, a.sendFailures());
    }
  }

  @Test
  void aKernelThatRefusesToCutGetsDatagramsOneByOne() throws IOException {
    try (UdpUnderlay a = open(true);
        UdpUnderlay b = open(true);
        Memory on = new Memory(4)) {
      on.setInt(0, 1); // without checksums the kernel does not cut: EINVAL
      LibC.setsockopt(a.fd, LibC.SOL_SOCKET, SO_NO_CHECK, on, 4);
      List<byte[]> datagrams = datagrams(2);
      sendAll(a, Endpoint.ipv4(LOOPBACK, b.port()), datagrams);
      assertSame(datagrams, receive(b, datagrams.size(), Endpoint.ipv4(LOOPBACK, a.port())));
      assertFalse(a.canSegment());
      assertEquals(0, a.sendFailures());
    }
  }

  @Test
  void whatCannotBeSentIsCountedAndTheRestGoes() throws IOException {
    try (UdpUnderlay a = open(true);
        UdpUnderlay b = open(true)) {
      Endpoint to = Endpoint.ipv4(LOOPBACK, b.port());
      byte[] some = {1, 2, 3};
      SendBatch batch = a.batch();
      add(batch, Endpoint.ipv4(0xffff_ffff, 9), some); // broadcast is not allowed
      add(batch, to, some);
      batch.flush();
      a.send(to, some, 1, 2);
      List<byte[]> wanted = List.of(some, new byte[] {2, 3});
      assertSame(wanted, receive(b, 2, Endpoint.ipv4(LOOPBACK, a.port())));
      assertEquals(1, a.sendFailures());
      assertTrue(a.canSegment());
    }
  }

  @Test
  void aTakenPortIsNamedWithTheRemedy() throws IOException {
    try (UdpUnderlay a = open(true)) {
      IOException e =
          org.junit.jupiter.api.Assertions.assertThrows(
              IOException.class, () -> new UdpUnderlay(a.port(), address -> false, true));
      String message = String.valueOf(e.getMessage());
      assertTrue(message.contains("UDP port " + a.port()), message);
      assertTrue(message.contains("set another port"), message);
    }
  }

  private static UdpUnderlay open(boolean offload) throws IOException {
    return new UdpUnderlay(0, address -> false, offload);
  }

  /** Runs of one size, shorter ends, and single ones of any size; fewer than a socket holds. */
  private static List<byte[]> datagrams(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> all = new ArrayList<>();
    for (int run = 0; run < 12; run++) {
      int size = 1 + random.nextInt(1_400);
      int count = 1 + random.nextInt(70);
      for (int i = 0; i < count; i++) {
        byte[] datagram = new byte[i == count - 1 ? 1 + random.nextInt(size) : size];
        random.nextBytes(datagram);
        all.add(datagram);
      }
    }
    return all;
  }

  private static void sendAll(UdpUnderlay from, Endpoint to, List<byte[]> datagrams) {
    SendBatch batch = from.batch();
    for (byte[] datagram : datagrams) {
      add(batch, to, datagram);
    }
    batch.flush();
  }

  private static void add(SendBatch batch, Endpoint to, byte[] datagram) {
    batch.reserve(datagram.length);
    System.arraycopy(datagram, 0, batch.bytes(), batch.end(), datagram.length);
    batch.add(to, datagram.length);
  }

  private static List<byte[]> receive(UdpUnderlay at, int count, Endpoint sender)
      throws IOException {
    List<byte[]> all = new ArrayList<>();
    Received received = new Received();
    while (all.size() < count) {
      assertTrue(at.receive(received));
      for (int run = 0; run < received.runs(); run++) {
        assertEquals(sender, received.from(run));
        int end = received.offset(run) + received.length(run);
        for (int i = received.offset(run); i < end; i += received.segment(run)) {
          int to = Math.min(end, i + received.segment(run));
          all.add(Arrays.copyOfRange(received.bytes(), i, to));
        }
      }
    }
    return all;
  }

  private static void assertSame(List<byte[]> wanted, List<byte[]> got) {
    assertEquals(wanted.size(), got.size());
    for (int i = 0; i < wanted.size(); i++) {
      assertTrue(Arrays.equals(wanted.get(i), got.get(i)), "datagram " + i);
    }
  }
}
