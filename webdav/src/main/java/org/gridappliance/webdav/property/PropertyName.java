package org.gridappliance.webdav.property;

/**
 * A property's name.
 *
 * @param namespace empty for none
 */
public record PropertyName(String namespace, String name) {
  /** The namespace of WebDAV's own properties. */
  public static final String DAV = "DAV:";

  /** {@return a name of WebDAV's own} */
  public static PropertyName dav(String name) {
    return new PropertyName(DAV, name);
  }
}
