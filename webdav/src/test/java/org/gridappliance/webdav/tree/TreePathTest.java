package org.gridappliance.webdav.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.gridappliance.webdav.tree.TreeException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreePathTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a/../b", "/..", "/%2e%2e/x", "/%2E%2e", "/.%2e/", "/.", "/a%00b", "/a%2fb", "/a%5cb",
        "/a\\b", "/..%5c", "/%c0%ae%c0%ae/x", "/%e0%80%ae", "/%ff", "/%", "/%4", "/%zz", "/a%0ab",
        "/a%7f", "/\u00e9", "/%ed%a0%80"
      })
  void whatIsNoPlainNameIsRefused(String encoded) {
    TreeException e = assertThrows(TreeException.class, () -> TreePath.parse(encoded));
    assertEquals(Reason.BAD_PATH, e.reason());
  }

  @Test
  void namesOf255BytesPassAndOneMoreDoesNot() throws Exception {
    assertEquals(255, TreePath.parse("/" + "a".repeat(255)).name().length());
    assertEquals(
        Reason.TOO_LONG,
        assertThrows(TreeException.class, () -> TreePath.parse("/" + "a".repeat(256))).reason());
    assertEquals(
        Reason.TOO_LONG,
        assertThrows(TreeException.class, () -> TreePath.parse("/abcdefg".repeat(500))).reason());
  }

  @Test
  void decomposedNamesAreComposed() throws Exception {
    assertEquals(List.of("\u00e9"), TreePath.parse("/e%CC%81").names());
  }

  @Test
  void encodingIsUndoneByParsing() throws Exception {
    for (String name : List.of("a b", "100%", "\ud83d\ude80", "<&>\"'", "#?;", "\u00e9\u00df")) {
      TreePath path = TreePath.ROOT.child("x").child(name);
      assertEquals(path, TreePath.parse(path.encoded()));
      assertEquals(path, TreePath.ofKey(path.key()));
      assertTrue(path.encoded().chars().noneMatch(c -> "<>&\"' ".indexOf(c) >= 0));
    }
  }

  @Test
  void keysOfATreeAreOneRange() throws Exception {
    String a = TreePath.parse("/a").key();
    assertTrue(TreePath.parse("/a/z").key().compareTo(TreePath.endKey(a)) < 0);
    assertTrue(TreePath.parse("/a-b").key().compareTo(a) < 0);
    assertTrue(TreePath.parse("/ab").key().compareTo(TreePath.endKey(a)) > 0);
  }
}
