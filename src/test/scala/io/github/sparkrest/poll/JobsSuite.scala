// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.Condition
import io.github.sparkrest.progress.JobPhase
import io.github.sparkrest.schedule.PolledApi
import io.github.sparkrest.schedule.PolledApi.Answer
import io.github.sparkrest.sim.SimApi
import org.scalatest.funsuite.AnyFunSuite

/** Polls that create a job, wait for it and read its records, against a simulated API and without a network. */
class JobsSuite extends AnyFunSuite {
  private val hour = 3600 * 1000L

  private class Run(without: Set[String], more: (String, String)*) {
    def this(more: (String, String)*) = this(Set.empty[String], more: _*)
    val server = new JobApi
    val options: Seq[(String, String)] = JobApi.options("http://h").filterNot(o => without(o._1)) ++ more
    val api = new PolledApi(options: _*)(r => server.answer(r.method, r.url, r.body))
    def now: Long = api.now.toEpochMilli
    def condition: Option[Condition] = api.outcome.error.map(_.condition)
    def text: String = api.outcome.error.fold("")(_.text)

    /** Tasks until a poll is over, with the records of each. */
    def tasks(): List[List[String]] = {
      val kept = api.once()
      api.outcome.waitMs.foreach(ms => api.now = api.now.plusMillis(ms))
      if (api.outcome.error.isEmpty && (api.outcome.waitMs.isDefined || api.state.job.isDefined)) kept :: tasks()
      else List(kept)
    }
    def records(ids: Int*): List[String] = server.records.filter(r => ids.contains(r._1)).map(JobApi.shown).toList
  }

  test("a poll creates a job, waits outside of tasks, and reads all pages of the same job") {
    val run = new Run("streamingInterval" -> "60")
    run.server.records = Vector(1 -> 1000L, 2 -> 2000L, 3 -> 3000L)
    assert(run.tasks() == List(Nil, Nil, run.records(1, 2, 3)), "creation; a status; the last status and the pages")
    assert(
      run.api.asked.map(r => r.method -> r.url).toList == List(
        "POST" -> "http://h/jobs",
        "GET" -> "http://h/jobs/job-1",
        "GET" -> "http://h/jobs/job-1",
        "GET" -> "http://h/jobs/job-1/results",
        "GET" -> "http://h/jobs/job-1/results?locator=2"
      )
    )
    assert(run.api.state.job.isEmpty && run.api.state.traversal.isEmpty)
    assert(run.api.asked.head.headers.contains("Content-Type" -> "application/json"))
    assert(run.api.asked.last.headers.forall(_._1 != "Content-Type"))
  }

  test("the job is in the state of the task that created it, and the state needs format version 3") {
    val run = new Run()
    assert(run.api.once().isEmpty)
    val job = run.api.state.job.getOrElse(fail("no job"))
    assert(job.id == "job-1" && job.phase == JobPhase.Running && job.createdMs == run.now && run.api.state.version == 3)
    assert(run.api.outcome.waitMs.contains(10000L) && run.api.outcome.more && run.api.outcome.requests == 1)
  }

  test("the offset moves by the time range of the creation, however long the job takes") {
    val run = new Run("url" -> "http://h/jobs/{job}/results?until={windowEnd}")
    val began = run.now
    run.server.records = Vector(1 -> (began - hour))
    run.server.running = 0
    run.api.once()
    run.api.now = run.api.now.plusMillis(2 * hour)
    run.server.records :+= 2 -> (began + hour)
    assert(run.tasks().flatten == run.records(1))
    assert(run.api.urls.last.endsWith(s"until=${began - 10000}"), "the request for the records names it too")
    assert(run.api.state.offset.contains((began - 10000).toString), "the end of the range that the job had")
    assert(run.tasks().flatten == run.records(2))
    assert(
      run.server.jobs.map(j => j.from -> j.to) == Vector(
        0L -> (began - 10000),
        (began - 10000) -> (began + 2 * hour - 10000)
      )
    )
  }

