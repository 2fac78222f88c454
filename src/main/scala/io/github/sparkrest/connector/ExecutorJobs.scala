// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.util.UUID

import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.Sample
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.poll.{PollCodec, PollReport}
import org.apache.spark.SparkContext
import org.apache.spark.sql.SparkSession
import org.apache.spark.util.SerializableConfiguration

/** Small Spark jobs of one task: everything that touches the API runs in them.
  *
  * An interrupt of the calling thread ends its job, in the middle of a response too, and no other: each holder has a job
  * group of its own. Tasks return JDK types only.
  */
final private[connector] class ExecutorJobs(session: SparkSession, name: String) {
  private val context = session.sparkContext
  private val group = s"spark-rest-${UUID.randomUUID()}"
  private lazy val hadoopConf = context.broadcast(new SerializableConfiguration(context.hadoopConfiguration))

  def poll(task: PollTask): PollReport = {
    val conf = hadoopConf
    PollCodec.decode(ExecutorJobs.one(context, group, s"poll $name")(() => task.run(conf.value.value)))
  }

  def sample(config: RestConfig): Either[RestError, (Sample, Boolean)] = {
    val options = config.options
    SampleTask.decode(
      config,
      ExecutorJobs.one(context, group, s"infer the schema of $name")(() => SampleTask.run(options))
    )
  }
}

private object ExecutorJobs {

  /** Runs `body` in one task. The thread's job properties are put back, for it may be the caller's own.
    *
    * A stream polls for years, and Spark's event log keeps each job: so it is made of one RDD, and its call site is not the
    * stack of the thread that started the query, which would stand in the log five times a poll.
    */
  private def one[A: scala.reflect.ClassTag](context: SparkContext, group: String, description: String)(
      body: () => A
  ): A = {
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
    try context.runJob(context.parallelize(Seq(0), 1), (_: Iterator[Int]) => body()).head
    catch {
      // Spark stops to wait, and would let the job run on. It may have been submitted after the interrupt.
      case e: InterruptedException =>
        context.cancelJobGroup(group)
        throw e
    } finally before.foreach { case (n, v) => context.setLocalProperty(n, v) }
  }
}
