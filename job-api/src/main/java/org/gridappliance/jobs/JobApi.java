package org.gridappliance.jobs;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import javax.sql.DataSource;
import org.gridappliance.jobs.access.AccessStore;
import org.gridappliance.jobs.condor.CondorDoor;
import org.gridappliance.jobs.condor.CondorPool;
import org.gridappliance.jobs.deliver.Deliverer;
import org.gridappliance.jobs.deliver.DeliveryStore;
import org.gridappliance.jobs.history.PoolHistory;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.job.Database;
import org.gridappliance.jobs.job.JobEnds;
import org.gridappliance.jobs.job.JobStore;
import org.gridappliance.jobs.job.PlanLoader;
import org.gridappliance.jobs.job.SavedApps;
import org.gridappliance.jobs.job.SubjobStore;
import org.gridappliance.jobs.job.SubmissionKeys;
import org.gridappliance.jobs.pool.ChangeLog;
import org.gridappliance.jobs.pool.LocalPool;
import org.gridappliance.jobs.pool.ResultMaker;
import org.gridappliance.jobs.pool.Seat;
import org.gridappliance.jobs.pool.Seats;
import org.gridappliance.jobs.saved.SavedStore;
import org.gridappliance.jobs.serve.JobEvents;
import org.gridappliance.jobs.serve.Lines;
import org.gridappliance.jobs.serve.Operations;
import org.gridappliance.jobs.sharing.Policies;
import org.gridappliance.jobs.trigger.TriggerStore;
import org.gridappliance.jobs.workflow.WorkflowStore;
import org.jspecify.annotations.Nullable;

/**
 * The door of this module: applications, jobs, the local pool and results, for a portal to serve.
 *
 * <p>A job's way: {@code submitJob} → {@link org.gridappliance.jobs.job.Submission} checks, stages
 * and splits → {@link JobStore}, one transaction → {@link LocalPool} hands out leases → results
 * come back, group-committed → the last one has them merged → {@link JobEvents} → {@link Deliverer}
 * copies them into the owner's home.
 */
public final class JobApi implements AutoCloseable {
  private final Database database;
  private final JobStore jobs;
  private final LocalPool pool;
  private final PoolHistory history;
  private final CondorPool condor;
  private final Deliverer deliverer;
  private final Operations operations;

  private JobApi(
      Database database,
      JobStore jobs,
      LocalPool pool,
      PoolHistory history,
      CondorPool condor,
      Deliverer deliverer,
      Operations operations) {
    this.database = database;
    this.jobs = jobs;
    this.pool = pool;
    this.history = history;
    this.condor = condor;
    this.deliverer = deliverer;
    this.operations = operations;
  }

  /**
   * Opens the schema, takes up the jobs that had not ended and begins to hand out leases.
   *
   * @param db the appliance's database, opened with {@code WRITE_DELAY=0}
   * @param homes where people's files are and results go
   * @param clock for leases and times of events; the system's but in tests
   * @param audit told of deeds
   * @throws org.gridappliance.jobs.job.StorageException when the database or the data folder cannot
   *     be used; nothing was changed then
   */
  public static JobApi start(
      JobSettings settings, DataSource db, Homes homes, Clock clock, JobAudit audit) {
    return start(settings, db, homes, clock, audit, CondorDoor.NONE);
  }

