package org.gridappliance.webdav;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.webdav.Exchange.Depth;
import org.gridappliance.webdav.commit.Commits.Pending;
import org.gridappliance.webdav.property.PropertyName;
import org.gridappliance.webdav.property.PropertyStore.Change;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.TreePath;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/** PROPFIND, which writes while it reads the folder, and PROPPATCH. */
final class PropertyMethods {
  /** The largest value of one dead property, characters of XML. */
  private static final int MAX_VALUE = 64 * 1024;

  private static final String MULTISTATUS =
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<D:multistatus xmlns:D=\"DAV:\">\n";

  private static final TreePath SHARED = TreePath.ROOT.child(Addresses.SHARED);
  private static final Node SHARED_FOLDER =
      new Node(true, 0, Instant.EPOCH, Instant.EPOCH, 0, 0500);

  private PropertyMethods() {}

  /** What a PROPFIND asks for. */
  private sealed interface Wanted {
    record All(List<PropertyName> include) implements Wanted {}

    record Names() implements Wanted {}

    record These(List<PropertyName> names) implements Wanted {}
  }

  static void find(Exchange x) throws IOException {
    Depth depth = x.depth(Depth.INFINITY);
    Wanted wanted = wanted(x.body().all(DavXml.MAX_BYTES));
    Preconditions.ifHeader(x);
    Node root = x.node();
    if (depth == Depth.INFINITY && root.isFolder()) {
      throw new DavException(
          403, "Depth: ask folder by folder, with Depth 1", "<D:propfind-finite-depth/>");
    }
    HomeStorage storage = x.storage();
    boolean hasDead = storage.properties().hasAny(storage.home().id(), storage.key(x.path()));
    try (XmlStream out = new XmlStream(x.response())) {
      out.append(MULTISTATUS);
      respond(out, x, x.path(), root, wanted, hasDead);
      if (depth == Depth.ONE && root.isFolder()) {
        storage.list(
            x.path(),
            (name, node) -> {
              TreePath path = x.path().child(name);
              if (!x.rootName().isEmpty() || !Addresses.isShared(path)) {
                respond(out, x, path, node, wanted, hasDead);
              }
            });
      }
      boolean isTop = x.path().isRoot() && x.rootName().isEmpty();
      if (depth == Depth.ONE && isTop && !x.addresses().roots().isEmpty()) {
        respond(out, x, SHARED, SHARED_FOLDER, wanted, false);
      }
      out.append("</D:multistatus>\n");
      out.end();
    }
  }

  /** PROPFIND of the folder of what is shared: each thing as its owner's home has it. */
  static void findShared(Exchange x, Storage storage) throws IOException {
    Depth depth = x.depth(Depth.INFINITY);
    Wanted wanted = wanted(x.body().all(DavXml.MAX_BYTES));
    if (depth == Depth.INFINITY) {
      throw new DavException(
          403, "Depth: ask folder by folder, with Depth 1", "<D:propfind-finite-depth/>");
    }
    try (XmlStream out = new XmlStream(x.response())) {
      out.append(MULTISTATUS);
      respond(out, x, SHARED, SHARED_FOLDER, wanted, false);
      for (Addresses.In root :
          depth == Depth.ONE ? x.addresses().roots() : List.<Addresses.In>of()) {
        try (HomeStorage home = storage.open(root.home())) {
          Exchange inner = x.at(root, home);
          Optional<Node> node = home.stat(TreePath.ROOT);
          if (node.isPresent()) { // else it was moved or deleted since it was shared
            respond(out, inner, TreePath.ROOT, node.get(), wanted, false);
          }
        }
      }
      out.append("</D:multistatus>\n");
      out.end();
    }
  }

  private static Wanted wanted(byte[] body) throws DavException {
    if (body.length == 0) {
      return new Wanted.All(List.of());
    }
    Element root = DavXml.parse(body);
    if (!DavXml.isDav(root, "propfind")) {
      throw new DavException(400, "PROPFIND: want a DAV:propfind element");
    }
    @Nullable Wanted found = null;
    List<PropertyName> include = new ArrayList<>();
    for (Element child : DavXml.children(root)) {
      if (DavXml.isDav(child, "prop")) {
        found = new Wanted.These(DavXml.children(child).stream().map(DavXml::nameOf).toList());
      } else if (DavXml.isDav(child, "propname")) {
        found = new Wanted.Names();
      } else if (DavXml.isDav(child, "allprop")) {
        found = new Wanted.All(include);
      } else if (DavXml.isDav(child, "include")) {
        DavXml.children(child).forEach(e -> include.add(DavXml.nameOf(e)));
      }
    }
    if (found == null) {
      throw new DavException(400, "PROPFIND: want DAV:prop, DAV:propname or DAV:allprop");
    }
    return found;
  }

