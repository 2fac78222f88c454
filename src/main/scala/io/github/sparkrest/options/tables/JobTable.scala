// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._

/** Rows of [[RestOptions]]: jobs that the API runs before it has records. */
private[sparkrest] trait JobTable extends OptionTable {
  private val job = new Section("Jobs")

  val JobDoneWhen: Opt[Seq[String]] = job("jobDoneWhen", Paths) means
    "Conditions for a job that is done, e.g. `state=JobComplete`, as for `errorWhen`; one is enough. The option turns jobs on: each poll creates a job by a `POST`, requests its status until it is done, and then reads its records. `url` contains `{job}`, or `jobResultField` names the URL of the file. `emptyWhen` may name a status that means that the job found no record."
  val JobFailedWhen: Opt[Seq[String]] = job("jobFailedWhen", Paths) means
    "Conditions for a job that failed, e.g. `state=Failed,state=Aborted`; one is enough. Then a new job is created, as often as `maxRetries` allows. Any other status means that the job is running."
  val JobUrl: Opt[String] = job("jobUrl", NonEmpty) means
    "URL of the `POST` that creates a job, with the placeholders of `url`. It has the origin of `url`. Default: `url`."
  val JobBody: Opt[String] = job("jobBody", TemplateText, secret = true) means
    "Template of the body that creates a job, with the rules of `body`. Without `{offset}`, `{windowStart}` or another placeholder of the offset, each job has the same records."
  val JobIdField: Opt[String] = job("jobIdField", NonEmpty, default = Some("id")) means
    "Place of the id in the response that creates a job: a path, or `header:<Name>`. The id replaces `{job}`. If it is a URL, as in `header:Location`, that URL returns the status."
  val JobStatusUrl: Opt[String] = job("jobStatusUrl", NonEmpty) means
    "URL of the status of a job, with `{job}`. Default: the path of `jobUrl` and `/{job}`; with `jobStatusBody` the same as `jobUrl`."
  val JobStatusBody: Opt[String] = job("jobStatusBody", TemplateText, secret = true) means
    "Template of the body of status requests, with `{job}`. They are a `POST` then, as GraphQL needs, and otherwise a `GET`."
  val JobResultField: Opt[String] = job("jobResultField", NonEmpty) means
    "Path of the URL of the file with the records, in the status of a job that is done. Null means that the job found no record. The URL is requested once, by a `GET`. On another host it needs `allowedHosts`, and gets no credentials."
  val JobResultUrl: Opt[String] = job("jobResultUrl", NonEmpty) means
    "URL of one more request, whose response contains `jobResultField`. Placeholders are `{job}` and the paths of fields of the status, e.g. `https://api.example.com/documents/{reportDocumentId}`."
  val JobPollInterval: Opt[Long] = job("jobPollInterval", Duration(1), default = Some("10")) means
    "Seconds between two status requests. No task waits in between."
  val JobTimeout: Opt[Long] = job("jobTimeout", Duration(1), default = Some("1d")) means
    "Seconds from the creation of a job until it must be done. Later the job counts as failed. The connector does not cancel it at the API."

  val jobs: Seq[Opt[_]] = job.options
}
