// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config.checks

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.options.RestOptions

/** `backfillFrom`, together with other options. */
private[sparkrest] object BackfillChecks {
  def apply(config: RestConfig): Seq[String] = if (!config.options.has(RestOptions.BackfillFrom)) Nil
  else {
    val o = config.offset
    Seq(
      !o.kind.movesWithTime ->
        s"backfillFrom: needs offsetType=window, whose requests have a beginning and an end; offsetType is ${o.kind}",
      (o.kind.movesWithTime && o.windowStepMs.isEmpty) ->
        "windowStep: is required by backfillFrom, as the length of a slice, and was not given",
      (!o.exclusive && !config.options.has(RestOptions.OffsetField)) ->
        "offsetField: is required by backfillFrom and was not given. Name the time of a record by which the API selects, or set boundary=exclusive if no record is in two slices",
      (config.job.isDefined) -> "backfillFrom: is not possible with jobDoneWhen; use a second stream for the older records"
    ).collect { case (true, text) => text }
  }
}
