package org.gridappliance.jobs.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.LeaseProtocol;

/** JSON text of values that are kept whole, and trees for answers. */
public final class Json {
  private static final JsonMapper MAPPER = LeaseProtocol.json();
  private static final TypeReference<List<FileRef>> FILES = new TypeReference<>() {};

  private Json() {}

  /** {@return the value as text} */
  public static String text(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("our own record is not JSON: " + value.getClass(), e);
    }
  }

  /** {@return the value as a tree} */
  public static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /**
   * {@return a record read from a tree that the contract has checked}
   *
   * @throws IllegalArgumentException when it does not fit after all
   */
  public static <T> T from(JsonNode tree, Class<T> type) {
    try {
      return MAPPER.treeToValue(tree, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e.getOriginalMessage(), e);
    }
  }

  /**
   * {@return a value that was kept as text}
   *
   * @throws StorageException when the text is damaged
   */
  public static <T> T read(String text, Class<T> type) {
    try {
      return MAPPER.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw new StorageException("damaged " + type.getSimpleName() + " in the database", e);
    }
  }

  static List<FileRef> files(String text) {
    try {
      return MAPPER.readValue(text, FILES);
    } catch (JsonProcessingException e) {
      throw new StorageException("damaged list of files in the database", e);
    }
  }
}
