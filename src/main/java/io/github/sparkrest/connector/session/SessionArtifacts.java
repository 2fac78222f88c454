// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.session;

import java.lang.reflect.InvocationTargetException;
import org.apache.spark.JobArtifactSet$;
import org.apache.spark.JobArtifactState;
import org.apache.spark.sql.SparkSession;
import scala.Function0;
import scala.Option;

/**
 * The jars that belong to a session, for jobs outside of a query. A Connect session has separate jars. A job outside of the
 * session gets the jars of all sessions through the executors' common class loader, and then our classes exist twice.
 *
 * <p>This class is in Java because Spark declares these members {@code private[spark]}. Scala enforces that, the JVM does not.
 */
public final class SessionArtifacts {
  private final SparkSession session;
  private final Option<JobArtifactState> creators = JobArtifactSet$.MODULE$.getCurrentJobArtifactState();

  /** To be made on a thread of Spark's: Spark 3.5 notes a session's jars on the thread alone. */
  public SessionArtifacts(SparkSession session) {
    this.session = session;
  }

  /** Runs it, with these jars for the jobs that it submits. */
  public <T> T in(Function0<T> body) {
    if (!creators.isEmpty()) return JobArtifactSet$.MODULE$.withActiveJobArtifactState(creators.get(), body);
    Object manager = manager();
    return manager == null ? body.apply() : withResources(manager, body);
  }

  /** Spark 4's ArtifactManager; null on Spark 3.5. */
  private Object manager() {
    try {
      return session.getClass().getMethod("artifactManager").invoke(session);
    } catch (ReflectiveOperationException absent) {
      return null;
    }
  }

  @SuppressWarnings("unchecked")
  private static <T> T withResources(Object manager, Function0<T> body) {
    try {
      return (T) manager.getClass().getMethod("withResources", Function0.class).invoke(manager, body);
    } catch (InvocationTargetException e) {
      throw SessionArtifacts.<RuntimeException>asIs(e.getCause());
    } catch (NoSuchMethodException | IllegalAccessException absent) {
      return body.apply();
    }
  }

  /** Rethrows without a wrapper: callers must see an InterruptedException as such. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> E asIs(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
