// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.mirror

import io.github.sparkrest.config.ChangesConfig
import io.github.sparkrest.progress.strategies.OffsetField

/** `deletedWhen`: whether the API marks a record as deleted. For one thread. */
final private[sparkrest] class DeletionMark(changes: ChangesConfig) {
  private val wanted = changes.deletedWhen.map(c => (OffsetField.of(c.path), c.value))

  def isOn(buf: Array[Byte], from: Int, to: Int): Boolean = wanted match {
    case None                 => false
    case Some((field, value)) =>
      val found = field.token(buf, from, to)
      value.fold(found.isDefined)(found.contains) // guard: I8.4
  }
}
