// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

/** Where the records of a poll go: pages, each taken as a whole or not at all. */
trait PageSink {

  /** Copies one record, in `[from, to)`, to the page that is being written. */
  def append(buf: Array[Byte], from: Int, to: Int): Unit

  /** The records since the last [[endPage]] were none. */
  def discardPage(): Unit

  /** The records since the last call are a page.
    *
    * @param offsetBefore the API offset that the page was asked with
    */
  def endPage(offsetBefore: Option[String]): Unit

  /** Bytes of finished pages. */
  def bytes: Long
}

/** A finished page file.
  *
  * @param name unique per task attempt: a retried or speculative task writes another file, and a manifest names the winner
  * @param bytes length of the file
  * @param location where the pages are cached, in Spark's form `executor_<host>_<id>`; empty if unknown
  */
final case class PolledFile(name: String, bytes: Long, location: String, pages: Seq[PolledPage]) {
  def records: Long = pages.map(_.records).sum
}

/** @param offsetBefore the API offset that the page was asked with; `None`: `initialOffset` */
final case class PolledPage(records: Long, bytes: Long, offsetBefore: Option[String])