  /**
   * As above, with HTCondor as the second pool.
   *
   * @param door how HTCondor is reached
   */
  public static JobApi start(
      JobSettings settings,
      DataSource db,
      Homes homes,
      Clock clock,
      JobAudit audit,
      CondorDoor door) {
    Database database = Database.open(db);
    try {
      JobStore jobs = new JobStore(database);
      SubjobStore subjobs = new SubjobStore(database, jobs);
      PlanLoader plans = new PlanLoader(jobs, new SavedApps(settings.data()), settings.data());
      ChangeLog changes = new ChangeLog();
      ResultMaker results = new ResultMaker(jobs, subjobs, plans);
      Deliverer deliverer =
          new Deliverer(
              jobs, new DeliveryStore(database), results, settings.data(), homes, changes);
      AtomicReference<@Nullable Operations> made = new AtomicReference<>();
      LocalPool pool =
          LocalPool.open(
              settings,
              database,
              jobs,
              subjobs,
              plans,
              results,
              job -> {
                deliverer.look(job);
                Operations known = made.get();
                if (known != null) { // earlier ones are taken up by its start
                  known.workflows().jobEnded(job);
                }
              },
              changes,
              clock);
      PoolHistory history = new PoolHistory(database, pool.views(), clock);
      Policies policies = new Policies(database, clock);
      CondorPool condor = CondorPool.start(door, pool, policies, settings.data().resolve("jobs"));
      Operations operations =
          Operations.of(
              settings,
              jobs,
              subjobs,
              plans,
              pool,
              history,
              condor,
              deliverer,
              new TriggerStore(database),
              new WorkflowStore(database),
              new SavedStore(database),
              new AccessStore(database),
              policies,
              new SubmissionKeys(database, clock),
              homes,
              changes,
              clock,
              audit);
      made.set(operations);
      deliverer.start();
      history.start();
      operations.start();
      return new JobApi(database, jobs, pool, history, condor, deliverer, operations);
    } catch (RuntimeException e) { // whatever it is, the writer must not stay behind
      database.close();
      throw e;
    }
  }

  /**
   * {@return every operation of {@code openapi/jobs.yaml} by its {@code operationId}}. They block:
   * run them on virtual threads. Operations tagged {@code executors} take the bearer token of an
   * executor, which they check themselves; the caller may be null there.
   */
  public Map<String, Operation> operations() {
    return operations.all();
  }

  /**
   * Adds the routes that carry bytes or streams, listed in comments of the contract, below {@code
   * /api/v1}. They read request bodies themselves: no body handler may run before them. Files and
   * output of users are answered as attachments with {@code nosniff} and a sandboxing policy.
   *
   * @param callers who asks; called on the event loop, must not block, throws {@link
   *     org.gridappliance.jobs.http.Problem} 401 when nobody is logged in. Not called for the
   *     executors' routes.
   */
  public void mountPlainRoutes(Router router, Function<RoutingContext, Caller> callers) {
    operations.mountPlainRoutes(router, callers);
  }

  /**
   * {@return a subjob for who wants to see into it; empty when there is none} Whose it is stands in
   * it. Blocks.
   */
  public Optional<Seat> seat(long job, int index) {
    return pool.seats()
        .find(job, index)
        .or(() -> jobs.find(job).filter(r -> index < r.total()).map(r -> Seats.ended(r, index)));
  }

  /** {@return what runs, for people who want to see into it} */
  public Seats seats() {
    return pool.seats();
  }

  /**
   * Has an interactive program end as if it had by itself; one that waits is cancelled.
   *
   * @throws org.gridappliance.jobs.http.Problem 409 when the job shows no windows or has ended
   */
  public void finish(long job) {
    operations.finish(job);
  }

  /** {@return the connections to executors} */
  public Lines lines() {
    return operations.lines();
  }

  /** {@return the streams behind {@code GET /api/v1/events}} */
  public JobEvents events() {
    return operations.events();
  }

  /**
   * Makes a one-use token with which an executor may enrol, as for this machine's own agent.
   *
   * @param validity how long it may be used
   */
  public String newJoinToken(Duration validity) {
    return pool.newOwnToken(validity).token();
  }

  /** {@return what is to be told of jobs' ends} */
  public JobEnds ends() {
    return jobs.ends();
  }

  /** Deletes for good what was removed longer ago than it is kept; for once a day. Blocks. */
  public void sweep() {
    operations.sweep();
  }

  /** {@return whether any executor has enrolled} */
  public boolean hasNodes() {
    return pool.hasNodes();
  }

  /** Ends the streams, writes what waits, stops. Leases stay as they are. */
  @Override
  public void close() {
    operations.close();
    history.close();
    condor.close();
    pool.close();
    deliverer.close();
    database.close();
  }
}
