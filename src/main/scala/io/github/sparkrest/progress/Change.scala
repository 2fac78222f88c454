// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

/** The change that a delivered record stands for, with `readChanges`.
  *
  * @param text in `_change_type`
  * @param mark in front of the record in a page file
  */
sealed abstract class Change(val text: String, val mark: Byte) extends Product with Serializable

object Change {
  case object Insert extends Change("insert", '+')

  /** The record as it is after the update. */
  case object Update extends Change("update_postimage", '~')
  case object Delete extends Change("delete", '-')

  val all: Seq[Change] = Seq(Insert, Update, Delete)

  def of(mark: Byte): Option[Change] = all.find(_.mark == mark)
}
