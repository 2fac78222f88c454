// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

/** A response that may be a mistake, from a load balancer for example. It counts when the same request gets the same response
  * again some time later. Any other response in between ends the doubt. A restart ends it too, because a new run does not know
  * the responses in between.
  *
  * @param answer status of the response, or [[Doubt.Empty]]
  * @param since time of the first such response, epoch milliseconds
  */
final case class Doubt(answer: Int, since: Long) {

  /** Milliseconds from `now` until the request is sent again. */
  def wait(now: Long, delay: Long): Long = math.max(1L, delay - (now - since))

  private def isOver(now: Long, delay: Long): Boolean = now - since >= delay || now < since
}

object Doubt {

  /** In place of a status: a page without records where records could be expected. */
  val Empty: Int = 0

  /** The doubt about an answer; `None`: it counts.
    *
    * @param delay milliseconds between two answers that make one certain
    */
  def of(state: Progress, answer: Int, now: Long, delay: Long): Option[Doubt] =
    state.doubt
      .filter(_.answer == answer)
      .fold(Option(Doubt(answer, now)))(d => if (d.isOver(now, delay)) None else Some(d))
}
