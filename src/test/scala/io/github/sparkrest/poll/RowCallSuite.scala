// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.io.ByteArrayInputStream
import java.nio.charset.StandardCharsets.UTF_8

import io.circe.Json
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.client.ApiClient
import io.github.sparkrest.http.transport.ContentCodingSuite
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest, HttpResponse, LocalServer}
import io.github.sparkrest.request.InputRow
import org.scalatest.funsuite.AnyFunSuite

/** A row call reads responses as a poll does, with the same formats and options. */
class RowCallSuite extends AnyFunSuite {

  private def called(body: String, contentType: String, options: (String, String)*): Either[RestError, Seq[String]] = {
    val base = Map("url" -> "http://api.test/?n={n}", "inputData" -> """[{"n":1}]""", "method" -> "GET")
    val config = RestConfig.parse(base ++ options).fold(e => fail(e.text), identity)
    val api = new HttpClient {
      def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] =
        use(HttpResponse(200, Seq("content-type" -> contentType), new ByteArrayInputStream(body.getBytes(UTF_8))))
    }
    val input = config.input.getOrElse(fail("no input"))
    new RowCall(config, input, api, Clock.System, _ => (), () => 0.5)(InputRow(Vector("n" -> Json.fromInt(1))))
      .map(_.map(new String(_, UTF_8)))
  }

  private val twoLines = "{\"a\":1}\n{\"a\":2}\n"
  private val both = Right(Seq("""{"a":1}""", """{"a":2}"""))

  test("NDJSON, by Content-Type or by responseFormat, has a record for each line") {
    assert(called(twoLines, "application/x-ndjson") == both)
    assert(called(twoLines, "text/plain", "responseFormat" -> "ndjson") == both)
    assert(called("", "application/x-ndjson") == Right(Nil))
  }

  test("dataField applies to each line of NDJSON") {
    val lines = "{\"d\":[{\"a\":1}]}\n{\"d\":[{\"a\":2}]}\n"
    assert(called(lines, "application/x-ndjson", "dataField" -> "d") == both)
  }

  test("responseFormat=json reads one JSON value for any Content-Type") {
    val result = called(twoLines, "application/x-ndjson", "responseFormat" -> "json")
    assert(result.left.exists(_.condition == Condition.InvalidResponse), result)
  }

  test("recordFields names the elements of records that are arrays") {
    val names = "recordFields" -> "a,b"
    val named = Right(Seq("""{"a":1,"b":"x"}""", """{"a":2,"b":"y"}"""))
    assert(called("""{"rows":[[1,"x"],[2,"y"]]}""", "application/json", "dataField" -> "rows", names) == named)
    assert(called("[1,\"x\"]\n[2,\"y\"]", "application/x-ndjson", names) == named)
    assert(called("""[1,"x"]""", "application/json", names) == Right(Seq("""{"a":1,"b":"x"}""")))
  }

  test("records that take far more memory than the response are too large") {
    def result(record: String) = called(
      Seq.fill(60000)(record).mkString("{\"d\":[", ",", "]}"),
      "application/json",
      "dataField" -> "d",
      "maxResponseBytes" -> "130k"
    )
    assert(result("1").left.exists(_.condition == Condition.ResponseTooLarge))
    val fewer = called(Seq.fill(9)("1").mkString("{\"d\":[", ",", "]}"), "application/json", "dataField" -> "d")
    assert(fewer.map(_.length) == Right(9))
  }

  test("a binary body that is a compressed file stays as it is, and only Content-Encoding is undone") {
    val file = ContentCodingSuite.gzip("the text".getBytes(UTF_8))
    val server = new LocalServer({ e =>
      val coded = e.getRequestURI.getPath == "/coded"
      if (coded) e.getResponseHeaders.add("Content-Encoding", "gzip")
      val body = if (coded) ContentCodingSuite.gzip(file) else file
      e.sendResponseHeaders(200, body.length.toLong)
      e.getResponseBody.write(body)
    })
    try
      Seq("/file", "/coded").foreach { path =>
        val options = Map(
          "url" -> s"${server.url}$path?n={n}",
          "inputData" -> """[{"n":1}]""",
          "method" -> "GET",
          "responseFormat" -> "binary"
        )
        val config = RestConfig.parse(options).fold(e => fail(e.text), identity)
        val network = ApiClient.network(config, () => false)
        val call =
          new RowCall(config, config.input.getOrElse(fail("no input")), network, Clock.System, _ => (), () => 0.5)
        val records = call(InputRow(Vector("n" -> Json.fromInt(1)))).fold(e => fail(e.text), identity)
        val content = java.util.Base64.getEncoder.encodeToString(file)
        assert(records.map(new String(_, UTF_8)).exists(_.contains(s""""length":${file.length},"content":"$content"""")))
      }
    finally server.close()
  }

  test("without dataField any JSON response is one record, and a blank response has no record") {
    Seq("""{"a":[1,2]}""", "[1,2]", "[]", "\"x\"", "12", "true").foreach { body =>
      assert(called(body, "application/json") == Right(Seq(body)))
    }
    Seq("", " \r\n").foreach(body => assert(called(body, "application/json") == Right(Nil)))
    assert(called("{} {}", "application/json").left.exists(_.condition == Condition.InvalidResponse))
  }

  test("errorWhen and emptyWhen apply to row calls") {
    val failed = called("""{"ok":false,"d":[]}""", "application/json", "errorWhen" -> "ok=false", "maxRetries" -> "0")
    assert(failed.left.exists(_.condition == Condition.ApiReportedError), failed)
    assert(called("""{"none":true}""", "application/json", "dataField" -> "d", "emptyWhen" -> "none=true") == Right(Nil))
  }

  test("an error names the URL, and a Content-Type that is not JSON") {
    val text = called("<p>", "text/html").left.map(_.text)
    assert(text.left.exists(t => t.contains("http://api.test/") && t.contains("Content-Type text/html")), text)
  }
}
