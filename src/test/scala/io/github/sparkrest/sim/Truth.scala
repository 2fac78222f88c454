// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

import scala.collection.mutable

/** The records that must have come, and the records that did.
  *
  * Lost: a version that was visible from the first request of a traversal to its last, and has not come when the traversal is
  * complete. Repeated: a text that came more often than the API ever contained it. With `lag` (and for windows) a version
  * counts only when it is old enough.
  */
final class Truth(setup: Setup, world: World) {
  private val came = mutable.HashMap.empty[String, Int]
  private var before, counted = 0
  private val owed = mutable.HashMap.empty[String, Int]

  def delivered(texts: Iterable[String]): Unit = texts.foreach(t => came(t) = came.getOrElse(t, 0) + 1)

  /** @param first request of the traversal
    * @param last request of it
    * @param began when it began
    * @param complete until when the API had all records then
    */
  def traversed(first: Int, last: Int, began: Long, complete: Long): Option[String] = {
    val timed = setup.lag > 0 || setup.kind == "window"
    val old = began - setup.lag - (if (timed) setup.grain + setup.clocks + setup.rounding else -setup.grain)
    val due = if (setup.until) math.min(old, complete) else old
    val least = if (world.leftOut > 0) World.Began + world.leftOut + 1 else Long.MinValue
    // With lookback, a record may come one traversal later.
    val since = if (setup.lookback > 0) before else first
    before = first
    val there =
      world.lives.filter(l => l.born <= since && l.died > last && l.row.at <= due && l.row.at >= least).map(_.row.text)
    // After a crash, the end of a traversal may be repeated.
    if (!pictures) owed.clear()
    if (!pictures || first > counted) there.foreach(t => owed(t) = owed.getOrElse(t, 0) + 1)
    counted = first
    owed.collectFirst { case (text, n) if came.getOrElse(text, 0) < n => s"lost: $text" }
  }

  /** A record that the API has now, and that has not come. */
  def missing: Option[String] = world.rows.map(_.text).find(!came.contains(_))

  private val again = mutable.ArrayBuffer.empty[Long]

  /** From now on requests round times down to seconds: records of the second of this moment may come again. */
  def coarser(moment: Long): Unit = again += moment

  /** @param excused the list moved by a page, which without a key looks like new records
    * @param expired cursors have expired, and the options say to begin again
    */
  def repeated(excused: Boolean, expired: Boolean): Option[String] =
    if (excused && !setup.variants.forall(_.key) || pictures || expired && setup.expired == "restart") None
    else {
      val held = mutable.HashMap.empty[String, Int]
      def more(at: Long) = again.count(m => at >= m / 1000 * 1000 && at < m)
      world.lives.foreach(l => held(l.row.text) = held.getOrElse(l.row.text, 0) + 1 + more(l.row.at))
      came.collectFirst {
        case (text, _) if !held.contains(text) => s"never there: $text"
        case (text, n) if n > held(text)       => s"repeated: $text came $n times"
      }
    }

  /** Each traversal delivers the whole list. */
  private def pictures = setup.kind == "snapshot" && !setup.key
}
