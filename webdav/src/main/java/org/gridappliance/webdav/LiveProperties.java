package org.gridappliance.webdav;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.webdav.lock.Lock;
import org.gridappliance.webdav.property.PropertyName;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.TreePath;

/** The properties that the server computes: RFC 4918 §15 and, for folders, RFC 4331. */
final class LiveProperties {
  /** What they are asked of. */
  record Of(Exchange x, TreePath path, Node node) {}

  private static final List<PropertyName> ALLPROP =
      List.of(
          PropertyName.dav("resourcetype"),
          PropertyName.dav("creationdate"),
          PropertyName.dav("getlastmodified"),
          PropertyName.dav("getcontentlength"),
          PropertyName.dav("getcontenttype"),
          PropertyName.dav("getetag"),
          PropertyName.dav("displayname"),
          PropertyName.dav("lockdiscovery"),
          PropertyName.dav("supportedlock"));

  private static final Set<String> OF_FILES =
      Set.of("getcontentlength", "getcontenttype", "getetag");
  private static final Set<String> OF_FOLDERS = Set.of("quota-available-bytes", "quota-used-bytes");

  private static final String SUPPORTED_LOCK =
      "<D:supportedlock><D:lockentry><D:lockscope><D:exclusive/></D:lockscope><D:locktype>"
          + "<D:write/></D:locktype></D:lockentry><D:lockentry><D:lockscope><D:shared/>"
          + "</D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry></D:supportedlock>";

  private LiveProperties() {}

  /** {@return those that allprop gives; the quota is left out (RFC 4331 §2)} */
  static List<PropertyName> inAllprop() {
    return ALLPROP;
  }

  /** {@return those a resource has} */
  static List<PropertyName> names(Node node) {
    List<PropertyName> names = new ArrayList<>();
    for (PropertyName name : ALLPROP) {
      if (!node.isFolder() || !OF_FILES.contains(name.name())) {
        names.add(name);
      }
    }
    if (node.isFolder()) {
      OF_FOLDERS.stream().sorted().map(PropertyName::dav).forEach(names::add);
    }
    return names;
  }

  /** {@return whether clients cannot set it} */
  static boolean isProtected(PropertyName name) {
    return ALLPROP.contains(name)
        || (name.namespace().equals(PropertyName.DAV) && OF_FOLDERS.contains(name.name()));
  }

  /** {@return the element with its value; empty when the resource has no such property} */
  static Optional<String> element(Of of, PropertyName name) throws IOException {
    if (!name.namespace().equals(PropertyName.DAV)) {
      return Optional.empty();
    }
    Node node = of.node();
    if ((OF_FILES.contains(name.name()) && node.isFolder())
        || (OF_FOLDERS.contains(name.name()) && !node.isFolder())) {
      return Optional.empty();
    }
    return switch (name.name()) {
      case "resourcetype" ->
          Optional.of(
              node.isFolder()
                  ? "<D:resourcetype><D:collection/></D:resourcetype>"
                  : "<D:resourcetype/>");
      case "creationdate" ->
          value(name, node.created().truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString());
      case "getlastmodified" -> value(name, Preconditions.HTTP_DATE.format(node.modified()));
      case "getcontentlength" -> value(name, Long.toString(node.size()));
      case "getcontenttype" -> value(name, ContentTypes.of(of.x().storage().at(of.path()).name()));
      case "getetag" -> value(name, node.etag());
      case "displayname" -> value(name, of.x().displayName(of.path()));
      case "supportedlock" -> Optional.of(SUPPORTED_LOCK);
      case "lockdiscovery" ->
          Optional.of(
              discovery(
                  of.x(),
                  of.x()
                      .storage()
                      .locks()
                      .covering(of.x().storage().home().id(), of.x().storage().key(of.path()))));
      case "quota-available-bytes" -> value(name, Long.toString(of.x().storage().availableBytes()));
      case "quota-used-bytes" -> value(name, Long.toString(of.x().storage().usedBytes()));
      default -> Optional.empty();
    };
  }

  private static Optional<String> value(PropertyName name, String value) {
    return Optional.of(
        "<D:" + name.name() + ">" + DavXml.escaped(value) + "</D:" + name.name() + ">");
  }

  /** {@return DAV:lockdiscovery with these locks} */
  static String discovery(Exchange x, List<Lock> locks) {
    StringBuilder text = new StringBuilder("<D:lockdiscovery>");
    for (Lock lock : locks) {
      text.append("<D:activelock><D:locktype><D:write/></D:locktype><D:lockscope>")
          .append(lock.isExclusive() ? "<D:exclusive/>" : "<D:shared/>")
          .append("</D:lockscope><D:depth>")
          .append(lock.isDeep() ? "infinity" : "0")
          .append("</D:depth>")
          .append(lock.ownerXml())
          .append("<D:timeout>Second-")
          .append(String.format(Locale.ROOT, "%d", lock.seconds()))
          .append("</D:timeout><D:locktoken><D:href>")
          .append(lock.token())
          .append("</D:href></D:locktoken><D:lockroot><D:href>")
          .append(x.hrefOfKey(lock.path()))
          .append("</D:href></D:lockroot></D:activelock>");
    }
    return text.append("</D:lockdiscovery>").toString();
  }
}
