package org.gridappliance.ipop.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * How to reach a node: its key, and where it may be listening. On the wire: key, count, endpoints.
 *
 * @param key the node's; it can prove that it holds it
 * @param endpoints best first, at most {@link #MAX_ENDPOINTS}; may be empty (reach it through the
 *     ring)
 */
public record Contact(PublicKey key, List<Endpoint> endpoints) {

  /** The most endpoints of one contact. */
  public static final int MAX_ENDPOINTS = 4;

  public Contact {
    endpoints = List.copyOf(endpoints);
    if (endpoints.size() > MAX_ENDPOINTS) {
      throw new IllegalArgumentException(
          endpoints.size() + " endpoints: want at most " + MAX_ENDPOINTS);
    }
  }

  /** {@return the node's place on the ring} */
  public Address address() {
    return key.address();
  }

  void write(ByteBuffer out) {
    key.write(out);
    out.put((byte) endpoints.size());
    endpoints.forEach(e -> e.write(out));
  }

  int length() {
    return PublicKey.LENGTH + 1 + endpoints.size() * Endpoint.LENGTH;
  }

  static Contact read(In in) {
    PublicKey key = in.publicKey();
    return new Contact(key, readEndpoints(in, MAX_ENDPOINTS));
  }

  static List<Endpoint> readEndpoints(In in, int max) {
    int count = in.u8();
    in.demand(count <= max);
    List<Endpoint> endpoints = new ArrayList<>();
    for (int i = 0; i < count && in.good(); i++) {
      endpoints.add(in.endpoint());
    }
    return endpoints;
  }

  static void writeAll(List<Contact> contacts, ByteBuffer out) {
    out.put((byte) contacts.size());
    contacts.forEach(c -> c.write(out));
  }

  static int lengthOf(List<Contact> contacts) {
    return 1 + contacts.stream().mapToInt(Contact::length).sum();
  }

  static List<Contact> readAll(In in, int max) {
    int count = in.u8();
    in.demand(count <= max);
    List<Contact> contacts = new ArrayList<>();
    for (int i = 0; i < count && in.good(); i++) {
      contacts.add(read(in));
    }
    return contacts;
  }
}
