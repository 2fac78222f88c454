// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

import io.github.sparkrest.options.OptType._

/** Rows of [[RestOptions]]: what the DataFrame looks like. */
private[options] trait ShapeTable {
  private val Shape = Section("What the DataFrame looks like")

  val InferSchema: Opt[Boolean] = Opt(
    "inferSchema",
    Flag,
    Shape,
    default = Some("true"),
    doc = "`true`: a column `output STRUCT<…>` inferred from one response. `false`: `output STRING`, the record's own JSON text. A schema of your own wins over both."
  )
}
