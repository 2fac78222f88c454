// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.checkpoint

import java.time.Instant
import java.time.ZoneOffset.UTC
import java.time.format.DateTimeFormatter

import io.github.sparkrest.connector.session.PageLogLocation
import io.github.sparkrest.error.Condition
import io.github.sparkrest.pagelog.format.LastPoll
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.pagelog.{LogOffset, LogPosition, LogView, PageLog}
import io.github.sparkrest.progress.Progress
import org.apache.hadoop.fs.Path
import org.apache.spark.sql.SparkSession

/** The command `python -m spark_rest offsets`: shows the offsets of a stopped query, and moves them. Each method returns text
  * for the user. Only [[rewind]] and [[set]] write, and the command confirms with the user before it calls them.
  *
  * @param checkpoint `checkpointLocation` of the query
  * @param pageLog `pageLogLocation`, if the query has one; else empty
  */
final class CheckpointOffsets(session: SparkSession, checkpoint: String, pageLog: String) {
  import CheckpointOffsets._

  private val conf = session.sparkContext.hadoopConfiguration
  private val log = new CheckpointFiles(checkpoint, conf)
  private val batches = log.batches()
  private val sources = batches.flatMap(_.sources.map(_._1)).distinct.sorted
  if (batches.nonEmpty && sources.isEmpty)
    throw refused(
      s"No source of the query in $checkpoint is of format rest.",
      "Give the checkpoint of a query that reads one."
    )

  /** The batches, the pages that are kept, and the place where polling continues. */
  def text(): String = {
    val lines = Seq(s"Checkpoint $checkpoint", "") ++ batches.map(described) ++ sources.flatMap(n => "" +: described(n))
    lines.mkString("", "\n", "\n")
  }

  /** What [[rewind]] would do; it throws if that cannot be. */
  def rewindPlan(batch: Long): String = {
    checkedRewind(batch)
    val again = batches.filter(_.id > batch).map(_.id)
    s"""${if (again.length == 1) s"Batch ${again.head} is"
      else
        s"Batches ${again.head} to ${again.last} are"} forgotten: the records after batch $batch are delivered again, in batches that begin at ${batch + 1}.
       |A file sink remembers the numbers of its batches (_spark_metadata) and skips those that it wrote; so does Delta Lake. Give such a query
       |another output folder. The query must not run.
       |""".stripMargin
  }

  /** The next batch begins where `batch` ended, with the same records as then.
    *
    * @return a description of the change, with the place of the backup
    */
  def rewind(batch: Long): String = {
    checkedRewind(batch)
    val backup = takeOver()
    log.forgetAfter(batch)
    s"The next batch is ${batch + 1}. The files from before the change are in $backup.\n"
  }

  /** What [[set]] would do; it throws if that cannot be. */
  def setPlan(source: String, endpoint: String, offset: String): String = {
    val now = stateOf(known(source), endpoint)
    s"""The next poll of endpoint $endpoint asks from ${quoted(Some(offset))}; now it would ask from ${quoted(
        now.offset
      )}${if (now.traversal.isDefined) ", in the middle of its pages" else ""}.
       |What the API sends again from there is delivered again. What was received and not read yet is still delivered. The query must not run.
       |""".stripMargin
  }

  def set(source: String, endpoint: String, offset: String): String = {
    stateOf(known(source), endpoint)
    val backup = takeOver()
    LogView.moveTo(storeOf(known(source)), Map(endpoint -> Progress(Some(offset))))
    s"The next poll of endpoint $endpoint starts from ${quoted(Some(offset))}. The files from before the change are in $backup.\n"
  }

