// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.checkpoint

import io.github.sparkrest.connector.session.PageLogLocation
import io.github.sparkrest.error.{Condition, RestException}
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.pagelog.{LogOffset, LogPosition, LogView, PageLog, SourceIdentity}
import io.github.sparkrest.progress.seen.ShortHash
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path

/** The folders of a query's sources, `<checkpoint>/sources/<name>`, seen by the source that owns one of them.
  *
  * Spark names a folder by the number of its source, or, with source evolution (Spark 4.2), by `DataStreamReader.name()`. A name
  * moves the page log of a running stream to another folder, while Spark's offset may stay. A query names all of its sources or
  * none.
  *
  * Made on the query's thread, as are all calls.
  *
  * @param own as Spark gives it to the source
  */
final private[sparkrest] class SourceFolders(own: String, pageLogLocation: Option[String], conf: Configuration) {
  import SourceFolders._

  private val path = new Path(own)
  private val sources = Option(path.getParent).filter(_.getName == "sources")
  openedHere.set(openedHere.get + own)

  /** Where the page log is, for the query's offset. In the checkpoint it moves with the checkpoint; another folder is hashed. */
  val logPlace: String = pageLogLocation.fold("checkpoint")(_ => ShortHash.of(logAt(own)))

  /** Before a run continues at a place in the log: fails if the log is in the folder that the source had under another name. It
    * would be polled again from the API offset, which may repeat records. The same if `pageLogLocation` has changed, and the log is
    * where it was.
    *
    * @param logWas [[logPlace]] when the run was at this place
    */
  def requireInPlace(
      log: PageLog,
      place: LogPosition,
      identity: SourceIdentity,
      logWas: Option[String] = None
  ): Unit = {
    if (place > LogPosition.Start && log.isBlank) {
      val known = checkpoint.fold(Map.empty[String, LogOffset])(_.newestByName())
      def isAnother(name: String) = isOpen(name) || known.get(name).exists(_.source != identity)
      val elsewhere = others.filterNot(isAnother).map(n => logAt(sibling(n))).filter(holdsLog)
      if (elsewhere.nonEmpty)
        throw Condition.SourceMoved.exception(
          s"Spark gave the source the folder $own, because it has another name() now. The page log is still in ${elsewhere
              .mkString(" or ")}.",
          s"Use the former name, or stop the query, delete the folder ${logAt(own)}, and move the page log to this place."
        )
    }
    def isElsewhere = place > LogPosition.Start && logWas.exists(_ != logPlace) // guard: I5.30
    def isInCheckpoint = pageLogLocation.isDefined && ownHoldsLog // guard: I5.31
    if (log.isBlank && (isElsewhere || isInCheckpoint))
      throw Condition.SourceMoved.exception(
        s"The page log of the query is in another folder, and ${logAt(own)} is empty: pageLogLocation or the location of the checkpoint has changed.",
        s"Change it back, or stop the query, delete the folder ${logAt(own)}, and move the page log to this place."
      )
  }

  /** Before a source starts from the beginning: fails if the query has read it before. Spark also asks for the beginning of a
    * batch that it has logged, so a source in the last batch may be new.
    */
  def requireNew(log: PageLog, identity: SourceIdentity): Unit = checkpoint.foreach { files =>
    lazy val known = files.newestByName()
    def left = known.contains(path.getName) && !files.namesInLastBatch(path.getName)
    if (log.wasRead || left)
      throw Condition.SourceMoved.exception(
        s"The query read the page log in ${logAt(own)} before, and the last batch of the checkpoint has no offset of this source.",
        "Use a new checkpoint to read everything again."
      )
    if (log.isBlank)
      known.find { case (name, offset) => offset.source == identity && !isOpen(name) }.foreach { case (name, _) =>
        throw Condition.SourceMoved.exception(
          s"The source ${path.getName} is new in this checkpoint, but the query has read the same url under the name $name.",
          s"""Use .name("$name") to continue, or a new checkpoint to read everything again."""
        )
      }
  }

  private def checkpoint: Option[CheckpointFiles] =
    sources.flatMap(s => Option(s.getParent)).flatMap(root => CheckpointFiles.ifAny(root.toString, conf))

  private def isOpen(name: String) = openedHere.get.contains(sibling(name))

  /** Names of other folders. With `pageLogLocation` Spark's folders do not exist, so the first numbers are always tried. */
  private def others: Seq[String] = {
    val listed = sources.toSeq.flatMap { folder =>
      val fs = folder.getFileSystem(conf)
      if (fs.exists(folder)) fs.listStatus(folder).toSeq.map(_.getPath.getName) else Nil
    }
    if (sources.isEmpty) Nil else (listed ++ (0 until 10).map(_.toString)).distinct.filter(_ != path.getName)
  }

  // The text of the path counts: it is hashed for pageLogLocation.
  private def sibling(name: String) = own.stripSuffix("/").stripSuffix(path.getName) + name
  private def logAt(folder: String) = pageLogLocation.fold(folder)(PageLogLocation.of(_, folder))

  /** With `pageLogLocation` the checkpoint may be in a store that cannot hold a page log. */
  private def ownHoldsLog =
    try holdsLog(own)
    catch { case e: RestException if e.error.condition == Condition.StoreUnsupported => false } // guard: I5.33
  private def holdsLog(location: String) = !LogView.of(LogStore.at(location, conf)).isBlank
}

private object SourceFolders {

  /** Of the sources that this thread has opened. A thread of Spark's runs one query, and opens all sources first. */
  val openedHere: ThreadLocal[Set[String]] = ThreadLocal.withInitial[Set[String]](() => Set.empty)
}
