package org.gridappliance.jobs.app;

import java.util.List;
import java.util.Optional;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Problem;

/**
 * The applications as one caller may see them. What is closed to him is not here, as one that never
 * was; everything that acts for a person finds applications through this. Thread-safe.
 */
public final class AppShelf {
  /** Who may see and run an application. Thread-safe; may block on the database. */
  public interface Access {
    /** {@return whether the caller may see and run it} */
    boolean opens(Caller caller, String app);
  }

  private final AppCatalog catalog;
  private final Access access;

  public AppShelf(AppCatalog catalog, Access access) {
    this.catalog = catalog;
    this.access = access;
  }

  /** {@return what the caller may see, by title; broken ones among them} */
  public List<AppCatalog.Entry> list(Caller caller) {
    return catalog.list().stream().filter(entry -> access.opens(caller, entry.id())).toList();
  }

  /** {@return the folder of that id} */
  public Optional<AppCatalog.Entry> entry(Caller caller, String id) {
    return catalog.entry(id).filter(entry -> access.opens(caller, id));
  }

  /** {@return the application of that id, when it is in order} */
  public Optional<App> find(Caller caller, String id) {
    return entry(caller, id).flatMap(AppCatalog.Entry::app);
  }

  /**
   * {@return the folder of that id}
   *
   * @throws Problem 404; 410 when it was removed, for those to whom it was open
   */
  public AppCatalog.Entry require(Caller caller, String id) {
    return entry(caller, id)
        .orElseThrow(
            () -> catalog.isRemoved(id) && access.opens(caller, id) ? removed(id) : missing(id));
  }

  /**
   * Asks whether a job of it may go on, be it in the catalog still or not.
   *
   * @throws Problem 404
   */
  public void requireOpen(Caller caller, String id) {
    if (!access.opens(caller, id)) {
      throw missing(id);
    }
  }

  /** {@return its title; its id where the caller does not see it or it cannot be read} */
  public String title(Caller caller, String id) {
    return find(caller, id).map(App::title).orElse(id);
  }

  /** 410: it was removed and may come back. */
  public static Problem removed(String id) {
    return new Problem(
        Problem.GONE,
        "Removed",
        "application "
            + id
            + " was removed; an author of it or an administrator can restore it on the page Apps");
  }

  private static Problem missing(String id) {
    return Problem.notFound("application " + id);
  }
}
