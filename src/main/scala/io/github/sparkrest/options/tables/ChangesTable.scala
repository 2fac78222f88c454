// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._

/** Rows of [[RestOptions]]: changes with their kind, and deletes. */
private[sparkrest] trait ChangesTable {
  private val Changes = Section("Changes and deletes")

  val ReadChanges: Opt[Boolean] = Opt(
    "readChanges",
    Flag,
    Changes,
    default = Some("false"),
    doc = "Whether a stream names the change that each row stands for. It adds the metadata columns `_change_type` (`insert`, `update_postimage`, `delete`), `_commit_version` and `_commit_timestamp`, and a batch never ends inside a commit. With `offsetType=snapshot`, which then needs `recordKey`, a record that disappeared is delivered as `delete`. Needs Spark 4. Once a checkpoint has it, it stays on."
  )
  val DeletedAfter: Opt[Long] = Opt(
    "deletedAfter",
    Whole(1, 1000),
    Changes,
    doc = "Number of complete traversals in a row that lack a record before it counts as deleted, with `offsetType=snapshot` and `readChanges=true`. Default: `2` with `pagination=page` or `offset`, because a record can move to a page that was already read; otherwise `1`."
  )
  val DeletedWhen: Opt[String] = Opt(
    "deletedWhen",
    NonEmpty,
    Changes,
    doc = "Condition for a record that the API marks as deleted, with `readChanges=true`. Write `path=value`, e.g. `deleted=true`. A path alone, e.g. `\"@removed\"`, means that its value exists and is not null."
  )

  /** All options about changes, in the order of the docs. */
  val changes: Seq[Opt[_]] = Seq(ReadChanges, DeletedAfter, DeletedWhen)
}