  test("lag counts back from the creation of the job, not from its download") {
    val run = new Run("offsetType" -> "max_field", "jobBody" -> """{"from":{at}}""")
    run.server.records = Vector(1 -> (run.now - hour), 2 -> (run.now - 1000))
    run.server.running = 0
    run.api.once()
    // As an earlier version stored it.
    run.api.state = run.api.state.copy(job = run.api.state.job.map(_.copy(horizonMs = None)))
    run.api.now = run.api.now.plusMillis(2 * hour)
    assert(run.tasks().flatten == run.records(1), "another record of the last seconds may be missing in the job")
    assert(run.tasks().flatten == run.records(2) && run.server.jobs.length == 2)
  }

  test("the executor that reads a job may have another clock than the one that created it") {
    val server = new JobApi
    var ahead = 60000L
    var now = () => 0L
    val options = JobApi.options("http://h") ++ Seq("offsetType" -> "max_field", "jobBody" -> """{"from":{at}}""")
    val api = new PolledApi(options: _*)(r => {
      val answer = server.answer(r.method, r.url, r.body)
      answer.copy(headers = answer.headers :+ ("Date" -> SimApi.httpDate(now() - ahead)))
    })
    now = () => api.now.toEpochMilli
    server.records = Vector(1 -> (now() - ahead - hour), 2 -> (now() - ahead - 5000))
    server.running = 0
    api.once()
    ahead = 0
    api.now = api.now.plusMillis(2 * hour)
    val kept = api.once()
    assert(kept == List(JobApi.shown(server.records.head)), "lag counts back from the creation by the API's clock")
  }

  test("with initialOffset=latest a job that takes long has the records since its creation began") {
    val run = new Run(
      "offsetType" -> "max_field",
      "offsetFormat" -> "epoch_ms",
      "initialOffset" -> "latest",
      "jobBody" -> """{"from":{at}}"""
    )
    run.server.records = Vector(1 -> (run.now - hour), 2 -> (run.now - 11000))
    run.server.running = 0
    run.api.once()
    run.api.now = run.api.now.plusMillis(2 * hour)
    run.server.records :+= 3 -> (run.now - hour)
    val kept = run.tasks().flatten ++ run.tasks().flatten
    assert(kept == run.records(3) && run.server.jobs.length == 2)
  }

  test("a job that failed is an error with its id and the API's text, and the next poll creates another job") {
    val run = new Run("maxRetries" -> "0")
    run.server.records = Vector(1 -> 1000L)
    run.server.ending = n => if (n == 1) "Aborted" else "JobComplete"
    assert(run.tasks().flatten.isEmpty)
    assert(
      run.condition.contains(Condition.JobFailed) && run.text.contains("job-1") && run.text.contains("out of luck"),
      run.text
    )
    assert(run.api.state.job.isEmpty && run.api.state.offset.isEmpty)
    assert(run.tasks().flatten == run.records(1) && run.server.jobs.length == 2)
  }

  test("a job that is not done within jobTimeout counts as failed") {
    val run = new Run("jobTimeout" -> "1m", "jobPollInterval" -> "25s")
    run.server.running = 100
    run.tasks()
    assert(
      run.condition.contains(Condition.JobFailed) && run.text.contains("jobTimeout") && run.text.contains("InProgress"),
      run.text
    )
    assert(run.server.jobs.length == 1 && run.api.asked.length == 4, "creation, and the status after 25, 50 and 75 s")
  }

  /** Its job is done, and the next task reads the first of three pages. */
  private def readingPages(): Run = {
    val run = new Run("maxPagesPerPoll" -> "1")
    run.server.records = (1 to 5).map(n => n -> n * 1000L).toVector
    run.server.running = 0
    run.api.once() // the creation
    run.api.once() // the status
    run
  }

  test("a traversal that began without jobs begins again with a job") {
    val run = readingPages()
    assert(run.api.once() == run.records(1, 2) && run.api.state.traversal.isDefined)
    run.api.state = run.api.state.copy(job = None)
    assert(run.tasks().flatten == run.records(3, 4, 5))
    assert(run.api.urls.contains("http://h/jobs/job-2/results"), "its first page, too")
  }

