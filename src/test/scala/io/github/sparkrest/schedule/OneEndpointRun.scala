// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import java.nio.file.Path

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.Clock
import io.github.sparkrest.pagelog.store.LocalLogStore
import io.github.sparkrest.pagelog.{Endpoint, LogPosition, PageLog}

/** A run of the poller on a page log that later runs continue, with real requests. Polls run in threads, without Spark. */
final class OneEndpointRun(root: Path, mustComplete: Boolean, options: (String, String)*) {
  private val base = Map("streamingInterval" -> "0", "maxRetries" -> "0", "retryBackoff" -> "20ms")
  private val config = RestConfig.parse(base ++ options).fold(e => throw e.toException, identity)
  private val store = new LocalLogStore(root)
  val log: PageLog = PageLog.open(store, 2)
  val poller = new Poller(
    config,
    Seq(Endpoint.Only),
    log,
    log.resume(LogPosition.Start, Map.empty),
    mustComplete,
    new InProcessPolls(config, store, log),
    Clock.System
  )
  private val thread = new Thread(poller)
  thread.start()

  /** The number of records of all runs. */
  def records: Long = log.unreadRecords(LogPosition.Start)

  /** Whether the run ended by itself within this time. Otherwise it is stopped. */
  def ends(millis: Long): Boolean = {
    thread.join(millis)
    val ended = !thread.isAlive
    InProcessPolls.end(poller, thread)
    ended
  }
}
