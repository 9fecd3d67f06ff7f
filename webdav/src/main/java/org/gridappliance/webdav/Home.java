package org.gridappliance.webdav;

import java.nio.file.Path;

/**
 * Whose files a request is about.
 *
 * @param id of the home, at most 64 characters; locks and properties are kept under it
 * @param folder the home
 * @param spool a folder on the same file system outside the home, for files on their way
 * @param quotaBytes how much the home may hold; {@link Long#MAX_VALUE} for no limit
 * @param principal who asks, at most 64 characters; a lock is used by who made it
 */
public record Home(String id, Path folder, Path spool, long quotaBytes, String principal) {}
