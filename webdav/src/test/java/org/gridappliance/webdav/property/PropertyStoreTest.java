package org.gridappliance.webdav.property;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.webdav.TestDatabase;
import org.gridappliance.webdav.property.PropertyStore.Change;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PropertyStoreTest {
  private static final PropertyName P = new PropertyName("urn:x", "p");

  private HikariDataSource source;
  private PropertyStore store;

  @BeforeEach
  void open() {
    source = TestDatabase.inMemory();
    store = new PropertyStore(TestDatabase.schema(source));
  }

  @AfterEach
  void close() {
    source.close();
  }

  private void set(String key, String element) {
    assertTrue(store.change("h", key, List.of(new Change(P, Optional.of(element)))).await());
  }

  @Test
  void moveTakesPropertiesOfTheWholeTreeAlongAndDropsTheTargets() {
    set("/a/", "<a/>");
    set("/a/b/", "<b/>");
    set("/ab/", "<ab/>");
    set("/t/old/", "<old/>");
    store.finish(store.begin("h", "h", "/a/", "/t/", true, true, 1).orElseThrow());
    assertEquals(List.of("/ab/", "/t/", "/t/b/"), store.keys("h"));
    assertEquals(Map.of(P, "<b/>"), store.of("h", "/t/b/"));
    assertEquals(List.of(), store.unfinished("h"));
  }

  @Test
  void copyKeepsTheSourceAndAShallowCopyTakesOnlyTheFolders() {
    set("/a/", "<a/>");
    set("/a/b/", "<b/>");
    store.finish(store.begin("h", "h", "/a/", "/t/", false, false, 1).orElseThrow());
    assertEquals(List.of("/a/", "/a/b/", "/t/"), store.keys("h"));
  }

  @Test
  void anIntentIsKeptUntilItsEndAndNotMadeWithoutProperties() {
    assertTrue(store.begin("h", "h", "/a/", "/t/", true, true, 1).isEmpty());
    set("/a/", "<a/>");
    var intent = store.begin("h", "h", "/a/", "/t/", true, true, 7).orElseThrow();
    assertEquals(List.of(intent), store.unfinished("h"));
    store.abandon(intent);
    assertEquals(List.of(), store.unfinished("h"));
  }

  @Test
  void tooManyPropertiesChangeNothing() {
    List<Change> many = new ArrayList<>();
    for (int i = 0; i <= PropertyStore.MAX_PER_RESOURCE; i++) {
      many.add(new Change(new PropertyName("", "n" + i), Optional.of("<n/>")));
    }
    assertFalse(store.change("h", "/a/", many).await());
    assertFalse(store.hasAny("h", "/"));
  }
}