  private static void respond(
      XmlStream out, Exchange x, TreePath path, Node node, Wanted wanted, boolean hasDead)
      throws IOException {
    HomeStorage storage = x.storage();
    Map<PropertyName, String> dead =
        hasDead ? storage.properties().of(storage.home().id(), storage.key(path)) : Map.of();
    LiveProperties.Of of = new LiveProperties.Of(x, path, node);
    out.append("<D:response><D:href>");
    out.append(x.href(path, node.isFolder()));
    out.append("</D:href><D:propstat><D:prop>");
    List<PropertyName> missing = new ArrayList<>();
    switch (wanted) {
      case Wanted.Names names -> {
        for (PropertyName name : LiveProperties.names(node)) {
          out.append(DavXml.empty(name));
        }
        for (PropertyName name : dead.keySet()) {
          out.append(DavXml.empty(name));
        }
      }
      case Wanted.All all -> {
        for (PropertyName name : LiveProperties.inAllprop()) {
          out.append(LiveProperties.element(of, name).orElse(""));
        }
        for (PropertyName name : all.include()) {
          if (!LiveProperties.inAllprop().contains(name)) {
            out.append(LiveProperties.element(of, name).orElse(""));
          }
        }
        for (String element : dead.values()) {
          out.append(element);
        }
      }
      case Wanted.These these -> {
        for (PropertyName name : these.names()) {
          Optional<String> element = LiveProperties.element(of, name);
          @Nullable String stored = dead.get(name);
          if (element.isPresent()) {
            out.append(element.get());
          } else if (stored != null) {
            out.append(stored);
          } else {
            missing.add(name);
          }
        }
      }
    }
    out.append("</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>");
    if (!missing.isEmpty()) {
      out.append("<D:propstat><D:prop>");
      for (PropertyName name : missing) {
        out.append(DavXml.empty(name));
      }
      out.append("</D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>");
    }
    out.append("</D:response>\n");
  }

  static void patch(Exchange x) throws IOException {
    x.storage().requireWritable();
    Element root = DavXml.parse(x.body().all(DavXml.MAX_BYTES));
    if (!DavXml.isDav(root, "propertyupdate")) {
      throw new DavException(400, "PROPPATCH: want a DAV:propertyupdate element");
    }
    List<Change> changes = new ArrayList<>();
    for (Element action : DavXml.children(root)) {
      boolean isSet = DavXml.isDav(action, "set");
      if (!isSet && !DavXml.isDav(action, "remove")) {
        continue;
      }
      for (Element prop : DavXml.children(action)) {
        if (DavXml.isDav(prop, "prop")) {
          for (Element property : DavXml.children(prop)) {
            changes.add(
                new Change(
                    DavXml.nameOf(property),
                    isSet ? Optional.of(DavXml.standalone(property)) : Optional.empty()));
          }
        }
      }
    }
    if (changes.isEmpty()) {
      throw new DavException(400, "PROPPATCH: want a property to set or to remove");
    }
    Node node;
    Map<PropertyName, Integer> statuses = new LinkedHashMap<>();
    Optional<Pending<Boolean>> written = Optional.empty();
    HomeStorage storage = x.storage();
    storage.state().mutex.lock();
    try {
      node = x.node();
      Set<String> tokens = x.guard().admit(Optional.of(node));
      storage.requireUnlocked(x.path(), false, false, tokens);
      for (Change change : changes) {
        statuses.put(change.name(), refusal(change));
      }
      boolean isFine = statuses.values().stream().allMatch(s -> s == 200);
      if (isFine) {
        written =
            Optional.of(
                storage.properties().change(storage.home().id(), storage.key(x.path()), changes));
      } else {
        statuses.replaceAll((name, s) -> s == 200 ? 424 : s);
      }
    } finally {
      storage.state().mutex.unlock();
    }
    if (written.isPresent() && !written.get().await()) { // without the mutex: the flush is shared
      statuses.replaceAll((name, s) -> 507);
    }
    x.answer(207, multistatus(x.href(x.path(), node.isFolder()), statuses));
  }

  private static int refusal(Change change) {
    PropertyName name = change.name();
    if (LiveProperties.isProtected(name)) {
      return 403;
    }
    boolean isLong =
        change.element().filter(e -> e.length() > MAX_VALUE).isPresent()
            || name.namespace().length() > 1024
            || name.name().length() > 1024;
    return isLong ? 507 : 200;
  }

  private static String multistatus(String href, Map<PropertyName, Integer> statuses) {
    StringBuilder text = new StringBuilder(MULTISTATUS);
    text.append("<D:response><D:href>").append(href).append("</D:href>");
    statuses.forEach(
        (name, status) -> {
          text.append("<D:propstat><D:prop>")
              .append(DavXml.empty(name))
              .append("</D:prop><D:status>HTTP/1.1 ")
              .append(status)
              .append(' ')
              .append(io.netty.handler.codec.http.HttpResponseStatus.valueOf(status).reasonPhrase())
              .append("</D:status>");
          if (status == 403) {
            text.append("<D:error><D:cannot-modify-protected-property/></D:error>");
          }
          text.append("</D:propstat>");
        });
    return text.append("</D:response></D:multistatus>\n").toString();
  }
}
