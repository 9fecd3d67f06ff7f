package org.gridappliance.jobs.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.Facts;
import org.gridappliance.jobs.app.InputValues;
import org.gridappliance.jobs.app.Inputs;
import org.gridappliance.jobs.http.Problem;

/** Makes a job's plan again from the database and the saved application. Safe for all threads. */
public final class PlanLoader {
  private final JobStore store;
  private final SavedApps apps;
  private final Path data;

  public PlanLoader(JobStore store, SavedApps apps, Path data) {
    this.store = store;
    this.apps = apps;
    this.data = data;
  }

  public SavedApps apps() {
    return apps;
  }

  /** {@return the data folder} */
  public Path data() {
    return data;
  }

  /** {@return where a job's files lie} */
  public JobFolder folder(long job) {
    return JobFolder.of(data, job);
  }

  /**
   * {@return the plan of a job}
   *
   * @throws StorageException when what it needs is damaged
   */
  public JobPlan load(JobRecord job) {
    App app = apps.load(job.app(), job.appDigest());
    return new JobPlan(
        app,
        inputs(app, job),
        facts(job.facts()),
        store.files(job.id()),
        job.chunks() == 0 ? java.util.List.of() : store.chunks(job.id()),
        JobFolder.of(data, job.id()),
        job.request());
  }

  /** {@return the checked inputs of a job} */
  public static Inputs inputs(App app, JobRecord job) {
    try {
      return InputValues.check(app, job.request());
    } catch (Problem e) {
      throw new StorageException("the saved inputs are damaged: " + e.getMessage(), e);
    }
  }

  private static Map<String, Facts> facts(JsonNode node) {
    Map<String, Facts> facts = new HashMap<>();
    node.properties()
        .forEach(
            entry ->
                facts.put(
                    entry.getKey(),
                    new Facts(
                        entry.getValue().path("records").asLong(),
                        entry.getValue().path("bytes").asLong())));
    return facts;
  }
}
