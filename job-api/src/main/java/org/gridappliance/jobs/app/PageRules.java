package org.gridappliance.jobs.app;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads {@code pages:}, the steps of a form, and checks that they have every input once. */
final class PageRules {
  private static final int MOST = 20;

  private final App app;
  private final AppRules rules;

  PageRules(App app, AppRules rules) {
    this.app = app;
    this.rules = rules;
  }

  static List<App.Page> read(Yaml at) {
    List<App.Page> pages = new ArrayList<>();
    Set<String> titles = new HashSet<>();
    for (Yaml item : at.list(MOST)) {
      YamlFields fields = item.fields("title", "about", "inputs");
      String title = fields.needText("title", 40);
      if (!titles.add(title)) {
        item.problem("there are two pages \"" + title + "\"; rename one");
      }
      List<String> inputs = fields.need("inputs", PageRules::names, List.<String>of());
      pages.add(new App.Page(title, fields.text("about", 1000, ""), inputs));
    }
    if (pages.size() == 1) {
      at.problem("is a single page; give another one, or leave the key out");
    }
    return pages;
  }

  private static List<String> names(Yaml at) {
    List<String> names = at.list(200).stream().map(Yaml::text).toList();
    if (names.isEmpty() && !at.isText()) {
      at.problem("has no entry; give at least one");
    }
    return names;
  }

  /**
   * Every input is on one page, and none on an earlier page than an input before it: so what
   * decides about a field is answered when the field is asked.
   */
  void check(Yaml at, Yaml inputs) {
    Map<String, Integer> pageOf = pages(at);
    List<Yaml> places = inputs.list(200);
    int latest = 0;
    for (int i = 0; i < app.inputs().size(); i++) {
      Input input = app.inputs().get(i);
      Integer page = pageOf.get(input.name());
      if (page == null) {
        places
            .get(i)
            .problem("\"" + input.name() + "\" is on no page; name it in one of \"pages\"");
      } else if (page < latest) {
        places
            .get(i)
            .problem(
                "\""
                    + input.name()
                    + "\" is on a page before those of inputs above it; move it up here, or to a"
                    + " later page");
      } else {
        latest = page;
      }
      if (!input.common().tab().isEmpty()) {
        places.get(i).keyProblem("tab", "a form with pages has no tabs; remove it");
      }
    }
  }

  private Map<String, Integer> pages(Yaml at) {
    Map<String, Integer> pageOf = new HashMap<>();
    List<Yaml> places = at.list(MOST);
    for (int p = 0; p < app.pages().size(); p++) {
      List<String> names = app.pages().get(p).inputs();
      Yaml place = places.get(p).map().get("inputs");
      List<Yaml> entries = place == null ? List.of() : place.list(200);
      for (int i = 0; i < entries.size(); i++) {
        String name = names.get(i);
        Integer other = pageOf.putIfAbsent(name, p);
        if (app.input(name).isEmpty()) {
          entries.get(i).problem(rules.noInput(name));
        } else if (other != null) {
          entries
              .get(i)
              .problem(
                  "\""
                      + name
                      + "\" is on the page \""
                      + app.pages().get(other).title()
                      + "\" already; remove one");
        }
      }
    }
    return pageOf;
  }
}
