// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

/** Where the records of a response go that a [[PageReader]] keeps. Until the page ends they can be shown again, so the reader
  * needs no copy of them.
  */
trait KeptRecords {

  /** How many bytes of a page can be shown again, with one more for each record. Of a longer page, nothing can. */
  def shownBytes: Long

  /** Shows the records that were kept of this page so far, in order. */
  def showAgain(visitor: KeptRecords.Visitor): Unit

  /** A record has disappeared, and its page says so.
    *
    * @param key the fields of its key, as JSON
    */
  def removed(key: Array[Byte]): Unit
}

object KeptRecords {

  /** A longer page is not held in memory as a whole. */
  val MaxBytes: Long = 4L << 20

  /** They cannot be shown again. */
  object Forgotten extends KeptRecords {
    def shownBytes: Long = 0
    def showAgain(visitor: Visitor): Unit = throw new IllegalStateException("the records are not in memory")
    def removed(key: Array[Byte]): Unit = throw new IllegalStateException("deletes go to a page")
  }

  trait Visitor {
    def see(buf: Array[Byte], from: Int, to: Int): Unit
  }

  object Ignoring extends Visitor {
    def see(buf: Array[Byte], from: Int, to: Int): Unit = ()
  }
}

/** The change that a delivered record stands for, with `readChanges`.
  *
  * @param text in `_change_type`
  * @param mark in front of the record in a page file
  */
sealed abstract class Change(val text: String, val mark: Byte) extends Product with Serializable

object Change {
  case object Insert extends Change("insert", '+')

  /** The record as it is after the update. */
  case object Update extends Change("update_postimage", '~')
  case object Delete extends Change("delete", '-')

  val all: Seq[Change] = Seq(Insert, Update, Delete)

  /** How many bytes before a stored record are the mark of its change. */
  def markBytes(changes: Boolean): Int = if (changes) 1 else 0

  def of(mark: Byte): Option[Change] = all.find(_.mark == mark)
}
