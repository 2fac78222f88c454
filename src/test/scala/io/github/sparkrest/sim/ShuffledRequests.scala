// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

import scala.collection.mutable
import scala.util.control.ControlThrowable

import io.github.sparkrest.poll.Background

/** Concurrent requests, which the API answers in any order. So a page may show an older or newer list than the page before it. A
  * request that is no longer needed may or may not reach the API.
  *
  * @param died a crash during any request is a crash of the reader
  */
final private[sim] class ShuffledRequests(dice: Dice, died: () => Option[ControlThrowable]) extends Background {
  private val waiting = mutable.ArrayBuffer.empty[Runnable]

  def begin(work: Runnable): Unit = waiting += work

  def await(work: Runnable): Unit = while (waiting.contains(work)) answerOne(waiting(dice(waiting.size)))

  def cancel(work: Runnable): Unit =
    if (waiting.contains(work) && died().isEmpty && dice.oneIn(2)) answerOne(work) else waiting -= work

  private def answerOne(work: Runnable): Unit = {
    waiting -= work
    work.run()
    died().foreach(throw _)
  }

  def close(): Unit = waiting.clear()
}