  test("a job that expires while it is read is replaced, and its records do not come again") {
    val run = readingPages()
    assert(run.api.once() == run.records(1, 2) && run.api.state.traversal.isDefined && run.api.state.job.isDefined)
    run.server.refused = path => if (path.startsWith("/jobs/job-1")) Some(410) else None
    assert(run.api.poll().isEmpty && run.server.jobs.length == 1)
    assert(
      run.condition.contains(Condition.JobFailed) && run.text.contains("job-1"),
      "a refusal counts when it came twice"
    )
    assert(run.api.state.job.isEmpty && run.api.state.traversal.isEmpty && run.api.state.offset.isEmpty)
    run.server.records :+= 6 -> 6000L
    assert(run.tasks().flatten == run.records(3, 4, 5, 6) && run.server.jobs.length == 2)
  }

  /** The API answers the page after the last page with 404, and every request about a job that it purged. */
  private val missing = "emptyStatusCodes" -> "204,304,404"
  private val ofPages = Set("pagination", "nextField", "pageParam")

  private def isReplaced(run: Run): Boolean = run.condition.contains(Condition.JobFailed) &&
    run.text.contains("job-1") && run.text.contains("expiredStatusCodes") && run.api.state.job.isEmpty

  test("a job that is gone after a restart is not the end of its numbered pages, though 404 counts as empty") {
    val run = new Run(ofPages, "pagination" -> "offset", "pageParam" -> "locator", "maxPagesPerPoll" -> "1", missing)
    run.server.records = (1 to 6).map(n => n -> n * 1000L).toVector
    run.server.running = 0
    assert((1 to 3).toList.flatMap(_ => run.api.once()) == run.records(1, 2))
    run.server.refused = path => if (path.startsWith("/jobs/job-1")) Some(404) else None
    run.api.state = run.api.state.inherited
    assert(run.api.poll().isEmpty && isReplaced(run) && run.api.state.offset.isEmpty)
    assert(run.tasks().flatten == run.records(3, 4, 5, 6) && run.server.jobs.length == 2)
  }

  test("a job that is done and was purged before its records were read is not empty, though 404 counts as empty") {
    Seq(true, false).foreach { isNewRun =>
      val run = new Run(ofPages, "maxRetries" -> "0", missing)
      run.server.records = Vector(1 -> 1000L, 2 -> 2000L)
      run.server.running = 0
      run.api.once()
      var status = 503
      run.server.refused = path => if (path == "/jobs/job-1/results") Some(status) else None
      run.api.once()
      assert(run.condition.contains(Condition.ApiError) && run.api.state.job.exists(_.isReady))
      status = 404
      if (isNewRun) run.api.state = run.api.state.inherited
      else {
        run.api.now = run.api.now.plusSeconds(31)
        run.api.state = run.api.outcome.state
      }
      assert(run.api.poll().isEmpty && isReplaced(run) && run.api.state.offset.isEmpty, isNewRun)
      assert(run.tasks().flatten == run.records(1, 2) && run.server.jobs.length == 2)
    }
  }

  test("404 for the records of a job that was just done means that it has none, if 404 counts as empty") {
    val run = new Run(ofPages, missing)
    run.server.running = 0
    run.server.refused = path => if (path.endsWith("/results")) Some(404) else None
    run.api.once()
    val until = (run.now - 10000).toString
    while (run.api.outcome.more) {
      run.api.now = run.api.now.plusMillis(run.api.outcome.waitMs.getOrElse(0L))
      run.api.state = run.api.outcome.state
      run.api.once()
    }
    assert(run.condition.isEmpty && run.server.jobs.length == 1 && run.api.state.offset.contains(until))
  }

  test("one refusal of the status is repeated, and does not end the job") {
    val run = new Run()
    run.server.records = Vector(1 -> 1000L)
    run.api.once()
    var strays = 1
    run.server.refused = path =>
      if (path.startsWith("/jobs/job-1") && strays > 0) {
        strays -= 1
        Some(404)
      } else None
    assert(run.tasks().flatten == run.records(1) && run.server.jobs.length == 1)
  }

  test("a job without records moves the window on") {
    val run = new Run()
    val until = (run.now - 10000).toString
    assert(run.tasks().flatten.isEmpty && run.condition.isEmpty && run.api.state.offset.contains(until))
  }

