// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

import io.github.sparkrest.error.RestError
import io.github.sparkrest.progress.Change
import io.github.sparkrest.progress.strategies.Novelty

/** Which records of a page are new, and what to remember of the page. Used once. */
private[sparkrest] trait PageRecords {

  /** Whether the record is new. Call it after `reading.see`. */
  def isNew(buf: Array[Byte], from: Int, to: Int, novelty: Novelty): Boolean

  /** The change that the last new record stands for; `None` without `readChanges`. */
  def change(buf: Array[Byte], from: Int, to: Int): Option[Change]

  /** The lowest rank of the traversal so far. */
  def lowest: Option[Long]

  /** Records of this traversal, this page included. */
  def seen: SeenRecords

  /** Entries of the mirror that this traversal had, this page included. */
  def marks: Option[Marks.InTask] = None

  /** Differs from that of another page of the traversal, unless both have the same records. Only for pages. */
  def pageSignature(records: Long): String

  /** The page cannot count. */
  def problem: Option[RestError] = None
  def warning: Option[String] = None
}
