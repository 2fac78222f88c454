// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config.jobs

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.tables.Opt
import io.github.sparkrest.options.values.{BodyCondition, FieldPath, Template, ValueSource}
import io.github.sparkrest.options.{OptionReader, RestOptions}

/** The job that a poll creates and waits for, before it reads records (`jobDoneWhen`).
  *
  * @param id place of the job's id in the response that creates it
  * @param statusUrl `None`: the id is the URL
  * @param done one of them holds in the status of a job that is done
  * @param resultUrl a further request after the last status, whose response has `resultField`
  * @param resultField path of the URL of the file with the records
  */
final case class JobConfig(
    url: String,
    body: Option[String],
    id: ValueSource,
    statusUrl: Option[String],
    statusBody: Option[String],
    done: Seq[BodyCondition],
    failed: Seq[BodyCondition],
    resultUrl: Option[String],
    resultField: Option[FieldPath],
    pollIntervalMs: Long,
    timeoutMs: Long
) {

  /** URLs whose placeholders are those of any request, by option. */
  def urls: Seq[(String, String)] = Seq("jobUrl" -> url) ++ statusUrl.map("jobStatusUrl" -> _)

  /** All URLs, by option. */
  def allUrls: Seq[(String, String)] = urls ++ resultUrl.map("jobResultUrl" -> _)

  def bodies: Seq[String] = (body ++ statusBody).toSeq
}

object JobConfig {

  /** The placeholder of the id. */
  val Placeholder: String = "job"

  /** Options whose text may contain placeholders: URLs and bodies. */
  private[sparkrest] val UrlOptions: Seq[Opt[String]] =
    Seq(RestOptions.JobUrl, RestOptions.JobStatusUrl, RestOptions.JobResultUrl)
  private[sparkrest] val BodyOptions: Seq[Opt[String]] = Seq(RestOptions.JobBody, RestOptions.JobStatusBody)

  private[sparkrest] def read(read: OptionReader, url: String): Option[JobConfig] = {
    import RestOptions._
    val creates = read.opt(JobUrl).getOrElse(url)
    val status = read.opt(JobStatusUrl)
    val idText = read(JobIdField)
    val idIsUrl = idText.trim.equalsIgnoreCase("header:Location")
    val config = JobConfig(
      url = creates,
      body = read.opt(JobBody),
      id = read.parsed(JobIdField)(ValueSource.parse).getOrElse(ValueSource.InBody(FieldPath(List("id")))),
      statusUrl = status.orElse(
        if (read.isGiven(JobStatusBody)) Some(creates) else if (idIsUrl) None else Some(below(creates))
      ),
      statusBody = read.opt(JobStatusBody),
      done = conditions(read, JobDoneWhen),
      failed = conditions(read, JobFailedWhen),
      resultUrl = read.opt(JobResultUrl),
      resultField = read.parsed(JobResultField)(FieldPath.parse),
      pollIntervalMs = read(JobPollInterval),
      timeoutMs = read(JobTimeout)
    )
    if (read.isGiven(JobDoneWhen)) Some(config)
    else {
      read.refuse(jobs, "needs jobDoneWhen")
      None
    }
  }

  private def below(url: String): String = s"${Template.beforeQuery(url).stripSuffix("/")}/{$Placeholder}"

  private def conditions(read: OptionReader, o: Opt[Seq[String]]): Seq[BodyCondition] =
    read.opt(o).getOrElse(Nil).flatMap { text =>
      val condition = BodyCondition.parse(text)
      if (condition.isEmpty) read.problem(s"""${o.name}: "$text" is not a condition; allowed: path=value, or a path""")
      condition
    }

  /** Schema inference and previews read one response, and a job needs several. */
  def nothingToInfer: RestError = Condition.NothingToInfer(
    "jobDoneWhen is set, and the records of a job are known only when it is done, so no schema is inferred.",
    "Give a schema by .schema(...), or set inferSchema=false for the records' own JSON text."
  )
}
