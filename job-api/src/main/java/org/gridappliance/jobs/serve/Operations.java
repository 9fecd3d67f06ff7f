package org.gridappliance.jobs.serve;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.gridappliance.jobs.Countries;
import org.gridappliance.jobs.Homes;
import org.gridappliance.jobs.JobAudit;
import org.gridappliance.jobs.JobSettings;
import org.gridappliance.jobs.access.AccessOperations;
import org.gridappliance.jobs.access.AccessStore;
import org.gridappliance.jobs.access.Gate;
import org.gridappliance.jobs.access.Sight;
import org.gridappliance.jobs.app.AppCatalog;
import org.gridappliance.jobs.app.AppShelf;
import org.gridappliance.jobs.author.RemovedApps;
import org.gridappliance.jobs.author.RemovedOperations;
import org.gridappliance.jobs.author.SourceFolder;
import org.gridappliance.jobs.author.SourceOperations;
import org.gridappliance.jobs.condor.CondorPool;
import org.gridappliance.jobs.deliver.Deliverer;
import org.gridappliance.jobs.history.PoolHistory;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.job.JobStore;
import org.gridappliance.jobs.job.PlanLoader;
import org.gridappliance.jobs.job.SubjobStore;
import org.gridappliance.jobs.job.Submission;
import org.gridappliance.jobs.job.SubmissionKeys;
import org.gridappliance.jobs.pool.ChangeLog;
import org.gridappliance.jobs.pool.LocalPool;
import org.gridappliance.jobs.saved.SavedOperations;
import org.gridappliance.jobs.saved.SavedStore;
import org.gridappliance.jobs.sharing.Policies;
import org.gridappliance.jobs.trigger.TriggerOperations;
import org.gridappliance.jobs.trigger.TriggerStore;
import org.gridappliance.jobs.trigger.Triggers;
import org.gridappliance.jobs.workflow.WorkflowOperations;
import org.gridappliance.jobs.workflow.WorkflowStore;
import org.gridappliance.jobs.workflow.Workflows;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All operations of the contract, and the plain routes beside them. */
public final class Operations implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Operations.class);

  private final Map<String, Operation> all;
  private final JobEvents events;
  private final PlainRoutes plain;
  private final ExecutorRoutes executors;
  private final Triggers triggers;
  private final Workflows workflows;
  private final Lines lines;
  private final LocalPool pool;
  private final RemovedOperations removing;

  private Operations(
      Map<String, Operation> all,
      JobEvents events,
      PlainRoutes plain,
      ExecutorRoutes executors,
      Triggers triggers,
      Workflows workflows,
      Lines lines,
      LocalPool pool,
      RemovedOperations removing) {
    this.removing = removing;
    this.workflows = workflows;
    this.pool = pool;
    this.lines = lines;
    this.all = Map.copyOf(all);
    this.triggers = triggers;
    this.events = events;
    this.plain = plain;
    this.executors = executors;
  }

  /** Puts the operations together. */
  public static Operations of(
      JobSettings settings,
      JobStore store,
      SubjobStore subjobs,
      PlanLoader plans,
      LocalPool pool,
      PoolHistory history,
      CondorPool condor,
      Deliverer deliverer,
      TriggerStore triggers,
      WorkflowStore workflowStore,
      SavedStore saved,
      AccessStore access,
      Policies policies,
      SubmissionKeys keys,
      Homes homes,
      ChangeLog changes,
      Clock clock,
      JobAudit audit) {
    Space space = new Space(settings.data(), settings.minimumFreeBytes());
    SourceFolder sources = new SourceFolder(settings.data());
    RemovedApps removed = new RemovedApps(settings.data());
    AppCatalog catalog = new AppCatalog(settings.appFolders(), sources::current, removed::ids);
    Gate gate = new Gate(access, homes);
    AppShelf shelf = new AppShelf(catalog, gate);
    Submission submission =
        new Submission(
            settings.data(),
            shelf,
            plans.apps(),
            store,
            clock,
            new Pools(pool, condor),
            settings.bundles(),
            settings.network());
    Jobs jobs = new Jobs(store, subjobs, pool, plans, new Sight(homes));
    Map<String, Operation> operations = new HashMap<>();
    AppOperations apps = new AppOperations(shelf, catalog, gate, settings.bundles());
    apps.addTo(operations);
    new SourceOperations(sources, catalog, shelf, access, gate, apps::whole, clock, audit)
        .all()
        .forEach(operations::put);
    RemovedOperations removing =
        new RemovedOperations(
            removed,
            sources,
            catalog,
            shelf,
            access,
            gate,
            app ->
                Map.of(
                    "jobs", store.going(app),
                    "triggers", triggers.naming(app),
                    "workflows", workflowStore.naming(app),
                    "settings", saved.naming(app)),
            saved::forgetAll,
            clock,
            audit);
    removing.all().forEach(operations::put);
    new AccessOperations(access, shelf, homes, clock, audit).all().forEach(operations::put);
    new OptionOperations(submission).addTo(operations);
    Lines lines = new Lines(pool);
    JobOperations forJobs =
        new JobOperations(
            jobs, shelf, submission, keys, deliverer, workflowStore, space, audit, lines, clock);
    forJobs.addTo(operations);
    new JobLists(jobs, clock).addTo(operations);
    Triggers watching = new Triggers(triggers, homes, forJobs.submitter(), clock, audit);
    Workflows workflows =
        new Workflows(
            workflowStore, store, pool.actions(), forJobs.submitter(), homes, clock, audit);
    new WorkflowOperations(workflows, shelf, jobs::find, clock, audit)
        .all()
        .forEach(operations::put);
    new SavedOperations(saved, shelf, homes, clock).all().forEach(operations::put);
    new TriggerOperations(watching, forJobs.submitter(), shelf, clock, audit)
        .all()
        .forEach(operations::put);
    new ResultOperations(jobs, deliverer).addTo(operations);
    new TextOperations(jobs).addTo(operations);
    new UsageOperations(history, condor).addTo(operations);
    RunOperations runs = new RunOperations(history.runs(), clock);
    runs.addTo(operations);
    EfficiencyOperations efficiency = new EfficiencyOperations(jobs, history.jobUse(), clock);
    efficiency.addTo(operations);
    Countries countries = settings.countries();
    new WatchOperations(condor, countries, clock).addTo(operations);
    new NodeOperations(pool, history, condor, space, audit, lines, policies, countries, clock)
        .addTo(operations);
    new PolicyOperations(pool, condor, policies, audit).addTo(operations);
    operations.replaceAll((id, operation) -> space.guard(operation));
    JobEvents events = new JobEvents(changes, jobs);
    PlainRoutes plain = new PlainRoutes(jobs, events, shelf, space, condor, runs, efficiency);
    return new Operations(
        operations,
        events,
        plain,
        new ExecutorRoutes(pool, space, plain, settings.bundles()),
        watching,
        workflows,
        lines,
        pool,
        removing);
  }

  /** Begins to start jobs by event, and goes on with workflows. */
  public void start() {
    triggers.start();
    workflows.start();
  }

  /** Deletes for good the applications that were removed long ago. */
  public void sweep() {
    try {
      removing.deleteExpired();
    } catch (IOException | RuntimeException e) { // the next sweep tries again
      log.warn("removed applications not deleted reason=\"{}\"", e.getMessage());
    }
  }

  /** {@return what goes on with jobs that wait for others} */
  public Workflows workflows() {
    return workflows;
  }

  /** {@return the operations by their {@code operationId}} */
  public Map<String, Operation> all() {
    return all;
  }

  /** Has an interactive program end; see {@link org.gridappliance.jobs.pool.Seats#finish}. */
  public void finish(long job) {
    pool.seats().finish(job).ifPresent(lines::beat);
  }

  /** {@return the way to what runs on executors} */
  public Lines lines() {
    return lines;
  }

  public JobEvents events() {
    return events;
  }

  /** Adds the routes that the contract lists in comments. */
  public void mountPlainRoutes(Router router, Function<RoutingContext, Caller> callers) {
    plain.mount(router, callers);
    executors.mount(router);
    lines.mount(router);
  }

  @Override
  public void close() {
    triggers.close();
    workflows.close();
    events.close();
    plain.close();
  }
}
