// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.config.jobs.JobConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.http.auth.KnownSecrets
import io.github.sparkrest.request.{InputRow, JobTemplate, NextUrl, PageToken, RequestTemplate, RequestValues}

/** The requests of one endpoint, from planned values.
  *
  * @param row of the endpoint, with an input
  */
final private[poll] class PollRequests(config: RestConfig, row: InputRow, secrets: => KnownSecrets) {
  private val template = new RequestTemplate(config)

  def apply(values: RequestValues): Either[RestError, HttpRequest] = template.render(opened(values)).map(completed)

  /** The requests about a job. */
  def jobs(job: JobConfig): JobTemplate = new JobTemplate(config, job, template)

  /** Restores the secrets that were removed from a stored cursor. For a URL this waits until its origin is known. */
  def opened(values: RequestValues): RequestValues = values.copy(
    input = row,
    offset = if (config.followsLinks) values.offset else secrets.open(values.offset),
    page = values.page.map {
      case PageToken.Cursor(text) => PageToken.Cursor(secrets.open(text))
      case other                  => other
    },
    job = values.job.map(secrets.open)
  )

  /** Restores the secrets of a stored URL, which may be sent only to the origin of `url`. */
  def completed(request: HttpRequest): HttpRequest = {
    val url = secrets.open(request.url)
    if (!request.trusted || url == request.url) request else request.copy(url = NextUrl.encoded(url)) // guard: I6.3
  }
}
