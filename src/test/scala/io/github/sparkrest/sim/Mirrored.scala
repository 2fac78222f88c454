// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

import scala.collection.mutable

import io.github.sparkrest.progress.Change

/** What somebody has who applies all changes of a stream in their order, and whether it can be true.
  *
  *   - An insert is of a record that is not there, an update changes a record that is there, and so does a delete.
  *   - A commit changes no record twice.
  *   - A deleted record was absent at some moment of the traversals that found it missing: of the last one, or of the last
  *     [[Setup.goneAfter]] ones. It may be back already, and the page that it is on now may have been read before.
  *   - After a whole traversal, each version that was there all the time has come. A record that was absent during the last
  *     [[Setup.goneAfter]] traversals is deleted.
  */
final class Mirrored(setup: Setup, world: World) {
  private val rows = mutable.HashMap.empty[Long, String]
  private var begins = Vector.empty[Int]

  /** The first requests of the last traversals, whether or not they count. */
  private var starts = Vector.empty[Int]
  private val after = setup.variants.map(_.goneAfter).max
  private val ends = setup.variants.forall(_.ends)

  /** @param first request of the traversal
    * @param last request so far
    */
  def applied(commit: Seq[(Change, String)], first: Int, last: Int): Option[String] = {
    val twice = commit.groupBy { case (_, text) => idOf(text) }.find(_._2.length > 1)
    twice.map { case (id, all) => s"twice in one commit: $id ${all.mkString(" ")}" }.orElse {
      commit.iterator.map { case (change, text) => wrong(change, text, first, last) }.collectFirst { case Some(why) =>
        why
      }
    }
  }

  private def wrong(change: Change, text: String, first: Int, last: Int): Option[String] = {
    val id = idOf(text)
    val held = rows.get(id)
    change match {
      case Change.Insert =>
        rows(id) = text
        held.map(old => s"inserted though it is there: $text, and there is $old")
      case Change.Update =>
        rows(id) = text
        if (held.isEmpty) Some(s"updated though it is not there: $text")
        else if (held.contains(text)) Some(s"updated without a change: $text")
        else None
      case Change.Delete =>
        rows.remove(id)
        if (held.isEmpty) Some(s"deleted though it is not there: $text")
        else if (isAlways(id, starts.headOption.getOrElse(first), last)) Some(s"deleted though it lives: $text")
        else None
    }
  }

  private def lives(id: Long) = world.lives.iterator.filter(l => l.row.id == id && !l.row.isMarked)

  /** Whether the record was there at each request. */
  private def isAlways(id: Long, first: Int, last: Int): Boolean =
    (first to last).forall(request => lives(id).exists(l => l.born <= request && l.died > request))

  /** After a whole traversal. */
  def traversed(first: Int, last: Int): Option[String] = {
    begins = (begins :+ first).takeRight(after)
    val due = world.lives.iterator.filter(l => l.born <= first && l.died > last && !l.row.isMarked).map(_.row)
    val lost = due.find(row => !rows.get(row.id).contains(row.text)).map(row => s"lost: ${row.text}")
    def since = begins.head
    def left = rows.keysIterator.find(id => !lives(id).exists(l => l.died > since && l.born <= last))
    lost.orElse(if (ends && begins.length == after) left.map(id => s"not deleted: ${rows(id)}") else None)
  }

  /** After each traversal. */
  def ended(first: Int): Unit = starts = (starts :+ first).takeRight(after - 1)

  /** The traversals so far do not count: a response did not match the data, or the stream forgot what was missing. */
  def doubted(): Unit = begins = Vector.empty

  private def idOf(text: String): Long = text.drop(6).takeWhile(_.isDigit).toLong
}
