// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import scala.annotation.tailrec

import io.github.sparkrest.pagelog.format.{Manifest, PageInFile, PageSlice, StoredStates}
import io.github.sparkrest.progress.Progress

/** The manifests that are still in the log, oldest first, and the arithmetic of places in them. A value, without I/O.
  *
  * The progress of an endpoint may be large. It is held once for each endpoint; the manifests here have outlines of it.
  *
  * @param manifests outlines, see [[Manifest.outline]]
  * @param base the newest file of states
  * @param states of all endpoints, after all manifests
  * @param firstOffsets the API offsets before the oldest manifest
  * @param sums of all manifests up to each of them, purged ones included
  */
final class ManifestIndex private (
    val manifests: Vector[Manifest],
    val base: StoredStates,
    val states: Map[String, Progress],
    firstOffsets: Map[String, Option[String]],
    sums: Vector[Sums]
) {
  def newest: Option[Manifest] = manifests.lastOption
  def isBlank: Boolean = manifests.isEmpty && base.seq == 0
  def end: Option[LogPosition] = newest.map(m => LogPosition(m.seq, m.records))

  def append(m: Manifest): ManifestIndex =
    new ManifestIndex(manifests :+ m.outline, base, states ++ m.endpoints, firstOffsets, sums :+ sums.last.plus(m)) // guard: I4.7

  /** Names of the files of records seen that its states depend on. */
  def seenFiles: Set[String] =
    (manifests.iterator.map(_.endpoints) ++ Iterator(base.endpoints, states))
      .flatMap(_.valuesIterator.flatMap(_.seenFiles))
      .toSet

  /** Without the progress of these endpoints. The outlines and the file of states still have it, because the files on the store
    * do: a run that starts later may continue from it, so the records that it depends on must stay.
    */
  def forget(keys: Set[String]): ManifestIndex =
    new ManifestIndex(manifests, base, states -- keys, firstOffsets -- keys, sums)

  /** Bytes after `from`, roughly: a page that is begun counts as a whole. */
  def bytesAfter(from: LogPosition): Long = sumsAfter(from).bytes

  /** As [[bytesAfter]], and the memory of the manifests: thousands of endpoints may have a record each. */
  def weightAfter(from: LogPosition): Long = sumsAfter(from).weight

  def recordsAfter(from: LogPosition): Long =
    sumsAfter(from).records - manifests.lift(indexAfter(from)).fold(0L)(skipped(_, from))

  /** The time of the next commit, if the file has changes: later than each other one, whatever the clock says. */
  def commitTime(file: PolledFile, now: Long): Option[Long] = if (!file.pages.exists(_.changes)) None
  else Some(manifests.reverseIterator.flatMap(_.committedAtMs).take(1).foldLeft(now)((t, last) => math.max(t, last + 1))) // guard: I8.16

  /** The furthest place that a batch from `from` may reach. At least one record, however large, if there is any.
    *
    * @param whole whether manifests stay whole: then at least one manifest
    */
  def take(from: LogPosition, maxRecords: Long, maxBytes: Long, whole: Boolean = false): LogPosition = {
    var at = from
    var (records, bytes) = (maxRecords, maxBytes)
    val waiting = after(from).iterator
    while (waiting.hasNext && records > 0 && bytes > 0) {
      val m = waiting.next()
      val available = m.records - skipped(m, at)
      val perRecord = math.max(1L, m.file.bytes / m.records)
      val fitting = math.min(math.min(available, records), math.max(if (at == from) 1L else 0L, bytes / perRecord))
      val n = if (!whole || fitting == available) fitting else if (at == from) available else 0L // guard: I8.15
      if (n > 0) at = LogPosition(m.seq, skipped(m, at) + n)
      records -= n
      bytes = if (n < available) 0 else bytes - n * perRecord
    }
    at
  }

  /** The pieces of page files between two places. Left: the seq whose manifest is missing.
    *
    * @param shown the manifest with the columns next to its records
    */
  def slices(
      from: LogPosition,
      to: LogPosition,
      shown: Manifest => Manifest = identity
  ): Either[Long, Vector[PageSlice]] = {
    val touched = after(from).takeWhile(_.seq <= to.seq)
    val complete = to <= from || touched.lastOption.exists(m => m.seq == to.seq && m.records >= to.record)
    gapAfter(from.seq)
      .filter(_ <= to.seq)
      .orElse(if (complete) None else Some(to.seq))
      .toLeft(
        touched
          .map { m =>
            val begin = skipped(m, from) // guard: I2.1
            val stop = if (m.seq == to.seq) to.record else m.records // guard: I2.2
            PageSlice(
              m.file.name,
              begin,
              stop,
              m.records,
              m.file.bytes * (stop - begin) / m.records,
              m.file.location,
              PageInFile.within(shown(m).pages, begin, stop),
              m.format
            )
          }
          .filter(s => s.to > s.from)
      )
  }

  /** The API offsets to store with a place, one per endpoint: before the page that is cut there, or before its next page. */
  def offsetsAt(p: LogPosition): Map[String, Option[String]] = {
    val upTo = manifests.iterator.takeWhile(_.seq < p.seq).foldLeft(firstOffsets)(_ ++ _.offsets)
    upTo ++ manifests
      .find(_.seq == p.seq)
      .fold(Map.empty[String, Option[String]])(m => m.endpoints.map { case (k, _) => k -> m.offsetAt(p.record, k) })
  }

  /** A seq above `seq` whose manifest does not follow the previous one, or `seq` itself: pages between them are gone. */
  def gapAfter(seq: Long): Option[Long] = {
    val later = manifests.filter(_.seq > seq)
    later.zip(seq +: later.map(_.seq)).collectFirst { case (m, last) if m.previous > last => m.seq } // guard: I2.3
  }

  /** Whether states are lost with these manifests, because no later manifest names the endpoint: then they must be stored first. */
  def onlyIn(gone: Seq[Manifest]): Boolean = {
    val later = manifests.iterator.filter(m => gone.last.seq < m.seq).flatMap(_.endpoints.keySet).toSet
    gone.exists(_.endpoints.keysIterator.exists(!later(_)))
  }

  /** Manifests that may be purged once everything before `done` is consumed: never the newest one. */
  def consumedBefore(done: LogPosition): Vector[Manifest] =
    manifests.dropRight(1).filter(m => LogPosition(m.seq, m.records) <= done) // guard: I3.14

  /** @param gone the oldest ones
    * @param stored the states after them, if these were written to a file
    */
  def without(gone: Seq[Manifest], stored: Option[StoredStates]): ManifestIndex = {
    val kept = manifests.drop(gone.length)
    new ManifestIndex(
      kept,
      stored.getOrElse(base),
      states,
      gone.foldLeft(firstOffsets)(_ ++ _.offsets).filter { case (key, _) => states.contains(key) }, // guard: I4.82
      sums.takeRight(kept.length + 1)
    )
  }

  private def after(from: LogPosition): Vector[Manifest] = manifests.drop(indexAfter(from))
  private def sumsAfter(from: LogPosition): Sums = sums.last.minus(sums(indexAfter(from)))

  /** The index of the first manifest that ends after `from`. */
  private def indexAfter(from: LogPosition): Int = {
    @tailrec def search(low: Int, high: Int): Int =
      if (low >= high) low
      else {
        val middle = (low + high) >>> 1
        val m = manifests(middle)
        if (LogPosition(m.seq, m.records) > from) search(low, middle) else search(middle + 1, high)
      }
    search(0, manifests.length)
  }

  private def skipped(m: Manifest, from: LogPosition): Long = if (m.seq == from.seq) from.record else 0L
}

object ManifestIndex {
  def apply(manifests: Seq[Manifest], base: StoredStates = StoredStates.None): ManifestIndex = {
    val offsets = base.endpoints.map { case (k, s) => k -> s.offset }
    manifests.foldLeft(new ManifestIndex(Vector.empty, base, base.endpoints, offsets, Vector(Sums(0, 0, 0))))(_.append(_))
  }
}

/** @param weight bytes of pages, and of manifests in memory */
final private case class Sums(records: Long, bytes: Long, weight: Long) {
  def plus(m: Manifest): Sums = Sums(records + m.records, bytes + m.file.bytes, weight + m.weight)
  def minus(other: Sums): Sums = Sums(records - other.records, bytes - other.bytes, weight - other.weight)
}
