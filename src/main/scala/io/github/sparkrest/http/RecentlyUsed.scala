// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import scala.collection.mutable

/** Keeps one value for each setting while it is used. A JVM that lives for years sees many settings. Thread-safe.
  *
  * @param most maximum number of entries; the least recently used one goes
  * @param idleMs an entry goes after this time without use; checked at each use of any entry
  * @param close closes the value of an entry that went; somebody may still use it
  * @param nowMs a clock that only moves forward
  */
final private[sparkrest] class RecentlyUsed[K, V](
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

  def get(key: K)(make: => V): V = apply[V](key)(Right(make)).merge

  /** A failed `make` is not kept. */
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

private[sparkrest] object RecentlyUsed {
  val Most = 32
  val IdleMillis: Long = 30 * 60 * 1000L
}
