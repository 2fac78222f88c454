// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.connector.tasks.Wire
import io.github.sparkrest.http.Clock
import io.github.sparkrest.http.client.MeteredClient
import io.github.sparkrest.http.transport.SttpClient
import io.github.sparkrest.pagelog.PageLog
import io.github.sparkrest.pagelog.format.PageFileWriter
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.poll.{Poll, PollReport, PollRequest}
import io.github.sparkrest.progress.CoreLimits

/** Runs the poll of a single endpoint in this process, without Spark. The report is serialized, as between task and driver. */
final class InProcessPolls(config: RestConfig, store: LogStore, log: PageLog) extends PollRunner {
  def run(polls: Seq[PollRequest], sharing: Boolean): Seq[PollReport] = {
    val PollRequest(endpoint, state, limits) = polls.head
    val writer = new PageFileWriter(store, log.epoch, "")
    val client = new MeteredClient(SttpClient(config, () => false), limits.sendable)
    val outcome = new Poll(config, client, Clock.System, limits = InProcessPolls.Limits).run(state, limits, writer)
    val report = PollReport(Vector(endpoint.key -> outcome), writer.close(), client.ages())
    Wire.read[Seq[PollReport]](Wire.write(List(report)))
  }
}

object InProcessPolls {

  /** Shortens the five seconds after which a refusal counts. */
  private val Limits = CoreLimits.Default.copy(refusalMillis = 500)

  /** Stops a poller, which may take long on a busy machine. Interrupts repeatedly, because code that reads a response may swallow
    * an interrupt.
    */
  def end(poller: Poller, thread: Thread): Unit = {
    poller.stop()
    (1 to 600).foreach { _ =>
      if (thread.isAlive) {
        thread.interrupt()
        thread.join(50)
      }
    }
    if (thread.isAlive) throw new IllegalStateException("the poller did not stop")
  }
}
