// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import io.github.sparkrest.options.values.BodyCondition
import io.github.sparkrest.options.{OptionReader, RestOptions, tables}

/** `readChanges=true`: each row says which change it stands for.
  *
  * @param mirrors the stream knows each record by its key, so it notices updates and deletes: `snapshot`
  * @param deletedAfter number of complete traversals in a row that lack a record before it counts as deleted
  * @param deletedWhen the mark of a record that the API deleted
  */
final case class ChangesConfig(mirrors: Boolean, deletedAfter: Int, deletedWhen: Option[BodyCondition])

object ChangesConfig {
  private[sparkrest] def read(read: OptionReader): Option[ChangesConfig] = {
    import RestOptions._
    // Numbered pages hide a record that moves to a page that was already read.
    val usual = if (read.opt(Pagination).exists(_.isNumbered)) 2 else 1
    val changes = ChangesConfig(
      mirrors = read(OffsetType) == tables.OffsetType.Snapshot,
      deletedAfter = read.opt(DeletedAfter).fold(usual)(_.toInt),
      deletedWhen = read.parsed(DeletedWhen)(BodyCondition.parse)
    )
    if (read(ReadChanges)) Some(changes)
    else {
      for (name <- Seq(DeletedAfter, DeletedWhen).filter(read.isGiven).map(_.name))
        read.problem(s"$name: needs readChanges=true")
      None
    }
  }
}
