// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config.checks

import io.github.sparkrest.config.jobs.JobConfig
import io.github.sparkrest.config.{AckConfig, RestConfig}
import io.github.sparkrest.options.RestOptions
import io.github.sparkrest.options.values.{FieldPath, HttpMethod, Origin, Template}

/** Checks of `offsetType=queue` and its acknowledgement. */
private[checks] object QueueChecks {
  def apply(config: RestConfig): Seq[String] = config.offset.ack.toList.filter(_.url.nonEmpty).flatMap { ack =>
    val fields = ack.fields(config.inputColumns)
    val o = config.offset
    Seq(
      o.recordKey.isEmpty -> "recordKey: is required by offsetType=queue and was not given",
      !o.recordKey.forall(_.isPlain) -> "recordKey: offsetType=queue needs paths of names only, e.g. message.id",
      config.paging.isPaged -> s"pagination: offsetType=queue reads one response after the other, and pagination is ${config.paging.kind}",
      o.latest -> "initialOffset: offsetType=queue has no offset, so latest is not possible",
      fields.isEmpty -> "ackUrl: neither ackUrl nor ackBody has a placeholder for a field of the record, e.g. {ackId}",
      (ack.body.isDefined && ack.template.isEmpty) -> "ackBody: is not valid JSON when values replace its placeholders",
      (ack.body.isDefined && ack.method == HttpMethod.Get) -> "ackMethod: ackBody needs another method than GET"
    ).collect { case (true, text) => text } ++ paths(fields) ++ wholeNames(ack)
  }

  private def paths(fields: Seq[String]): Seq[String] = fields
    .filterNot(FieldPath.parse(_).exists(p => p.isPlain && !p.isRoot))
    .map(name => s"ackUrl, ackBody: {$name} is not a path of names, e.g. {message.id}")

  /** A record without a value cannot be acknowledged, so nothing can be left out. */
  private def wholeNames(ack: AckConfig): Seq[String] = {
    val optional = Template.parse(ack.url).isOptional ||
      ack.body.exists(Template.parse(_, AckConfig.isPlaceholder).isOptional)
    if (optional) Seq("ackUrl, ackBody: {name?} is not possible here; a record has all values of its acknowledgement")
    else Nil
  }
}

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
    problems ++ job.allUrls.collect {
      case (option, url) if Origin.differ(url, config.url) =>
        s"$option: has another origin than url, and credentials go only to the origin of url"
    }
  }
}
