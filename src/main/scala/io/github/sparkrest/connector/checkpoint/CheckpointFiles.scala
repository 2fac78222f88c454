// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.checkpoint

import java.nio.charset.StandardCharsets.UTF_8

import io.github.sparkrest.error.Condition
import io.github.sparkrest.pagelog.LogOffset
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{FileUtil, Path}

/** One batch of a checkpoint.
  *
  * @param sources the end of the batch in each source of this format, by its number or name
  */
final private[sparkrest] case class LoggedBatch(id: Long, committed: Boolean, sources: Vector[(String, LogOffset)]) {
  def endIn(source: String): Option[LogOffset] = sources.collectFirst { case (`source`, offset) => offset }
}

/** A query's checkpoint as Spark writes it (`OffsetSeqLog`, `CommitLog`): `offsets/<batch>` holds a version, a line of settings,
  * and a line for each source. In format 1 the sources have numbers, in format 2 (Spark 4.2) each line begins with the name of its
  * source. `commits/<batch>` exists when the batch is done. Tools read all of it, and a stream reads it only if a source is new
  * ([[SourceFolders]]).
  */
final private[sparkrest] class CheckpointFiles(location: String, conf: Configuration) {
  import CheckpointFiles._

  private val path = new Path(location)
  private val fs = path.getFileSystem(conf)
  private val root = fs.makeQualified(path)
  if (!fs.exists(new Path(root, Offsets)))
    throw Condition.CheckpointUnreadable.exception(
      s"$location does not contain a checkpoint: the folder $Offsets is missing.",
      "Give the checkpointLocation of a query."
    )

  /** The folder that Spark reserves for the files of a source. */
  def source(name: String): String = new Path(root, s"sources/$name").toString

  def hasBatches: Boolean = ids(Offsets).nonEmpty

  /** The remaining batches, oldest first. */
  def batches(): Vector[LoggedBatch] = {
    val done = ids(Commits).toSet
    ids(Offsets).sorted.map(id => LoggedBatch(id, done(id), offsets(id)))
  }

  /** The newest offset of each source that has a name. Only format 2 of Spark's offset log has names. */
  def newestByName(): Map[String, LogOffset] = ids(Offsets).sorted.iterator.flatMap(named).toMap

  def namesInLastBatch(name: String): Boolean =
    ids(Offsets).reduceOption(math.max(_, _)).exists(named(_).exists(_._1 == name))

  private def named(id: Long): Vector[(String, LogOffset)] = lines(id) match {
    case "v2" +: _ +: sources => sources.flatMap(named(_))
    case _                    => Vector.empty
  }

  private def named(line: String): Option[(String, LogOffset)] = {
    val (name, json) = line.splitAt(line.indexOf(':'))
    LogOffset.parse(json.stripPrefix(":")).toOption.map(name -> _)
  }

  private def lines(id: Long): Vector[String] = read(file(Offsets, id)).split("\n", -1).toVector

  /** Forgets the batches after this one, the newest first: a crash in between leaves a checkpoint of an earlier time. */
  def forgetAfter(batch: Long): Unit =
    (ids(Offsets) ++ ids(Commits)).distinct.filter(_ > batch).sorted.reverse.foreach { id =>
      fs.delete(file(Commits, id), false)
      fs.delete(file(Offsets, id), false)
    }

  /** Copies the files that this tool may change to a folder next to the checkpoint.
    *
    * @param logs folders of page logs; of these the small files
    * @return the folder
    */
  def backUp(stamp: String, notes: Seq[Path]): String = {
    val to = new Path(root.getParent, s"${root.getName}.backup-$stamp")
    fs.mkdirs(to)
    Seq(Offsets, Commits).map(new Path(root, _)).filter(fs.exists(_)).foreach(copy(_, to))
    notes.foreach { note =>
      val from = note.getFileSystem(conf)
      if (from.exists(note))
        FileUtil.copy(from, note, fs, new Path(to, s"${note.getParent.getName}-${note.getName}"), false, conf)
    }
    to.toString
  }

  private def copy(folder: Path, to: Path) = FileUtil.copy(fs, folder, fs, new Path(to, folder.getName), false, conf)

  private def offsets(id: Long): Vector[(String, LogOffset)] = {
    val all = lines(id)
    val sources = all.drop(2).filter(_.trim.nonEmpty)
    all.headOption.getOrElse("").trim match {
      case "v1" =>
        sources.zipWithIndex.flatMap { case (json, n) => LogOffset.parse(json).toOption.map(n.toString -> _) }
      case "v2"  => sources.flatMap(named(_))
      case other =>
        throw Condition.CheckpointUnreadable.exception(
          s"$Offsets/$id in $location is of format ${other.take(20)}; v1 and v2 are known.",
          "Set spark.sql.streaming.offsetLog.formatVersion to 2, or look at the file itself."
        )
    }
  }

  private def read(file: Path): String = {
    val in = fs.open(file)
    try new String(in.readAllBytes(), UTF_8)
    finally in.close()
  }

  private def ids(folder: String): Vector[Long] = {
    val at = new Path(root, folder)
    if (!fs.exists(at)) Vector.empty
    else fs.listStatus(at).toVector.map(_.getPath.getName).filter(_.matches("\\d{1,18}")).map(_.toLong)
  }

  private def file(folder: String, id: Long) = new Path(root, s"$folder/$id")
}

private[checkpoint] object CheckpointFiles {

  /** `None`: no batch was logged there yet. */
  def ifAny(location: String, conf: Configuration): Option[CheckpointFiles] = {
    val path = new Path(location)
    if (path.getFileSystem(conf).exists(new Path(path, Offsets)))
      Some(new CheckpointFiles(location, conf)).filter(_.hasBatches)
    else None
  }

  val Offsets = "offsets"
  val Commits = "commits"
}
