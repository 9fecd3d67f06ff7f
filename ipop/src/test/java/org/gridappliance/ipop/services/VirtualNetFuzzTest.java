package org.gridappliance.ipop.services;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.gridappliance.ipop.dht.Signer;
import org.gridappliance.ipop.node.Node;
import org.gridappliance.ipop.session.Identity;
import org.gridappliance.ipop.underlay.Underlay;
import org.gridappliance.ipop.wire.Endpoint;

/**
 * No frame of the machine and no datagram of a stranger makes the node throw; nor is an answer to a
 * stranger larger than his question. Without {@code JAZZER_FUZZ=1} only the seeds run.
 */
class VirtualNetFuzzTest {

  private final Random random = new Random(1);
  private final Identity identity = Identity.random(random, "");
  private int longestAnswer;
  private final Underlay underlay =
      new Underlay() {
        @Override
        public void send(Endpoint to, byte[] bytes, int offset, int length) {
          longestAnswer = Math.max(longestAnswer, length);
        }

        @Override
        public List<Endpoint> localEndpoints() {
          return List.of();
        }
      };
  private final Node node =
      new Node(
          identity, Signer.random(random), new Node.Settings("fuzz", List.of()), random, underlay);
  private final VirtualNet net =
      new VirtualNet(
          node,
          identity.publicKey(),
          (frame, offset, length) -> {},
          Network.parse("10.128.0.0/9", "ipop"),
          "fuzz");

  @FuzzTest(maxDuration = "60s")
  void framesOfTheMachineNeverThrow(byte[] data) {
    net.tick(1_000, 1_000);
    net.fromDevice(data.clone(), 0, data.length, 1_000);
  }

  @FuzzTest(maxDuration = "60s")
  void dnsQuestionsNeverThrow(byte[] data) {
    byte[] copy = data.clone();
    new Dns(
            Network.parse("10.128.0.0/9", "ipop"),
            (name, done) -> done.accept(OptionalInt.empty()),
            (query, most, done) -> !Forwarder.answers(query, copy) || most > 0)
        .answer(ByteBuffer.wrap(data), answer -> {});
  }

  @FuzzTest(maxDuration = "60s")
  void datagramsOfStrangersNeverThrow(byte[] data) {
    longestAnswer = 0;
    node.receive(Endpoint.ipv4(0x01020304, 5), ByteBuffer.wrap(data), 1_000);
    if (longestAnswer > data.length) {
      throw new AssertionError(longestAnswer + " bytes answer " + data.length);
    }
  }
}