  test("after a change of the request, a job of the old one is not read") {
    val run = new Run()
    run.server.records = Vector(1 -> 1000L)
    run.api.once()
    val other = new PolledApi(
      run.options :+ "jobBody" -> """{"from":{windowStart},"to":{windowEnd},"fields":"id"}""": _*
    )(r => run.server.answer(r.method, r.url, r.body))
    other.state = run.api.state
    other.once()
    assert(run.server.jobs.length == 2 && other.state.job.exists(_.id == "job-2"))
  }

  // ---- files

  private class FileRun(more: (String, String)*) {
    val server = new JobApi
    server.running = 0
    private val without = Set("pagination", "nextField", "pageParam", "dataField", "url")
    private val options = JobApi.options("http://h").filterNot(o => without(o._1)) ++ Seq(
      "url" -> "http://h/jobs",
      "jobResultField" -> "url",
      "allowedHosts" -> "files.example.com",
      "authType" -> "Bearer",
      "oauthToken" -> "the-token-of-the-api"
    ) ++ more

    /** The statuses of the next downloads. */
    var downloads: Iterator[Int] = Iterator.empty
    val api = new PolledApi(options: _*)({ r =>
      if (r.url.startsWith("https://files.example.com/")) {
        val job = server.jobs.find(j => r.url.contains(s"/${j.id}?")).getOrElse(fail(r.url))
        val status = if (downloads.hasNext) downloads.next() else 200
        Answer(if (status == 200) PolledApi.array(job.records.map(JobApi.shown)) else "expired", Nil, status)
      } else if (r.url.contains("/documents/"))
        Answer(
          s"""{"url":"https://files.example.com/${r.url.split("doc-of-")(1)}?X-Amz-Signature=secret-of-a-document"}"""
        )
      else server.answer(r.method, r.url, r.body)
    })
    def poll(): List[String] = {
      val kept = api.poll()
      if (api.outcome.error.isEmpty && api.state.job.isDefined) kept ++ poll() else kept
    }
    def files: List[String] = api.urls.filter(_.contains("files.example.com"))
    def records: List[String] = server.records.map(JobApi.shown).toList
  }

  test("the file of a job may be on another host, which gets no credentials") {
    val run = new FileRun()
    run.server.records = Vector(1 -> 1000L, 2 -> 2000L)
    assert(run.poll() == run.records && run.files == List("https://files.example.com/job-1?X-Amz-Signature=s0"))
    val (toFiles, toApi) = run.api.asked.toList.partition(_.url.contains("files.example.com"))
    def hasToken(headers: Seq[(String, String)]) = headers.exists(_._2.contains("the-token-of-the-api"))
    assert(toFiles.forall(r => r.method == "GET" && r.body.isEmpty && !hasToken(r.headers)))
    assert(toApi.length == 2 && toApi.forall(r => hasToken(r.headers)))
  }

  test("the URL of a file that expired is requested from the API again, and the job stays the same") {
    val run = new FileRun()
    run.server.records = Vector(1 -> 1000L)
    run.downloads = Iterator(403)
    assert(run.poll() == run.records && run.server.jobs.length == 1)
    assert(run.files.map(_.takeRight(2)) == List("s0", "s1"))
  }

  test("a file that is gone after a restart is not empty, although the status names it again and 404 counts as empty") {
    val run = new FileRun("maxRetries" -> "0", missing)
    run.server.records = Vector(1 -> 1000L)
    run.downloads = Iterator(500)
    run.poll()
    assert(run.api.state.job.exists(_.file.isDefined))
    run.api.state = run.api.state.inherited
    run.downloads = Iterator(404, 404)
    assert(run.api.poll().isEmpty && run.api.outcome.error.exists(_.condition == Condition.JobFailed))
    assert(run.api.state.offset.isEmpty && run.poll() == run.records && run.server.jobs.length == 2)
  }

  test("a file that stays away is an error without the signature of its URL") {
    val run = new FileRun("maxRetries" -> "0")
    run.server.records = Vector(1 -> 1000L)
    run.downloads = Iterator.continually(403)
    assert(run.poll().isEmpty && run.api.outcome.error.exists(_.condition == Condition.JobFailed))
    val text = run.api.outcome.error.fold("")(_.text)
    assert(text.contains("job-1") && text.contains("X-Amz-Signature=***") && run.api.state.job.isEmpty, text)
  }

