// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import io.github.sparkrest.pagelog.format.LastPoll
import io.github.sparkrest.progress.Progress

/** Where the progress of an endpoint is stored, and which copy a run continues from. The first line that has the endpoint wins:
  *
  * | home                   | written                            | holds                                                                 | is used                                                                      |
  * |:-----------------------|:-----------------------------------|:----------------------------------------------------------------------|:-----------------------------------------------------------------------------|
  * | `last-poll.json`       | before a poll, and when a run ends | states that moved without a record, and the state of an only endpoint | if it belongs to this log, and no manifest after it names the endpoint       |
  * | `manifests/<seq>.json` | with each page file, never changed | states of the endpoints in the file                                   | the newest manifest that names the endpoint                                  |
  * | Spark's offset         | with each batch                    | API offsets of at most 100 endpoints                                  | if no manifest is at or after `start`, and the newest one has another offset |
  * | `states/<seq>.json`    | before manifests are purged        | states of all endpoints                                               | for endpoints that no remaining manifest names                               |
  *
  * `start` is the place in the log that Spark's offset names. Spark's offset is second to the manifests because it is older: it
  * has the API offset before the page where the batch was cut, without the records seen. So continuing from it loses nothing,
  * but may repeat that page (I5).
  *
  * @param states of all endpoints that were ever polled
  * @param unlogged keys of the states that no manifest has: those from `last-poll.json`, and from Spark's offset if the log is
  *   lost. They go into the next manifest, also the states of endpoints that this run does not have
  * @param isNoteUsed `last-poll.json` belongs to this log
  */
final private[sparkrest] case class ProgressSources(
    states: Map[String, Progress],
    unlogged: Set[String],
    isNoteUsed: Boolean
)

private[sparkrest] object ProgressSources {

  /** @param offsets in Spark's offset, by endpoint */
  def of(
      index: ManifestIndex,
      note: Option[LastPoll],
      start: LogPosition,
      offsets: Map[String, Option[String]]
  ): ProgressSources = {
    val usedNote = note.filter(_.isOf(index, start))
    val noted = usedNote.fold(Map.empty[String, Progress])(_.since(index))
    val isLost = !index.newest.exists(_.seq >= start.seq)
    // A state that an earlier manifest has, with the same offset, also knows what was delivered. Without an offset it may be an
    // older snapshot, and records that came back since would not come again.
    val logged = if (isLost) index.states.filter(_._2.offset.isDefined) else index.states // guard: I5.11
    val ofSpark = offsets.collect {
      case (key, offset) if isLost && !logged.get(key).exists(_.offset == offset) => key -> Progress(offset) // guard: I5.10
    }
    val moved = ofSpark.collect { case (key, state) if state.offset.isDefined => key } // guard: I5.4
    ProgressSources(logged ++ ofSpark ++ noted, noted.keySet ++ moved, usedNote.isDefined)
  }
}
