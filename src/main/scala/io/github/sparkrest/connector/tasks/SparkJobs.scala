// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.util.UUID

import scala.reflect.ClassTag

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.connector.input.InputRows
import io.github.sparkrest.connector.session.{HadoopConf, SessionArtifacts}
import io.github.sparkrest.http.Clock
import io.github.sparkrest.http.auth.HandedToken
import io.github.sparkrest.poll.PollReport
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.request.InputRow
import org.apache.spark.TaskContext
import org.apache.spark.broadcast.Broadcast
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
  private lazy val hadoopConf = HadoopConf.in(session)

  /** Polls, a task for each. */
  def poll(tasks: Seq[PollTask]): Seq[PollReport] =
    run(group, s"poll $name", tasks, new RunPoll(hadoopConf)).flatMap(Wire.read[List[PollReport]](_))

  /** Calls for the rows of each part, a task a part; results as [[RowCallResult.encode]] writes them. */
  def calls(parts: Seq[InputRows], options: RowCallConfig): Seq[Array[Byte]] =
    if (parts.isEmpty) Nil
    else run(group, s"call $name", parts, new RunCalls(options))

  /** As [[calls]], but no row is called twice, whatever becomes of its task. */
  def callsOnce(parts: Seq[InputRows], options: RowCallConfig): Seq[Array[Byte]] = {
    val results = new CallsOnce(context).results(parts) { (ownGroup, rows) =>
      run(ownGroup, s"call $name", Seq(rows), new RunCallsOnce(options)).head
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
    val body = new RunFirst(options, row, token, most, clock)
    val answer = run(group, s"$purpose $name", Seq(state), body).head
    FirstResponseTask.decode(config, row, state, answer, began)
  }

  /** Runs `body` for each part, in a separate task. It restores the job properties of the thread, because the thread may belong
    * to the caller.
    *
    * A stream polls for years, and Spark's event log keeps each job. So a job has one RDD, and its call site is not the stack of
    * the thread that started the query, which the log would contain five times per poll.
    */
  private def run[P: ClassTag](
      group: String,
      description: String,
      parts: Seq[P],
      body: TaskBody[P]
  ): Seq[Array[Byte]] = {
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
    try artifacts.in(() => context.runJob(context.parallelize(parts, parts.length), body, parts.indices)).toSeq
    catch {
      // Spark stops to wait, and would let the job run on. It may have been submitted after the interrupt.
      case e: InterruptedException =>
        context.cancelJobGroup(group)
        throw e
    } finally before.foreach { case (n, v) => context.setLocalProperty(n, v) }
  }
}

/** The work of a task, which gets one part of the job. A class with a name and not a Scala function: for each job with a
  * function, Spark reads the byte code of the class that contains it (`ClosureCleaner`), and a stream has a job for each poll.
  */
sealed abstract private[tasks] class TaskBody[P] extends ((TaskContext, Iterator[P]) => Array[Byte]) with Serializable {
  def run(part: P): Array[Byte]
  final def apply(context: TaskContext, parts: Iterator[P]): Array[Byte] = run(parts.next())
}

final private[tasks] class RunPoll(conf: Broadcast[SerializableConfiguration]) extends TaskBody[PollTask] {
  def run(task: PollTask): Array[Byte] = task.run(conf.value.value)
}

final private[tasks] class RunCalls(options: RowCallConfig) extends TaskBody[InputRows] {
  def run(rows: InputRows): Array[Byte] = Calls.results(options, rows)
}

final private[tasks] class RunCallsOnce(options: RowCallConfig) extends TaskBody[InputRows] {
  def run(rows: InputRows): Array[Byte] = {
    CallsOnce.awaitTurn(CallsOnce.speculates)
    Calls.results(options, rows)
  }
}

final private[tasks] class RunFirst(
    options: TaskOptions,
    row: InputRow,
    token: Option[HandedToken],
    most: Long,
    clock: Clock
) extends TaskBody[Progress] {
  def run(state: Progress): Array[Byte] = FirstResponseTask.run(options, row, state, token, most, clock)
}
