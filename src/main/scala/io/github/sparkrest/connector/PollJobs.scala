// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.util.concurrent.ConcurrentLinkedQueue

import io.github.sparkrest.http.Sample
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.poll.{EndpointPoll, PollReport, PollTasks}
import org.apache.spark.sql.SparkSession

/** The polls of a stream as Spark jobs: one task, or as many as `partitions` says for many endpoints.
  *
  * @param sample answers the first request of the first job that would send it
  */
final private[connector] class PollJobs(
    config: RestConfig,
    session: SparkSession,
    epoch: Long,
    location: String,
    sample: Option[Sample],
    mostPolls: Int = PollJobs.MostPolls
) extends PollTasks {

  @volatile private var stopped = false

  /** A job is cancelled with all of its group, and a token that was refused is remembered by thread. */
  private class Lane {
    val jobs = new ExecutorJobs(session, SourceName(config))
    val tokens = new DriverTokens(config, () => stopped)
  }
  private val shared = new Lane

  /** Of jobs that are over, for those that do not share. */
  private val idle = new ConcurrentLinkedQueue[Lane]
  private val options = TaskOptions(config)
  @volatile private var first = sample

  def run(polls: Seq[EndpointPoll], sharing: Boolean): Seq[PollReport] = {
    val lane = if (sharing) shared else Option(idle.poll()).getOrElse(new Lane)
    val answer = first
    first = None
    try
      lane.tokens.poll(polls) { (asked, token) =>
        // The request for a token may have swallowed the interrupt (see BodyStream).
        if (stopped) throw new InterruptedException
        lane.jobs.poll(parts(asked, sharing).map(PollTask(options, _, epoch, location, answer, sharing, token)))
      }
    finally if (!sharing) { idle.add(lane); () }
  }

  override def stop(): Unit = stopped = true

  /** No task for less than can be in flight at once. Slow ones hold one slot only. A task gets no more polls than it can begin in
    * its time: the rest stays due, and states do not travel to an executor with each job for nothing.
    */
  private def parts(polls: Seq[EndpointPoll], sharing: Boolean): Seq[Seq[EndpointPoll]] = {
    val most = config.input.filter(_ => sharing).fold(1)(i => math.min(i.partitions, polls.length / i.concurrency + 1))
    polls.take(most * mostPolls).zipWithIndex.groupBy(_._2 % most).toSeq.sortBy(_._1).map(_._2.map(_._1))
  }
}

private object PollJobs {

  /** Of one task: more than it begins in its second. */
  val MostPolls = 2000
}
