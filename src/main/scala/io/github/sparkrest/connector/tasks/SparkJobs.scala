// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.util.UUID

import scala.reflect.ClassTag

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.connector.input.InputRows
import io.github.sparkrest.connector.session.SessionArtifacts
import io.github.sparkrest.http.Clock
import io.github.sparkrest.http.auth.HandedToken
import io.github.sparkrest.poll.PollReport
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.request.InputRow
import org.apache.spark.SparkContext
import org.apache.spark.sql.SparkSession
import org.apache.spark.util.SerializableConfiguration

/** Small Spark jobs of one task: everything that touches the API runs in them.
  *
  * An interrupt of the calling thread ends its job, even in the middle of a response. It ends no other job, because each
  * instance has a separate job group. Tasks return JDK types only.
  */
final private[sparkrest] class SparkJobs(session: SparkSession, name: String) {
  private val context = session.sparkContext
  private val artifacts = new SessionArtifacts(session)
  private val group = s"spark-rest-${UUID.randomUUID()}"
  private lazy val hadoopConf = context.broadcast(new SerializableConfiguration(context.hadoopConfiguration))

  /** Polls, a task for each. */
  def poll(tasks: Seq[PollTask]): Seq[PollReport] = {
    val conf = hadoopConf
    SparkJobs
      .run(context, artifacts, group, s"poll $name", tasks)(_.run(conf.value.value))
      .flatMap(Wire.read[List[PollReport]](_))
  }

  /** Calls for the rows of each part, a task a part; results as [[RowCallResult.encode]] writes them. */
  def calls(parts: Seq[InputRows], options: RowCallConfig): Seq[Array[Byte]] =
    if (parts.isEmpty) Nil
    else SparkJobs.run(context, artifacts, group, s"call $name", parts)(RowCallTask.run(options, _))

  /** As [[calls]], but no row is called twice, whatever becomes of its task. */
  def callsOnce(parts: Seq[InputRows], options: RowCallConfig): Seq[Array[Byte]] = {
    val speculates = context.getConf.getBoolean("spark.speculation", false)
    val results = new CallsOnce(context).results(parts) { (ownGroup, rows) =>
      SparkJobs
        .run(context, artifacts, ownGroup, s"call $name", Seq(rows))(RowCallTask.runOnce(options, _, speculates))
        .head
    }
    parts.zip(results).map { case (rows, r) => r.getOrElse(CallsOnce.lostResults(rows.length)) }
  }

  /** @param row of the requested endpoint, with an input
    * @param state that the request follows from
    * @param most requests that it may take
    */
  def sample(
      config: RestConfig,
      row: InputRow,
      token: Option[HandedToken],
      state: Progress = Progress.Initial,
      purpose: String = "infer the schema of",
      most: Long = Long.MaxValue,
      clock: Clock = Clock.System
  ): FirstAnswer = {
    val options = TaskOptions(config)
    val began = clock.now()
    val answer =
      SparkJobs.one(context, artifacts, group, s"$purpose $name")(() =>
        FirstResponseTask.run(options, row, state, token, most, clock)
      )
    FirstResponseTask.decode(config, row, state, answer, began)
  }
}

private object SparkJobs {

  /** Runs `body` in one task. */
  private def one[A: ClassTag](context: SparkContext, artifacts: SessionArtifacts, group: String, description: String)(
      body: () => A
  ): A = run(context, artifacts, group, description, Seq(0))(_ => body()).head

  /** Runs `body` for each part, in a separate task. It restores the job properties of the thread, because the thread may belong
    * to the caller.
    *
    * A stream polls for years, and Spark's event log keeps each job. So a job has one RDD, and its call site is not the stack of
    * the thread that started the query, which the log would contain five times per poll.
    */
  private def run[P: ClassTag, A: ClassTag](
      context: SparkContext,
      artifacts: SessionArtifacts,
      group: String,
      description: String,
      parts: Seq[P]
  )(body: P => A): Seq[A] = {
    // A poll belongs to no SQL execution, though the thread may have been started from one.
    val names = Seq(
      "spark.jobGroup.id",
      "spark.job.description",
      "spark.job.interruptOnCancel",
      "spark.sql.execution.id",
      "callSite.short",
      "callSite.long"
    )
    val before = names.map(n => n -> context.getLocalProperty(n))
    context.setJobGroup(group, description, interruptOnCancel = true)
    context.setLocalProperty("spark.sql.execution.id", null)
    context.setLocalProperty("callSite.short", "spark-rest")
    context.setLocalProperty("callSite.long", "")
    val task = (p: Iterator[P]) => body(p.next())
    try artifacts.in(() => context.runJob(context.parallelize(parts, parts.length), task)).toSeq
    catch {
      // Spark stops to wait, and would let the job run on. It may have been submitted after the interrupt.
      case e: InterruptedException =>
        context.cancelJobGroup(group)
        throw e
    } finally before.foreach { case (n, v) => context.setLocalProperty(n, v) }
  }
}
