// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.io.ByteArrayInputStream
import java.time.Instant

import scala.util.Random

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.client.StatusPolicy
import io.github.sparkrest.http.limits.ServerLimits
import io.github.sparkrest.response.ResponseReader
import org.scalatest.funsuite.AnyFunSuite

/** Each parser of headers ends soon and throws nothing, for any content and any length of a header. */
class HostileHeadersSuite extends AnyFunSuite {
  private val config = RestConfig.parse(Map("url" -> "http://h/")).fold(e => fail(e.text), identity)
  private val ownNames = RestConfig
    .parse(Map("url" -> "http://h/", "rateLimitRemainingHeader" -> "X-Left", "rateLimitResetHeader" -> "X-Reset"))
    .fold(e => fail(e.text), identity)

  private def links(text: String, rel: String = "next") = LinkHeader.find(Seq("link" -> text), rel)

  /** Runs all code that reads the value of a header. */
  private def parseAll(value: String): Unit = {
    links(value)
    HttpDate.parse(value)
    ResponseReader.namesLines(value)
    HostileHeadersSuite.names.foreach { name =>
      val headers = Seq(name -> value, "date" -> value)
      Seq(config, ownNames).foreach(c => ServerLimits.of(headers, c.limits, 0))
      // Here the other header of the same quota is valid.
      ServerLimits.of(headers :+ ("ratelimit-remaining" -> "0") :+ ("ratelimit-policy" -> value), config.limits, 0)
      ServerLimits.retryAfterMs(headers, 0)
    }
    Seq(403, 503).foreach { status =>
      val response = HttpResponse(status, Seq("retry-after" -> value), new ByteArrayInputStream(Array.emptyByteArray))
      StatusPolicy(response, "GET", Instant.EPOCH, config)
    }
  }

  private def timed(what: String)(body: => Unit): Unit = {
    val began = System.nanoTime
    body
    val ms = (System.nanoTime - began) / 1000000
    assert(ms < 20000, s"$ms ms for $what")
  }

  test("headers of 200,000 characters that repeat one part are parsed within seconds") {
    val parts = Seq(
      "<",
      ">",
      ";",
      ",",
      "\"",
      "\\",
      "=",
      " ",
      "\t",
      "a",
      "0",
      "9",
      ".",
      "/",
      "-",
      ":",
      "é",
      "\u0000",
      "<a>;",
      "; a",
      ";a=",
      ";a=\"",
      "<a>;rel=next,",
      "\"a\",",
      "a=1,",
      "r=1;",
      "1/",
      "a, ",
      "Mon, "
    )
    for (
      part <- parts; length <- Seq(5000, 200000);
      head <- Seq("", "<u>", "remaining=")
    )
      timed(s"$length characters of '$head$part'")(parseAll(head + part * (length / part.length)))
  }

  test("a small stack is enough for a long header") {
    var thrown = Option.empty[Throwable]
    val thread = new Thread(
      null,
      () =>
        try Seq("<u>; a", "\"", ",", "a=1;", "\"a\",").foreach(p => parseAll("<u>" + p * 20000))
        catch { case e: Throwable => thrown = Some(e) },
      "small",
      256 << 10
    )
    thread.start()
    thread.join()
    thrown.foreach(throw _)
  }

  test("mutated headers cause no exception, and each link that is found is in the header") {
    val random = new Random(1)
    val seeds = HostileHeadersSuite.seeds
    timed("2,000 mutations") {
      (1 to 2000).foreach { n =>
        var text = seeds(random.nextInt(seeds.size))
        (0 to random.nextInt(4)).foreach(_ => text = HostileHeadersSuite.mutated(text, seeds, random))
        try parseAll(text)
        catch { case e: Throwable => fail(s"#$n '$text'", e) }
        links(text).foreach(found => assert(text.contains(s"<$found>")))
      }
    }
  }

