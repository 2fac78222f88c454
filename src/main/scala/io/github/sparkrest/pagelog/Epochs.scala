// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.util.UUID

import scala.annotation.tailrec

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.pagelog.format.PageFile
import io.github.sparkrest.pagelog.store.LogStore

/** Which run of a query owns its page log: the run that claimed the newest epoch, by a file that can be made only once. */
private[sparkrest] object Epochs {
  val Folder = "epochs"

  /** 0 if no epoch was ever claimed. */
  def newest(store: LogStore): Long = (0L +: all(store)).max

  /** Whether this run is the newest one. It looks for two names and lists nothing, because it is called for every poll and batch.
    *
    * A run deletes the files of older runs, the oldest first. So if the next run's file is gone again, this run's file went before
    * it: the next run's file is looked for first.
    */
  def isNewest(store: LogStore, epoch: Long): Boolean =
    !store.exists(path(epoch + 1)) && store.exists(path(epoch)) // guard: I1.21

  /** Throws if the store gives a name twice: some stores that speak the protocol of S3 ignore conditions. */
  @tailrec def claim(store: LogStore): Long = {
    val epoch = newest(store) + 1
    if (!claims(store, epoch)) claim(store)
    else if (claims(store, epoch)) throw givenTwice(store.location).toException // guard: I1.25
    else epoch
  }

  /** The file has a content that no other run writes: see [[LogStore.writeIfAbsent]]. */
  private def claims(store: LogStore, epoch: Long) =
    store.writeIfAbsent(path(epoch), s"$epoch ${UUID.randomUUID()}".getBytes("UTF-8"))

  /** Throws if there is a newer run than `epoch`. */
  def mustBeNewest(store: LogStore, epoch: Long): Unit = if (!isNewest(store, epoch)) {
    val newestEpoch = newest(store)
    // Somebody deleted this run's file, and no newer run exists.
    if (newestEpoch > epoch) throw newerRun(store.location, newestEpoch, epoch).toException
  }

  /** Throws if the driver does not see a file as an executor wrote it. */
  def mustBeShared(store: LogStore, epoch: Long, file: PolledFile): Unit =
    if (!store.length(PageFile.path(file.name)).contains(file.bytes)) {
      // A newer run that started since the last check has swept it.
      mustBeNewest(store, epoch) // guard: I1.18
      throw notShared(store.location, "an executor wrote a page file that the driver does not see").toException
    }

  /** The oldest first: [[isNewest]] depends on it. */
  def deleteBefore(store: LogStore, epoch: Long): Unit =
    all(store).filter(_ < epoch).sorted.foreach(n => store.delete(path(n))) // guard: I1.23

  /** Why an executor must not poll for a run, if there is a reason. */
  def obstacle(store: LogStore, epoch: Long): Option[RestError] =
    if (isNewest(store, epoch)) None
    else
      newest(store) match {
        case newestEpoch if newestEpoch > epoch => Some(newerRun(store.location, newestEpoch, epoch))
        case newestEpoch if newestEpoch < epoch =>
          Some(notShared(store.location, "the driver made a file there that an executor does not see"))
        case _ => None
      }

  def newerRun(location: String, newest: Long, epoch: Long): RestError = Condition.NewerRun(
    s"Run $newest of this query took over the page log in $location; this is run $epoch.",
    "Let one query run on a checkpoint at a time."
  )

  def notShared(location: String, what: String): RestError = Condition.LogNotShared(
    s"The page log in $location is not on storage that driver and executors share: $what.",
    "Put checkpointLocation on storage that all machines see, or set pageLogLocation to such a folder."
  )

  private def givenTwice(location: String): RestError = Condition.StoreUnsupported(
    s"The store of $location replaced a file that had to be created only if it is absent, so two runs of the query would not notice each other.",
    "Set pageLogLocation to a folder on Amazon S3, Google Cloud Storage, HDFS or a disk that all machines mount."
  )

  private def all(store: LogStore): Seq[Long] = store.list(Folder).filter(_.matches("\\d{10}")).map(_.toLong)
  private def path(epoch: Long): String = f"$Folder/$epoch%010d"
}
