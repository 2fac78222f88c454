// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicInteger

import scala.concurrent.duration.DurationInt
import scala.concurrent.{Await, ExecutionContext, Future}

import io.github.sparkrest.poll.TaskBudget
import org.apache.spark.sql.SparkSession
import org.apache.spark.{SparkContext, TaskContext}
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite

/** No part starts twice, although this Spark tries each task four times. */
class CallsOnceSuite extends AnyFunSuite with BeforeAndAfterAll {
  private lazy val spark = SparkSession.builder().master("local[2,4]").getOrCreate()
  override def afterAll(): Unit = spark.stop()

  /** The results of part 0 and of part 1, which fails, and the number of times that each part started. */
  private def results(
      heard: Boolean,
      speculates: Boolean = false,
      mostMillis: Long = 3600L * 1000
  ): (Seq[Option[Int]], Map[Int, Int]) = {
    val context = spark.sparkContext
    CallsOnceSuite.begun.clear()
    val once = new CallsOnce(context)
    val found = Future(
      once.results(Seq(0, 1)) { (group, part) =>
        // Behaves as if Spark had dropped all events.
        if (!heard) context.removeSparkListener(once)
        CallsOnceSuite.run(context, group, part, speculates, mostMillis)
      }
    )(ExecutionContext.global)
    try {
      val parts = Await.result(found, 30.seconds).map(_.map(_.head.toInt))
      (parts, (0 to 1).map(n => n -> CallsOnceSuite.begun.get(n).get).toMap)
    } finally context.cancelAllJobs()
  }

  private val once = (Seq(Some(0), None), Map(0 -> 1, 1 -> 1))

  test("a part whose task failed is given up and does not start again") {
    assert(results(heard = true) == once)
  }

  test("the driver learns of the failure while a speculative copy may wait") {
    assert(results(heard = true, speculates = true) == once)
  }

  test("a further attempt waits as long as the first one may take, and at most five minutes") {
    val budgets = Seq(TaskBudget(1, 8000, 1), TaskBudget(1, 1000, 1))
    assert(PollTask.longest(budgets, responseTimeoutMs = 20000) == 28000)
    assert(PollTask.longest(budgets, responseTimeoutMs = 900000) == 300000)
  }

  test("a further attempt of a poll waits for the end of the first one, if Spark may have copied the task") {
    def millis(speculates: Boolean) = CallsOnceSuite.waited(spark.sparkContext, speculates, mostMillis = 600)
    assert(millis(speculates = true) >= 500 && millis(speculates = false) < 500)
  }

  test("the job also ends if the driver does not learn of the failure") {
    assert(results(heard = false) == once)
    assert(results(heard = false, speculates = true, mostMillis = 200) == once)
  }
}

private object CallsOnceSuite {
  val begun = new ConcurrentHashMap[Int, AtomicInteger]

  /** How long the second attempt of a task waits. */
  def waited(context: SparkContext, speculates: Boolean, mostMillis: Long): Long = {
    val work = (_: Iterator[Int]) => {
      if (TaskContext.get().attemptNumber() == 0) throw new IllegalStateException("the first attempt")
      val began = System.nanoTime
      PollTask.awaitFirst(speculates, mostMillis)
      (System.nanoTime - began) / 1000000
    }
    context.runJob(context.parallelize(Seq(1), 1), work).head
  }

  def run(context: SparkContext, group: String, part: Int, speculates: Boolean, mostMillis: Long): Array[Byte] = {
    context.setJobGroup(group, "a part", interruptOnCancel = true)
    val work = (parts: Iterator[Int]) => {
      CallsOnce.awaitTurn(speculates, mostMillis)
      val n = parts.next()
      begun.computeIfAbsent(n, _ => new AtomicInteger).incrementAndGet()
      if (n == 1) throw new IllegalStateException(s"attempt ${TaskContext.get().attemptNumber()}")
      Array(n.toByte)
    }
    context.runJob(context.parallelize(Seq(part), 1), work).head
  }
}
