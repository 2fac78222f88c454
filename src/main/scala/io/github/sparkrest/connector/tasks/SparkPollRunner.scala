// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.util.concurrent.ConcurrentLinkedQueue

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.connector.session.SourceName
import io.github.sparkrest.http.client.FirstResponse
import io.github.sparkrest.poll.{PollReport, PollRequest}
import io.github.sparkrest.schedule.PollRunner
import org.apache.spark.sql.SparkSession

/** The polls of a stream as Spark jobs: one task, or as many as `partitions` says for many endpoints.
  *
  * @param sample answers the first request of the first job that would send it
  */
final private[sparkrest] class SparkPollRunner(
    config: RestConfig,
    session: SparkSession,
    epoch: Long,
    location: String,
    sample: Option[FirstResponse],
    mostPolls: Int = SparkPollRunner.MostPolls
) extends PollRunner {

  @volatile private var stopped = false

  /** A job is cancelled with all of its group, and a token that was refused is remembered by thread. */
  private class Lane {
    val jobs = new SparkJobs(session, SourceName(config))
    val tokens = new DriverTokens(config, () => stopped)
  }
  private val shared = new Lane

  /** Lanes of finished jobs that did not share their task, for reuse. */
  private val idle = new ConcurrentLinkedQueue[Lane]
  private val options = TaskOptions(config)
  @volatile private var first = sample

  def run(polls: Seq[PollRequest], sharing: Boolean): Seq[PollReport] = {
    val lane = if (sharing) shared else Option(idle.poll()).getOrElse(new Lane)
    val answer = first
    first = None
    try
      lane.tokens.poll(polls) { (asked, token) =>
        // The request for a token may have used up the interrupt.
        if (stopped) throw new InterruptedException
        lane.jobs.poll(parts(asked, sharing).map(PollTask(options, _, epoch, location, answer, sharing, token)))
      }
    finally if (!sharing) { idle.add(lane); () }
  }

  override def stop(): Unit = stopped = true

  /** No task for less than can be in flight at once. Slow ones hold one slot only. A task gets no more polls than it can begin in
    * its time: the rest stays due, and states do not travel to an executor with each job for nothing.
    */
  private def parts(polls: Seq[PollRequest], sharing: Boolean): Seq[Seq[PollRequest]] = {
    val most = config.input.filter(_ => sharing).fold(1)(i => math.min(i.partitions, polls.length / i.concurrency + 1))
    polls.take(most * mostPolls).zipWithIndex.groupBy(_._2 % most).toSeq.sortBy(_._1).map(_._2.map(_._1))
  }
}

private object SparkPollRunner {

  /** The most polls of one task: more than it begins in its second. */
  val MostPolls = 2000
}
