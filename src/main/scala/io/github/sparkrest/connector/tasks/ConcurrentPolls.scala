// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.util.concurrent.{ConcurrentLinkedQueue, Executors, LinkedBlockingQueue, TimeUnit}

import scala.annotation.tailrec
import scala.collection.mutable
import scala.jdk.CollectionConverters._

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.auth.KnownSecrets
import io.github.sparkrest.http.{Clock, DaemonThreads}
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.pagelog.{HeldPages, PolledFile, SharedPageFile}
import io.github.sparkrest.poll.{PollOutcome, PollReport, PollRequest, TaskBudget}
import io.github.sparkrest.request.InputRow
import io.github.sparkrest.response.files.BodyStore

/** Polls of many endpoints in one task, several in flight at once, with one page file for all. In a task, used once.
  *
  * A few threads poll, and only the task's thread writes records. After [[TaskBudget.TaskMillis]] no further poll begins: the
  * remaining polls are not in a report, and the next job gets them. If polls share the task, a poll without a response
  * [[ConcurrentPolls.PatienceMillis]] later is canceled and leaves nothing behind. Otherwise a poll is canceled after
  * `TaskBudget.patienceMs`.
  */
final private[sparkrest] class ConcurrentPolls(
    task: PollTask,
    config: RestConfig,
    store: LogStore,
    bodies: BodyStore,
    location: String
) {
  import ConcurrentPolls._

  private val input = config.input.getOrElse(throw new IllegalStateException("many endpoints without an input"))
  private val killed = PollTask.cancellation()
  private val secrets = KnownSecrets(config)
  private val pages = new SharedPageFile(store, task.epoch, location, config.readChanges)
  private val begun = new ConcurrentLinkedQueue[PollRequest]
  @volatile private var closed = false

  private val shared = mutable.ArrayBuffer.empty[(String, PollOutcome)]
  private val ownFiles = mutable.ArrayBuffer.empty[PollReport]
  private val ages = mutable.ArrayBuffer.empty[Long]

  def run(polls: Seq[PollRequest]): Seq[PollReport] = {
    val began = System.nanoTime
    def millis = (System.nanoTime - began) / 1000000
    val waiting = new ConcurrentLinkedQueue(polls.asJava)
    // All polls share the time of the task: whole pages of a poll that took longer would be lost.
    def next() = {
      val used = millis
      if (closed || killed() || used > TaskBudget.TaskMillis) None
      else Option(waiting.poll()).map(p => p.copy(limits = p.limits.after(used)))
    }
    val threads = math.min(input.concurrency, polls.length)
    val over = new LinkedBlockingQueue[Event](threads)
    val pool = Executors.newFixedThreadPool(threads, new DaemonThreads("spark-rest poll"))
    try {
      (1 to threads).foreach(_ => pool.execute(() => work(next _, over)))
      val deadline =
        if (task.sharing) TaskBudget.TaskMillis + PatienceMillis else polls.map(_.limits.patienceMs).max
      var running = threads
      while (running > 0 && millis < deadline)
        Option(over.poll(math.max(1, deadline - millis), TimeUnit.MILLISECONDS)).foreach {
          case Ended              => running -= 1
          case Broken(e)          => throw e
          case finished: Finished => keep(finished)
        }
      reports(millis)
    } finally {
      closed = true
      pool.shutdownNow()
      pages.abandon()
    }
  }

  /** In a thread of the pool. */
  private def work(next: () => Option[PollRequest], over: LinkedBlockingQueue[Event]): Unit =
    try {
      Iterator.continually(next()).takeWhile(_.isDefined).flatten.foreach { p =>
        begun.add(p)
        tell(over, poll(p))
      }
      tell(over, Ended)
    } catch {
      // Interrupted, or an error that came of it; otherwise the task fails.
      case e: Throwable => tell(over, Broken(e))
    }

  /** Nobody listens once the task is closed, and an interrupt may be used up by then: a thread that waited for room in the queue
    * would never end.
    */
  @tailrec private def tell(over: LinkedBlockingQueue[Event], event: Event): Unit =
    if (!closed && !over.offer(event, 100, TimeUnit.MILLISECONDS)) tell(over, event)

  private def poll(p: PollRequest): Finished = {
    val api = task.client(config, () => closed || killed(), p)
    val row = p.endpoint.row.fold(InputRow.Empty)(InputRow.of(input.columns, _))
    val sink = pages.sink(p.endpoint.key)
    val turn = new EndpointTurn(config.of(p.endpoint.lane), store, task.epoch, bodies)
    try {
      val outcome = turn.run(p, api, Clock.System, sink, row, Some(secrets))
      val ownFile = sink.ownFileClosed()
      turn.keep(outcome)
      Finished(p.endpoint.key, outcome, sink, ownFile, api.ages())
    } finally {
      sink.abandon()
      turn.abandon()
    }
  }

  private def keep(finished: Finished): Unit = {
    val outcome = finished.key -> finished.outcome
    ages ++= finished.ages
    finished.ownFile match {
      case Some(file) => ownFiles += PollReport(Vector(outcome), Some(file))
      case None       =>
        pages.take(finished.pages)
        shared += outcome
    }
    ()
  }

  private def reports(millis: Long): Seq[PollReport] = {
    val settled = (shared ++ ownFiles.flatMap(_.outcomes)).map(_._1).toSet
    val unanswered = begun.asScala.toVector.filterNot(p => settled(p.endpoint.key))
    PollReport(
      shared.toVector ++ unanswered.map(p => p.endpoint.key -> PollOutcome.handedBack(p.state, millis)),
      pages.close(),
      ages.toVector ++ unanswered.flatMap(p => Seq.fill(p.limits.mayHaveSent)(0L))
    ) +: ownFiles.toVector
  }
}

private object ConcurrentPolls {

  /** For the answers of the polls that began last. */
  val PatienceMillis = 1000L

  /** A message from a polling thread. */
  sealed trait Event
  case object Ended extends Event
  final case class Broken(cause: Throwable) extends Event
  final case class Finished(
      key: String,
      outcome: PollOutcome,
      pages: HeldPages,
      ownFile: Option[PolledFile],
      ages: Seq[Long]
  ) extends Event
}
