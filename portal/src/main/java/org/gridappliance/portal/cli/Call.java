package org.gridappliance.portal.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;

/**
 * One request of a portal's HTTP contract.
 *
 * @param method as {@code GET}
 * @param path escaped, with its query, below {@code /api/v1} and beginning with a slash
 * @param headers beside those that every request has
 * @param fields the JSON body; empty for none, or for one that comes from elsewhere
 */
record Call(String method, String path, Map<String, String> headers, Optional<ObjectNode> fields) {}
