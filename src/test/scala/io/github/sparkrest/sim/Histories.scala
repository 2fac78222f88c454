// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

/** Histories that once went wrong, the shortest that were found, with what was wrong. */
object Histories {
  val all: Seq[(String, String)] = Seq(
    "an empty page with a new cursor wiped the memory of what came under the cursor before" ->
      "cap=2 gap=3 kind=log rows=1 | 1:update"
  )
}
