// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config.checks

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.config.jobs.JobConfig
import io.github.sparkrest.options.values.{HttpMethod, Origin, Template}

/** The options of jobs, together with others. */
private[sparkrest] object JobChecks {
  def apply(config: RestConfig): Seq[String] = config.job.toSeq.flatMap(checked(config, _))

  private def checked(config: RestConfig, job: JobConfig): Seq[String] = {
    val hole = s"{${JobConfig.Placeholder}}"
    def names(text: String) = Template.parse(text).names.contains(JobConfig.Placeholder)
    val inPlaces = (config.url +: (config.params ++ config.headers).map(_._2)).exists(names) ||
      config.body.exists(_.contains(hole))
    val toFile = job.resultField.isDefined
    val problems = Seq(
      (!inPlaces && !toFile) ->
        s"url: needs $hole, so that it returns the records of the job; or set jobResultField",
      (toFile && config.paging.isPaged) ->
        s"pagination: ${config.paging.kind} is not possible with jobResultField: the file is one response",
      (toFile && (config.body.isDefined || config.method != HttpMethod.Get)) ->
        "body, method: the URL at jobResultField is requested by a GET; jobBody is the body that creates the job",
      (job.resultUrl.isDefined && !toFile) -> "jobResultField: is required by jobResultUrl and was not given",
      names(
        job.url
      ) -> s"jobUrl: cannot contain $hole, because the job does not exist yet; set jobUrl if url contains it",
      job.body.exists(_.contains(hole)) -> s"jobBody: cannot contain $hole, because the job does not exist yet",
      (config.initialUrl.isDefined || config.initialBody.isDefined) ->
        "initialUrl, initialBody: are not possible with jobDoneWhen; the job is created with initialOffset",
      config.offset.kind.isToken ->
        "offsetType: cursor is not possible with jobDoneWhen: the offset would be a place in one job; use another offsetType",
      config.offset.isQueue -> "offsetType: queue is not possible with jobDoneWhen: a queue has no job to wait for",
      (config.input.isDefined && !config.streaming) ->
        "jobDoneWhen: is not possible in a batch read with an input: each row is one call; use a stream"
    ).collect { case (true, text) => text }
    problems ++ elsewhere(config, job.urls ++ job.resultUrl.map("jobResultUrl" -> _))
  }

  private def elsewhere(config: RestConfig, urls: Seq[(String, String)]): Seq[String] = {
    def isElsewhere(url: String) = !Origin.isTemplated(url) && !Origin.isTemplated(config.url) &&
      Origin.of(filled(url)) != Origin.of(filled(config.url))
    urls.collect {
      case (option, url) if isElsewhere(url) =>
        s"$option: has another origin than url, and credentials go only to the origin of url"
    }
  }

  private def filled(text: String): String = Template.parse(text).render(_ => "0", identity)
}
