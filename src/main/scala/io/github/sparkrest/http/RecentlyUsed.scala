// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import scala.collection.mutable

/** What is made once for each setting, and kept while it is used: a JVM that lives for years sees many settings. Thread-safe.
  *
  * @param most the entry that was not used for the longest time goes when there are more
  * @param idleMs an entry goes when it was not used for so long; looked at with each use of any
  * @param close of an entry that went; somebody may still use it
  * @param nowMs any clock that runs evenly
  */
final private[http] class RecentlyUsed[K, V](
    most: Int = RecentlyUsed.Most,
    idleMs: Long = RecentlyUsed.IdleMillis,
    close: V => Unit = (_: V) => (),
    nowMs: () => Long = () => System.nanoTime / 1000000
) {
  private case class Entry(value: V, usedAt: Long)

  /** In the order of use. */
  private val entries = mutable.LinkedHashMap.empty[K, Entry]

  def size: Int = synchronized(entries.size)

  def foreach(use: V => Unit): Unit = synchronized(entries.values.toList).foreach(e => use(e.value))

  /** A failure to make it is not kept. */
  def apply[E](key: K)(make: => Either[E, V]): Either[E, V] = synchronized {
    val now = nowMs()
    val found = entries.remove(key).map(_.value).fold(make)(Right(_))
    found.foreach(v => entries.put(key, Entry(v, now)))
    val idle = entries.iterator.takeWhile { case (_, e) => now - e.usedAt > idleMs }.map(_._1).toList
    val gone = if (idle.nonEmpty) idle else entries.keysIterator.take(math.max(0, entries.size - most)).toList
    gone.foreach(entries.remove(_).foreach(e => close(e.value)))
    found
  }
}

private[http] object RecentlyUsed {
  val Most = 32
  val IdleMillis: Long = 30 * 60 * 1000L
}
