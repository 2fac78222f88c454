// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.config.jobs.JobConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.HttpRequest

/** Makes the requests that create a job and follow it. Their headers are those of any request; `params` belong to `url`.
  *
  * Credentials and bodies go to the origin of `url` alone, whoever named the URL.
  */
final class JobTemplate(config: RestConfig, job: JobConfig, requests: RequestTemplate) {
  private val creationUrl = new UrlTemplate(config, job.url, Nil)
  private val statusUrl = job.statusUrl.map(new UrlTemplate(config, _, Nil))
  private val resultUrl = job.resultUrl.map(new UrlTemplate(config, _, Nil))
  private val creationBody = job.body.map(new BodyTemplate(_, config))
  private val statusBody = job.statusBody.map(new BodyTemplate(_, config))

  def creation(values: RequestValues): Either[RestError, HttpRequest] = {
    val value = requests.valueOf(values) _
    creationUrl.checked(value, Nil).flatMap { url =>
      requests.linked("POST", url, values, creationBody.map(_.render(value, values.input)))
    }
  }

  /** @param id as it is stored: it may be the URL of the status */
  def status(id: String, values: RequestValues): Either[RestError, HttpRequest] = {
    val value = requests.valueOf(values) _
    val body = statusBody.map(_.render(value, values.input))
    statusUrl
      .filterNot(_ => JobTemplate.isUrl(id))
      .fold[Either[RestError, String]](Right(id))(_.checked(value, Nil))
      .flatMap { url =>
        requests.linked(if (body.isEmpty) "GET" else "POST", url, values, body)
      }
  }

  /** The URL of the request after the last status; `None`: there is none.
    *
    * @param field text of a field of the status
    */
  def resultUrl(values: RequestValues, field: String => Option[String]): Option[Either[RestError, String]] =
    resultUrl.map(_.checked(n => field(n).getOrElse(requests.valueOf(values)(n)), Nil))

  def result(url: String, values: RequestValues): Either[RestError, HttpRequest] =
    requests.linked("GET", url, values, None)
}

object JobTemplate {
  def isUrl(id: String): Boolean = id.startsWith("https://") || id.startsWith("http://")
}