  test("a link is found with parameters in any order and spelling, and the first link of a relation counts") {
    val two = "<http://h/2>; rel=\"next\", <http://h/9>; rel=last"
    assert(links(two).contains("http://h/2") && links(two, "last").contains("http://h/9") && links(two, "prev").isEmpty)
    assert(links("<a,b;c>;title=\"x, <y>; rel=next\" ; REL = Next").contains("a,b;c"))
    assert(links("<a>; rel=\"prev next\"; n*=UTF-8''x, <b>;rel=next").contains("a"))
    assert(links("<a>; rel=prev; rel=next").isEmpty, "RFC 8288: the first rel counts")
    assert(links("<a>; crossorigin; rel=next").contains("a") && links("<>; rel=next").contains(""))
    assert(links("nonsense, <a>; rel=next").contains("a") && links("<a; rel=next").isEmpty && links("").isEmpty)
    assert(links("<a>; title=\"\\\"; rel=x\"; rel=next").contains("a"))
    assert(links("<a>; t=b=c; rel=next").contains("a"))
  }

  test("a link with results=false does not count") {
    def sentry(next: Boolean) =
      s"""<https://h/?cursor=0:0:1>; rel="previous"; results="false"; cursor="0:0:1", <https://h/?cursor=0:100:0>; rel="next"; results="$next"; cursor="0:100:0""""
    assert(links(sentry(next = true)).contains("https://h/?cursor=0:100:0"))
    assert(links(sentry(next = false)).isEmpty && links(sentry(next = true), "previous").isEmpty)
  }

  test("the media types of JSON lines are recognized, and similar types are not") {
    Seq(
      "application/x-ndjson",
      "Application/NDJSON; charset=utf-8",
      "application/jsonl",
      "text/x-json-lines",
      "application/jsonlines"
    )
      .foreach(t => assert(ResponseReader.namesLines(t), t))
    Seq("application/json", "application/ndjsonx", "text/plain; name=a_ndjson", "", ";" * 1000 + "ndjson")
      .foreach(t => assert(!ResponseReader.namesLines(t), t))
  }
}

private[sparkrest] object HostileHeadersSuite {
  val names: Seq[String] = Seq(
    "link",
    "retry-after",
    "ratelimit",
    "ratelimit-policy",
    "ratelimit-remaining",
    "ratelimit-reset",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-rate-limit-reset",
    "x-hubspot-ratelimit-interval-milliseconds",
    "x-shopify-shop-api-call-limit",
    "sforce-limit-info",
    "x-poll-interval",
    "x-left",
    "x-reset"
  )

  val seeds: Vector[String] = Vector(
    "<http://h/x?page=2>; rel=\"next\", <http://h/x?page=9>; rel=last; title=\"a, b\"",
    "\"default\";r=0;t=30, \"day\";r=700;t=40000",
    "\"burst\";q=100;w=60,\"day, all\";q=1000;w=86400",
    "limit=100, remaining=0, reset=12",
    "30",
    "1767225630.75",
    "2026-01-01T00:00:30+01:00",
    "2026-01-01 00:00:30 UTC",
    "Thu, 01 Jan 2026 00:00:30 GMT",
    "Thursday, 01-Jan-26 00:00:30 GMT",
    "Thu Jan  1 00:00:30 2026",
    "api-usage=5000/5000; per-app-api-usage=17/250(appName=sample)",
    "32/40",
    "application/x-ndjson; charset=utf-8"
  )

  private val signs = "<>;,=\"\\ \t/.-+:0e\u00e9\u0001"

  /** One change: a part is removed, inserted, doubled, repeated often, or replaced by a part of another seed. */
  def mutated(text: String, seeds: Vector[String], random: Random): String = {
    val from = random.nextInt(text.length + 1)
    val to = math.min(text.length, from + random.nextInt(12))
    val part = text.substring(from, to)
    val other = seeds(random.nextInt(seeds.size))
    val put = random.nextInt(6) match {
      case 0 => ""
      case 1 => part * 2
      case 2 => part * random.nextInt(300)
      case 3 => signs.charAt(random.nextInt(signs.length)).toString * (1 + random.nextInt(3))
      case 4 => other.substring(random.nextInt(other.length))
      case _ => "9" * random.nextInt(40)
    }
    text.substring(0, from) + put + text.substring(to)
  }
}
