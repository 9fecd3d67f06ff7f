package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.jobs.access.Sight;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.JobPlan;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.JobStore;
import org.gridappliance.jobs.job.PlanLoader;
import org.gridappliance.jobs.job.SubjobState;
import org.gridappliance.jobs.job.SubjobStore;
import org.gridappliance.jobs.pool.JobSnapshot;
import org.gridappliance.jobs.pool.LocalPool;
import org.gridappliance.jobs.pool.PoolViews;
import org.jspecify.annotations.Nullable;

/**
 * Finds jobs for callers: those that go on in the pool, those that have ended in the database.
 * Somebody else's job is not here, as one that never was. Safe for all threads.
 */
final class Jobs implements JobEvents.Source {
  private static final int CACHED_PLANS = 16;

  final JobStore store;
  final SubjobStore subjobs;
  final LocalPool pool;
  final PlanLoader plans;
  final Sight sight;
  private final Map<Long, JobPlan> cache =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, JobPlan> eldest) {
          return size() > CACHED_PLANS;
        }
      };

  Jobs(JobStore store, SubjobStore subjobs, LocalPool pool, PlanLoader plans, Sight sight) {
    this.sight = sight;
    this.store = store;
    this.subjobs = subjobs;
    this.pool = pool;
    this.plans = plans;
  }

  /**
   * {@return a job that the caller may read: his own, one that a group of his lets him read, or
   * anybody's for an administrator}
   *
   * @throws Problem 404
   */
  JobSnapshot requireReadable(Caller caller, long id) {
    return find(id)
        .filter(job -> sight.reads(caller, job.record().owner(), job.record().submittedAt()))
        .orElseThrow(() -> Problem.notFound("job " + id));
  }

  /** {@return whether a job is the caller's to act on: his own, or any for an administrator} */
  static boolean isHis(Caller caller, JobRecord job) {
    return caller.administrator() || job.owner().equals(caller.name());
  }

  /**
   * {@return a job that the caller may act on: his own, or anybody's for an administrator}
   *
   * @throws Problem 404
   */
  JobSnapshot require(Caller caller, long id) {
    return find(id)
        .filter(job -> isHis(caller, job.record()))
        .orElseThrow(() -> Problem.notFound("job " + id));
  }

  /** {@return a job, also somebody else's} */
  Optional<JobSnapshot> find(long id) {
    return pool.views().job(id).or(() -> store.find(id).map(PoolViews::ended));
  }

  /** {@return how a job of the database stands now} */
  JobSnapshot now(JobRecord record) {
    return pool.views().job(record.id()).orElseGet(() -> PoolViews.ended(record));
  }

  /** {@return what the job's subjobs do} */
  JobPlan plan(JobRecord record) {
    synchronized (cache) {
      JobPlan known = cache.get(record.id());
      if (known != null) {
        return known;
      }
    }
    JobPlan plan = plans.load(record);
    synchronized (cache) {
      cache.put(record.id(), plan);
    }
    return plan;
  }

  void forget(long id) {
    synchronized (cache) {
      cache.remove(id);
    }
  }

  /** {@return a letter for every subjob as shown} */
  String states(JobRecord record) {
    return pool.views()
        .states(record.id())
        .orElseGet(
            () -> {
              char[] letters = subjobs.states(record.id(), record.total());
              for (int index = 0; index < letters.length; index++) {
                letters[index] = SubjobState.shown(letters[index], record.state());
              }
              return new String(letters);
            });
  }

  @Override
  public @Nullable JsonNode job(long id) {
    return find(id).map(Views::job).orElse(null);
  }

  @Override
  public @Nullable String owner(long id) {
    return pool.views().owner(id).or(() -> store.find(id).map(JobRecord::owner)).orElse(null);
  }

  @Override
  public String states(long id) {
    return find(id).map(job -> states(job.record())).orElse("");
  }

  @Override
  public long outputBytes(long id, int index, String stream) {
    try {
      return java.nio.file.Files.size(plans.folder(id).output(index, stream));
    } catch (java.io.IOException e) { // no live output
      return 0;
    }
  }

  @Override
  public JsonNode pool() {
    return Views.pool(pool.views().pool());
  }
}
