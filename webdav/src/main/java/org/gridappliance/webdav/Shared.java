package org.gridappliance.webdav;

/**
 * A file or folder of somebody else that the caller may see.
 *
 * @param name by which it stands in "Shared with me": one name, unique there
 * @param view made by {@link Home#view} from the owner's home, with the caller as principal
 */
public record Shared(String name, Home view) {}
