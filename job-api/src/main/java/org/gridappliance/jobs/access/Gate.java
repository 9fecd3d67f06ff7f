package org.gridappliance.jobs.access;

import org.gridappliance.jobs.Homes;
import org.gridappliance.jobs.app.AppShelf;
import org.gridappliance.jobs.http.Caller;

/** Decides by stage, names and groups who may see and run an application. Thread-safe. */
public final class Gate implements AppShelf.Access {
  private final AccessStore store;
  private final Homes homes;

  /**
   * @param homes knows who is in which group
   */
  public Gate(AccessStore store, Homes homes) {
    this.store = store;
    this.homes = homes;
  }

  @Override
  public boolean opens(Caller caller, String app) {
    return store.of(app).opens(caller, () -> homes.groups(caller.name()));
  }

  /** {@return how far it is published} */
  public Stage stage(String app) {
    return store.of(app).stage();
  }

  /** {@return whether the caller may change and publish it} */
  public boolean mayChange(Caller caller, String app) {
    return store.of(app).mayChange(caller);
  }
}
