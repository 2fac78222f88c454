// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import io.github.sparkrest.offset.{EndpointState, Position}

/** The manifests that are still in the log, oldest first, and the arithmetic of places in them. A value, without I/O.
  *
  * @param base the states before the oldest manifest, of all endpoints that there were; its `seq` is that of the newest file
  */
final case class Ledger(manifests: Vector[Manifest], base: StoredStates = StoredStates.None) {
  def newest: Option[Manifest] = manifests.lastOption
  def end: Option[Position] = newest.map(m => Position(m.seq, m.records))

  def append(m: Manifest): Ledger = copy(manifests :+ m)

  /** After all manifests. */
  def states: Map[String, EndpointState] = manifests.foldLeft(base.endpoints)(_ ++ _.endpoints)

  /** Names of the files of records seen that its states depend on. */
  def seenFiles: Set[String] =
    (manifests.iterator.map(_.endpoints) ++ Iterator(base.endpoints))
      .flatMap(_.valuesIterator.flatMap(_.seenFiles))
      .toSet

  /** Bytes after `from`, roughly: a page that is begun counts as a whole. */
  def bytesAfter(from: Position): Long = after(from).map(_.file.bytes).sum

  /** As [[bytesAfter]], with what the manifests themselves take in memory: thousands of endpoints with a record each. */
  def weightAfter(from: Position): Long = after(from).map(_.weight).sum

  def recordsAfter(from: Position): Long = after(from).map(m => m.records - skipped(m, from)).sum

  /** The furthest place that a batch from `from` may reach. At least one record, however large, if there is any. */
  def take(from: Position, maxRecords: Long, maxBytes: Long): Position = {
    var at = from
    var (records, bytes) = (maxRecords, maxBytes)
    val waiting = after(from).iterator
    while (waiting.hasNext && records > 0 && bytes > 0) {
      val m = waiting.next()
      val available = m.records - skipped(m, at)
      val perRecord = math.max(1L, m.file.bytes / m.records)
      val n = math.min(math.min(available, records), math.max(if (at == from) 1L else 0L, bytes / perRecord))
      if (n > 0) at = Position(m.seq, skipped(m, at) + n)
      records -= n
      bytes = if (n < available) 0 else bytes - n * perRecord
    }
    at
  }

  /** The pieces of page files between two places. Left: the seq whose manifest is missing. */
  def slices(from: Position, to: Position): Either[Long, Vector[PageSlice]] = {
    val touched = after(from).takeWhile(_.seq <= to.seq)
    val complete = to <= from || touched.lastOption.exists(m => m.seq == to.seq && m.records >= to.record)
    gapAfter(from.seq)
      .filter(_ <= to.seq)
      .orElse(if (complete) None else Some(to.seq))
      .toLeft(
        touched
          .map { m =>
            val begin = skipped(m, from)
            val stop = if (m.seq == to.seq) to.record else m.records
            PageSlice(
              m.file.name,
              begin,
              stop,
              m.records,
              m.file.bytes * (stop - begin) / m.records,
              m.file.location,
              PageInFile.within(m.pages, begin, stop)
            )
          }
          .filter(s => s.to > s.from)
      )
  }

  /** The API offsets to note with a place, one per endpoint: the one before the page that is cut there, or before the next page
    * of it.
    */
  def offsetsAt(p: Position): Map[String, Option[String]] = {
    val before = manifests.takeWhile(_.seq < p.seq).foldLeft(base.endpoints)(_ ++ _.endpoints).map { case (k, s) =>
      k -> s.offset
    }
    before ++ manifests
      .find(_.seq == p.seq)
      .fold(Map.empty[String, Option[String]])(m => m.endpoints.map { case (k, _) => k -> m.offsetAt(p.record, k) })
  }

  /** A seq above `seq` whose manifest does not follow the one before it, or `seq` itself: pages between them are gone. */
  def gapAfter(seq: Long): Option[Long] = {
    val later = manifests.filter(_.seq > seq)
    later.zip(seq +: later.map(_.seq)).collectFirst { case (m, before) if m.previous > before => m.seq }
  }

  /** The states that are lost with these manifests: of endpoints that no later one names. They have to be stored before. */
  def onlyIn(gone: Seq[Manifest]): Boolean = {
    val later = manifests.iterator.filter(m => gone.last.seq < m.seq).flatMap(_.endpoints.keySet).toSet
    gone.exists(_.endpoints.keysIterator.exists(!later(_)))
  }

  /** What may go once all before `done` is consumed: never the newest manifest. */
  def consumedBefore(done: Position): Vector[Manifest] =
    manifests.dropRight(1).filter(m => Position(m.seq, m.records) <= done)

  /** @param gone the oldest ones
    * @param stored their states were written to a file
    */
  def without(gone: Seq[Manifest], stored: Boolean): Ledger = {
    val seqs = gone.map(_.seq).toSet
    val after = statesAfter(gone)
    Ledger(manifests.filterNot(m => seqs(m.seq)), if (stored) after else after.copy(seq = base.seq))
  }

  def statesAfter(gone: Seq[Manifest]): StoredStates =
    gone.foldLeft(base)((s, m) => StoredStates(m.seq, s.endpoints ++ m.endpoints))

  private def after(from: Position): Vector[Manifest] = manifests.filter(m => Position(m.seq, m.records) > from)

  private def skipped(m: Manifest, from: Position): Long = if (m.seq == from.seq) from.record else 0L
}

object Ledger {
  val Empty: Ledger = Ledger(Vector.empty)
}
