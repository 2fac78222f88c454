// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.limits.ServerLimits
import io.github.sparkrest.progress.Progress

/** @param status of the response; 0: no response */
final case class PageFailure(error: RestError, status: Int = 0) {

  /** The API may no longer know the page token, cursor or job. Object stores answer with 403 when the URL of a file has expired. */
  def refusesPlace(state: Progress, config: RestConfig): Boolean =
    config.paging.expiredStatuses.contains(status) || status == 403 && state.job.exists(_.file.isDefined)

  /** The page token or the job is useless: keeping it would repeat the error forever. */
  def endsTraversal: Boolean = PageFailure.EndsTraversal(error.condition)

  /** The error, with a hint if the API refused a cursor. A 404 means more often that the URL is wrong. */
  def explained(state: Progress, config: RestConfig): RestError =
    if (state.job.isDefined) state.job.fold(error)(JobSteps.expired(_, error))
    else if (state.traversal.isEmpty && status != 404 && !config.offset.restartsExpired)
      RestError(
        Condition.CursorExpired,
        error.message,
        "Set onCursorExpired=restart to start again at initialOffset, or use a new checkpoint."
      )
    else error

  /** After a 503, `Retry-After` applies to this request only. After any other status it applies to the quota. */
  def waits(limit: ServerLimits): ServerLimits =
    if (status == 503) limit else limit.copy(waitMs = error.retryAfterMs.orElse(limit.waitMs))
}

private object PageFailure {
  private val EndsTraversal: Set[Condition] =
    Set(Condition.PagesEndEarly, Condition.PageRepeated, Condition.AddressRefused, Condition.JobFailed)
}
