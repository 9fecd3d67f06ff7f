package org.gridappliance.webdav;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.gridappliance.webdav.property.PropertyName;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Attr;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * Clients' XML, read without document types, entities or anything fetched, and elements written so
 * that they stand alone: with every namespace they use.
 */
final class DavXml {
  /** The largest request body read as XML, bytes. */
  static final int MAX_BYTES = 1 << 20;

  /** The deepest nesting kept in a property or owner. */
  private static final int MAX_DEPTH = 64;

  private DavXml() {}

  /**
   * {@return the document's root}
   *
   * @throws DavException 400 when it is not well formed or has a document type
   */
  static Element parse(byte[] body) throws DavException {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setNamespaceAware(true);
      factory.setXIncludeAware(false);
      factory.setExpandEntityReferences(false);
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
      factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(new Strict());
      Element root = builder.parse(new ByteArrayInputStream(body)).getDocumentElement();
      requireShallow(root);
      return root;
    } catch (SAXException | IOException e) {
      throw new DavException(400, "the request's XML cannot be read: " + e.getMessage());
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("this JDK's XML parser cannot be hardened", e);
    }
  }

  /** Walks without recursion, so that nesting costs no stack. */
  private static void requireShallow(Element root) throws DavException {
    int depth = 0;
    Node at = root;
    while (true) {
      @Nullable Node next = at.getFirstChild();
      if (next != null) {
        if (++depth > MAX_DEPTH) {
          throw new DavException(400, "the request's XML is nested deeper than " + MAX_DEPTH);
        }
      } else {
        while (!at.isSameNode(root) && at.getNextSibling() == null) {
          at = at.getParentNode();
          depth--;
        }
        next = at.isSameNode(root) ? null : at.getNextSibling();
      }
      if (next == null) {
        return;
      }
      at = next;
    }
  }

  /** Says nothing on standard error, unlike the JDK's. */
  private static final class Strict implements ErrorHandler {
    @Override
    public void warning(SAXParseException e) {
      // a warning is about style
    }

    @Override
    public void error(SAXParseException e) throws SAXException {
      throw e;
    }

    @Override
    public void fatalError(SAXParseException e) throws SAXException {
      throw e;
    }
  }

  /** {@return the elements directly within} */
  static List<Element> children(Element parent) {
    List<Element> found = new ArrayList<>();
    for (Node n = parent.getFirstChild(); n != null; n = n.getNextSibling()) {
      if (n instanceof Element element) {
        found.add(element);
      }
    }
    return found;
  }

  /** {@return whether it is this element of WebDAV's own} */
  static boolean isDav(Element element, String name) {
    return nameOf(element).equals(PropertyName.dav(name));
  }

  /** {@return its expanded name} */
  static PropertyName nameOf(Element element) {
    String namespace = element.getNamespaceURI();
    return new PropertyName(namespace == null ? "" : namespace, element.getLocalName());
  }

  /** {@return the element as text that means the same anywhere, with the language it was in} */
  static String standalone(Element element) {
    StringBuilder text = new StringBuilder();
    String language = languageAround(element);
    write(element, Map.of(), text, language);
    return text.toString();
  }

  private static String languageAround(Element element) {
    for (Node n = element; n instanceof Element e; n = n.getParentNode()) {
      if (e.hasAttributeNS(XMLConstants.XML_NS_URI, "lang")) {
        return n.isSameNode(element) ? "" : e.getAttributeNS(XMLConstants.XML_NS_URI, "lang");
      }
    }
    return "";
  }

  private static void write(
      Element element, Map<String, String> scope, StringBuilder text, String language) {
    Map<String, String> inner = new HashMap<>(scope);
    StringBuilder declarations = new StringBuilder();
    declare(element, inner, declarations, true);
    StringBuilder attributes = new StringBuilder();
    for (int i = 0; i < element.getAttributes().getLength(); i++) {
      Attr attribute = (Attr) element.getAttributes().item(i);
      if (XMLConstants.XMLNS_ATTRIBUTE_NS_URI.equals(attribute.getNamespaceURI())) {
        continue;
      }
      if (!XMLConstants.XML_NS_URI.equals(attribute.getNamespaceURI())) {
        declare(attribute, inner, declarations, false);
      }
      attributes.append(' ').append(attribute.getName()).append("=\"");
      escape(attributes, attribute.getValue());
      attributes.append('"');
    }
    if (!language.isEmpty()) {
      attributes.append(" xml:lang=\"");
      escape(attributes, language);
      attributes.append('"');
    }
    text.append('<').append(element.getTagName()).append(declarations).append(attributes);
    if (element.getFirstChild() == null) {
      text.append("/>");
      return;
    }
    text.append('>');
    for (Node n = element.getFirstChild(); n != null; n = n.getNextSibling()) {
      if (n instanceof Element child) {
        write(child, inner, text, "");
      } else if (n instanceof org.w3c.dom.Text characters) {
        escape(text, characters.getData());
      }
    }
    text.append("</").append(element.getTagName()).append('>');
  }

  /** Adds the declaration a name needs, unless it is in scope; at the top every one is written. */
  private static void declare(
      Node named, Map<String, String> scope, StringBuilder text, boolean isElement) {
    String prefix = named.getPrefix() == null ? "" : named.getPrefix();
    String uri = named.getNamespaceURI() == null ? "" : named.getNamespaceURI();
    if ((prefix.isEmpty() && !isElement) || prefix.equals("xml")) {
      return;
    }
    if (!uri.equals(scope.get(prefix))) {
      scope.put(prefix, uri);
      text.append(prefix.isEmpty() ? " xmlns=\"" : " xmlns:" + prefix + "=\"");
      escape(text, uri);
      text.append('"');
    }
  }

  /** {@return an empty element of this name, standing alone} */
  static String empty(PropertyName name) {
    if (name.namespace().equals(PropertyName.DAV)) {
      return "<D:" + name.name() + "/>";
    }
    StringBuilder text = new StringBuilder("<").append(name.name()).append(" xmlns=\"");
    escape(text, name.namespace());
    return text.append("\"/>").toString();
  }

  /** {@return text fit for an element or an attribute} */
  static String escaped(String value) {
    StringBuilder text = new StringBuilder();
    escape(text, value);
    return text.toString();
  }

  private static void escape(StringBuilder text, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '&' -> text.append("&amp;");
        case '<' -> text.append("&lt;");
        case '>' -> text.append("&gt;");
        case '"' -> text.append("&quot;");
        case '\r' -> text.append("&#13;");
        default -> text.append(c);
      }
    }
  }
}
