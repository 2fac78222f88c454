// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.util.UUID
import java.util.concurrent.{ConcurrentHashMap, Executors, TimeUnit}

import scala.annotation.tailrec

import io.github.sparkrest.error.Condition
import org.apache.spark.scheduler.{SparkListener, SparkListenerJobStart, SparkListenerTaskEnd}
import org.apache.spark.{SparkContext, SparkEnv, SparkException, Success, TaskContext, TaskKilledException}
import org.slf4j.LoggerFactory

/** Runs a job of one task for each part, so that the work of a part is begun once, whatever Spark does to its task.
  *
  * Only the first attempt of a task works. When it fails, the driver hears of it and gives up that job, and the part with it.
  * Another attempt never works: see [[CallsOnce.awaitTurn]].
  */
final private[sparkrest] class CallsOnce(context: SparkContext) extends SparkListener {
  import CallsOnce.logger

  private val groupOf = new ConcurrentHashMap[Int, String]()
  private val prefix = s"spark-rest-once-${UUID.randomUUID()}"

  /** @param run a job in a group of the given name
    * @return for each part its result; none if its job failed or was given up: nobody knows then how far it came
    */
  def results[P](parts: Seq[P])(run: (String, P) => Array[Byte]): Seq[Option[Array[Byte]]] = {
    context.addSparkListener(this)
    val threads = Executors.newFixedThreadPool(math.max(1, math.min(parts.length, context.defaultParallelism)))
    try {
      val running = parts.zipWithIndex.map { case (part, i) =>
        threads.submit(() => one(s"$prefix-$i", part)(run))
      }
      running.map(_.get())
    } finally {
      threads.shutdownNow()
      threads.awaitTermination(10, TimeUnit.SECONDS)
      context.removeSparkListener(this)
    }
  }

  private def one[P](group: String, part: P)(run: (String, P) => Array[Byte]): Option[Array[Byte]] =
    try Some(run(group, part))
    catch {
      case e: SparkException =>
        logger.warn(s"The results of a task were lost, its rows are not called again: ${e.getMessage}")
        None
    }

  override def onJobStart(start: SparkListenerJobStart): Unit =
    Option(start.properties).map(_.getProperty("spark.jobGroup.id", "")).filter(_.startsWith(prefix)).foreach { group =>
      start.stageIds.foreach(groupOf.put(_, group))
    }

  override def onTaskEnd(end: SparkListenerTaskEnd): Unit =
    Option(groupOf.get(end.stageId))
      .filter(_ => end.taskInfo.attemptNumber == 0 && end.reason != Success)
      .foreach(context.cancelJobGroup)
}

private[sparkrest] object CallsOnce {
  private val logger = LoggerFactory.getLogger("io.github.sparkrest.CallsOnce")

  /** In a task: returns in its first attempt, and in no other.
    *
    * Without speculation, a second attempt means that the first attempt was lost, so the second attempt fails at once. With
    * speculation, it may be a copy of a healthy attempt, and its failure would count. So it waits until Spark kills it: the
    * first attempt has succeeded, or the driver gave up the job. Spark may drop the event that tells the driver, so the wait
    * has a limit, and the job ends after `spark.task.maxFailures` attempts.
    *
    * @param speculates Spark starts copies of tasks that run
    */
  def awaitTurn(speculates: Boolean, mostMillis: Long = MostMillis): Unit = {
    val task = TaskContext.get()
    if (task.attemptNumber() > 0 || task.stageAttemptNumber() > 0) {
      if (speculates) awaitKill(task, mostMillis)
      throw error.toException
    }
  }

  /** Whether Spark starts copies of tasks that run. */
  def speculates: Boolean = Option(SparkEnv.get).exists(_.conf.getBoolean("spark.speculation", false))

  /** Returns after this time, unless Spark kills the task before. */
  @tailrec def awaitKill(task: TaskContext, leftMillis: Long): Unit =
    if (task.isInterrupted()) throw new TaskKilledException
    else if (leftMillis > 0) {
      Thread.sleep(LookMillis)
      awaitKill(task, leftMillis - LookMillis)
    }

  /** Longer than a part should take: if four copies gave up, the job would end while the first attempt still works. */
  private val MostMillis = 3600L * 1000
  private val LookMillis = 100L

  /** What rows get whose task was given up. */
  def lostResults(rows: Int): Array[Byte] = RowCallResult.encode(Iterator.fill(rows)(RowCallResult(Left(error))))

  private val error = Condition.CallLost(
    "The task that was to call for this row ended before it could tell the result, and callStrictlyOnce is Y.",
    "Find out from the API whether the call arrived, or call again for this row."
  )
}