  private def checkedRewind(batch: Long): Unit = {
    val last = batches.lastOption.fold(-1L)(_.id)
    val to = batches.find(b => b.id == batch && b.committed && b.id < last)
    if (to.isEmpty)
      throw refused(
        s"The query cannot be rewound to batch $batch.",
        s"Batches that can: ${rewindable.map(_.id).mkString(", ")}${if (rewindable.isEmpty) "none" else ""}."
      )
    to.foreach(b =>
      if (!isHeld(b))
        throw refused(
          s"The pages after batch $batch are no longer in the page log: retainBatches says how many batches stay.",
          s"${if (rewindable.isEmpty) ""
            else s"Batches that it can be rewound to: ${rewindable.map(_.id).mkString(", ")}. "}Or set the offset, to read from the API again from there."
        )
    )
  }

  private def rewindable = batches.dropRight(1).filter(b => b.committed && isHeld(b))
  private def isHeld(b: LoggedBatch) = sources.forall(n => viewOf(n).holdsAllAfter(positionOf(b, n)))
  private def positionOf(b: LoggedBatch, source: String) = b.endIn(source).fold(LogPosition.Start)(_.position)

  /** A run that is still there stops at its next poll or batch. */
  private def takeOver(): String = {
    val stores = sources.map(storeOf)
    val stamp = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(UTC).format(Instant.now())
    val backup = log.backUp(stamp, stores.map(s => new Path(s.location, LastPoll.Name)))
    stores.foreach(PageLog.open(_, retainBatches = Int.MaxValue - 1))
    backup
  }

  /** @param source empty: the only one */
  private def known(source: String): String =
    if (source.isEmpty && sources.lengthCompare(1) == 0) sources.head
    else if (sources.contains(source)) source
    else {
      val what =
        if (source.isEmpty) "The query has several sources of format rest."
        else s"Source $source of the query is not of format rest."
      throw refused(what, s"Use one of these sources: ${sources.mkString(", ")}.")
    }

  private def stateOf(source: String, endpoint: String): Progress = {
    val states = statesOf(source)
    states.getOrElse(
      endpoint,
      throw refused(
        s"Source $source does not have an endpoint $endpoint.",
        s"Known: ${states.keys.toSeq.sorted.take(Shown).mkString(", ")}${if (states.size > Shown) ", …" else ""}."
      )
    )
  }

  private def statesOf(source: String): Map[String, Progress] = {
    val last = batches.lastOption.flatMap(_.endIn(source))
    val inOffset = last.fold(Map.empty[String, Progress])(_.endpoints.map { case (k, o) => k -> Progress(o) })
    inOffset ++ viewOf(source).states(last.fold(LogPosition.Start)(_.position))
  }

  private def described(b: LoggedBatch): String = {
    val ends = b.sources.map { case (n, o) =>
      (if (sources.lengthCompare(1) > 0) s"source $n: " else "") + described(o)
    }
    s"batch ${b.id}${if (b.committed) "" else " (not committed: runs again)"}: ${ends.mkString("; ")}"
  }

  private def described(o: LogOffset): String = {
    val named = o.endpoints.toSeq.sortBy(_._1).take(Shown).map { case (k, v) => s"$k = ${quoted(v)}" }
    s"page log ${o.position.seq}, record ${o.position.record}; ${named.mkString(", ")}${if (o.endpoints.size > Shown) s" and ${o.endpoints.size - Shown} more"
      else ""}"
  }

  private def described(source: String): Seq[String] = {
    val view = viewOf(source)
    val read = batches.lastOption.fold(LogPosition.Start)(positionOf(_, source))
    val states = statesOf(source).toSeq.sortBy(_._1)
    val rows = view.ledger.manifests.flatMap(_.rows).toMap
    val polls = view.ledger.manifests
      .takeRight(Shown)
      .map(m =>
        s"  poll ${m.seq}: ${m.records} records, ${m.file.bytes} bytes, run ${m.epoch}, ${m.endpoints.size} endpoint(s)"
      )
    Seq(
      s"Page log of source $source: ${storeOf(source).location}, run ${view.epoch}",
      s"  last poll ${view.note.filter(_.polledAtMs > 0).fold("unknown")(n => Instant.ofEpochMilli(n.polledAtMs).toString)}; ${view.ledger.recordsAfter(read)} records not read yet"
    ) ++ view.unreadable.map(seq => s"  poll $seq is unreadable and does not count") ++ polls ++
      states.take(Shown).map { case (k, s) =>
        s"  the next poll of $k${rows.get(k).fold("")(r => s" ($r)")} asks from ${quoted(
            s.offset
          )}${s.traversal.fold("")(d => s", page ${d.pages + 1} of it")}"
      } ++
      (if (states.length > Shown) Seq(s"  and ${states.length - Shown} more endpoints") else Nil) :+
      s"  can be rewound to ${if (rewindable.isEmpty) "no batch"
        else rewindable.map(b => s"batch ${b.id}").mkString(", ")}"
  }

  private def viewOf(source: String) = views.getOrElseUpdate(source, LogView.of(storeOf(source)))
  private val views = scala.collection.mutable.Map.empty[String, LogView]

  private def storeOf(source: String): LogStore = {
    val own = log.source(source)
    LogStore.at(if (pageLog.isEmpty) own else PageLogLocation.of(pageLog, own), conf)
  }
}

private object CheckpointOffsets {

  /** Polls and endpoints that are named. */
  val Shown = 20

  def quoted(offset: Option[String]): String = offset.fold("initialOffset")(o => "\"" + o + "\"")

  def refused(what: String, hint: String): Throwable = Condition.InvalidOptions.exception(what, hint)
}