  test("a null in place of the file's URL means that there are no records") {
    val run = new FileRun()
    val until = (run.api.now.toEpochMilli - 10000).toString
    assert(run.poll().isEmpty && run.files.isEmpty && run.api.outcome.error.isEmpty)
    assert(run.api.state.job.isEmpty && run.api.state.offset.contains(until))
  }

  test("jobResultUrl takes fields of the status, and its response names the file") {
    val run = new FileRun("jobResultUrl" -> "http://h/documents/{document}")
    run.server.records = Vector(1 -> 1000L)
    assert(run.poll() == run.records)
    assert(
      run.api.urls == List(
        "http://h/jobs",
        "http://h/jobs/job-1",
        "http://h/documents/doc-of-job-1",
        "https://files.example.com/job-1?X-Amz-Signature=secret-of-a-document"
      )
    )
  }

  test("a status that lacks jobResultField is an error, not an empty result") {
    val run = new FileRun("jobResultField" -> "file.url", "maxRetries" -> "0")
    assert(run.poll().isEmpty && run.api.outcome.error.exists(_.text.contains("no value at jobResultField (file.url)")))
  }

  test("a 304 for a file with a constant URL ends its job, and the next poll creates another job") {
    val server = new JobApi
    server.running = 0
    val api = new PolledApi(
      "url" -> "http://h/jobs",
      "jobUrl" -> "http://h/jobs",
      "jobDoneWhen" -> "state=JobComplete",
      "jobResultField" -> "file",
      "offsetType" -> "snapshot",
      "recordKey" -> "id",
      "streamingInterval" -> "60"
    )({ r =>
      if (r.url != "http://h/latest.json") {
        val a = server.answer(r.method, r.url, r.body)
        a.copy(body = a.body.replace("\"url\"", "\"file\":\"/latest.json\",\"url\""))
      } else if (r.headers.contains("If-None-Match" -> "\"e\"")) Answer("", Nil, 304)
      else Answer(PolledApi.array(server.records.map(JobApi.shown)), Seq("ETag" -> "\"e\""))
    })
    def polled() = {
      api.once()
      api.now = api.now.plusMillis(api.outcome.waitMs.getOrElse(0L))
      api.once()
    }
    server.records = Vector(1 -> 1000L)
    assert(polled() == List(JobApi.shown(1 -> 1000L)))
    assert(polled().isEmpty && server.jobs.length == 2 && api.asked.last.headers.exists(_._1 == "If-None-Match"))
    assert(api.state.job.isEmpty && !api.outcome.more && api.outcome.error.isEmpty)
    server.records :+= 2 -> 2000L
    api.now = api.now.plusMillis(ConditionalRequests.MaxAgeMillis)
    assert(polled() == List(JobApi.shown(2 -> 2000L)) && server.jobs.length == 3)
  }

  test("emptyWhen names the status of a job that found nothing") {
    val run = new FileRun("emptyWhen" -> "state=Cancelled")
    run.server.ending = _ => "Cancelled"
    run.server.records = Vector(1 -> 1000L)
    assert(run.poll().isEmpty && run.files.isEmpty && run.api.state.offset.isDefined && run.api.state.job.isEmpty)
  }

  test("the id may be the URL of the status") {
    val file = new FileRun("jobIdField" -> "header:Location")
    file.server.records = Vector(1 -> 1000L)
    // The simulated API sends a relative URL.
    assert(file.poll() == file.records && file.api.urls(1) == "http://h/jobs/job-1")
  }

