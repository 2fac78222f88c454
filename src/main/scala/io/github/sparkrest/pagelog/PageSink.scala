// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import io.github.sparkrest.progress.{Change, KeptRecords}

/** Takes the records of a poll: pages, each of which counts as a whole or not at all. */
trait PageSink extends KeptRecords {
  override def shownBytes: Long = 0
  override def showAgain(visitor: KeptRecords.Visitor): Unit = KeptRecords.Forgotten.showAgain(visitor)

  /** Copies one record, in `[from, to)`, to the page that is being written. */
  def append(buf: Array[Byte], from: Int, to: Int): Unit

  /** The same with the change that the record stands for (`readChanges`). A sink without marks takes the record alone. */
  def append(buf: Array[Byte], from: Int, to: Int, change: Change): Unit = change match {
    case _ => append(buf, from, to)
  }

  override def removed(key: Array[Byte]): Unit = append(key, 0, key.length, Change.Delete)

  /** Drops the records since the last [[endPage]]. */
  def discardPage(): Unit

  /** The records since the last call are a page.
    *
    * @param offsetBefore the API offset of the request for the page
    * @param origin the response with the records
    */
  def endPage(offsetBefore: Option[String], origin: Option[PageOrigin]): Unit

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
  val records: Long = pages.map(_.records).sum

  private lazy val recordsByEndpoint = pages.groupBy(_.endpoint).map { case (e, p) => e -> p.map(_.records).sum }

  /** Records of one endpoint. */
  def recordsOf(key: String): Long =
    recordsByEndpoint.getOrElse(Some(key), 0L) + recordsByEndpoint.getOrElse(None, 0L)
}

/** @param offsetBefore the API offset of the request for the page; `None`: `initialOffset`
  * @param endpoint key; `None`: the only endpoint
  * @param origin the response with the page; `None` in a log of an earlier version
  * @param changes each record has a mark in front, see [[Change.mark]]
  */
final case class PolledPage(
    records: Long,
    bytes: Long,
    offsetBefore: Option[String],
    endpoint: Option[String] = None,
    origin: Option[PageOrigin] = None,
    changes: Boolean = false
) {
  def isOf(key: String): Boolean = endpoint.forall(_ == key)
}

/** What a record's `_metadata` says about its response.
  *
  * @param url that answered, after redirects, without secrets
  * @param atMs when the request was planned, epoch milliseconds
  * @param number of the page in its traversal, from 1
  */
final case class PageOrigin(url: String, status: Int, atMs: Long, number: Long)