  test("jobStatusBody makes status requests a POST, as GraphQL needs") {
    var asked = List.empty[(String, Option[String])]
    val api = new PolledApi(
      "url" -> "http://h/graphql",
      "jobBody" -> """{"query":"mutation { run(since: \"{offset}\") { id } }"}""",
      "jobIdField" -> "data.run.id",
      "jobStatusBody" -> """{"query":"{ node(id: \"{job}\") { status url } }"}""",
      "jobDoneWhen" -> "data.node.status=COMPLETED",
      "jobResultField" -> "data.node.url",
      "responseFormat" -> "ndjson",
      "offsetType" -> "max_field",
      "offsetField" -> "at",
      "initialOffset" -> "2020"
    )({ r =>
      asked :+= r.method -> r.body
      if (r.body.exists(_.contains("mutation"))) Answer("""{"data":{"run":{"id":"gid://shopify/BulkOperation/7"}}}""")
      else if (r.method == "POST") Answer("""{"data":{"node":{"status":"COMPLETED","url":"http://h/file.jsonl"}}}""")
      else Answer("{\"id\":1,\"at\":\"2021\"}\n{\"id\":2,\"at\":\"2022\"}\n")
    })
    api.once()
    api.now = api.now.plusSeconds(10)
    assert(api.once().length == 2 && api.state.offset.contains("2022") && api.state.job.isEmpty)
    assert(
      asked == List(
        "POST" -> Some("""{"query":"mutation { run(since: \"2020\") { id } }"}"""),
        "POST" -> Some("""{"query":"{ node(id: \"gid://shopify/BulkOperation/7\") { status url } }"}"""),
        "GET" -> None
      )
    )
  }

  test("a header that says null names no further page, as Salesforce does") {
    val run = new Run("nextField" -> "header:Sforce-Locator")
    run.server.running = 0
    val api = new PolledApi(run.options: _*)({ r =>
      if (r.url.contains("/results")) Answer("""{"records":[{"id":1,"at":1}]}""", Seq("Sforce-Locator" -> "null"))
      else run.server.answer(r.method, r.url, r.body)
    })
    api.once()
    assert(api.once().length == 1 && api.urls.count(_.contains("/results")) == 1 && api.outcome.error.isEmpty)
  }

  test("a creation without an id is an error that shows the response") {
    val api =
      new PolledApi(JobApi.options("http://h"): _*)(_ => Answer("""{"errors":["one bulk operation at a time"]}"""))
    api.once()
    val text = api.outcome.error.fold("")(_.text)
    assert(text.startsWith("[REST_JOB_FAILED]") && text.contains("one bulk operation at a time"), text)
  }

  test("a failed creation may be repeated, although it is a POST: nobody reads a job that nobody knows") {
    val api = new PolledApi(JobApi.options("http://h"): _*)(_ => Answer("busy", Nil, 500))
    api.once()
    assert(api.outcome.error.exists(e => e.condition == Condition.ApiError && e.repeatable))
  }

  test("wrong combinations of options are found at load") {
    def problems(more: (String, String)*) =
      RestConfig.parse((JobApi.options("http://h") ++ more).toMap).left.toOption.fold("")(_.message)
    assert(problems() == "")
    assert(problems("url" -> "http://h/results").contains("url: needs {job}"))
    assert(problems("jobUrl" -> "http://h/jobs/{job}").contains("jobUrl: cannot contain {job}"))
    assert(problems("jobUrl" -> "http://other/jobs").contains("jobUrl: has another origin than url"))
    assert(problems("jobDoneWhen" -> "state=").isEmpty, "an empty value is a value")
    assert(problems("jobDoneWhen" -> "a..b").contains("""jobDoneWhen: "a..b" is not a condition"""))
    assert(problems("offsetType" -> "cursor").contains("offsetType: cursor is not possible with jobDoneWhen"))
    assert(problems("jobResultField" -> "url").contains("pagination: cursor is not possible with jobResultField"))
    assert(problems("jobResultUrl" -> "http://h/d").contains("jobResultField: is required by jobResultUrl"))
    val without = RestConfig.parse(Map("url" -> "http://h/x", "jobUrl" -> "http://h/jobs"))
    assert(without.left.exists(_.message.contains("jobUrl: needs jobDoneWhen")))
  }

  test("the id of a job stands for no offset, and a stream without jobs may still use {job} for its offset") {
    val job = RestConfig.parse(Map("url" -> "http://h/x?since={job}", "offsetField" -> "job"))
    assert(job.exists(_.placeholders.count(_ == "job") == 1))
  }
}
