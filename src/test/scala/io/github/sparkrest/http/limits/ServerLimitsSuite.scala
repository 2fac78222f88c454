// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.limits

import java.io.ByteArrayInputStream
import java.time.Instant

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.Condition
import io.github.sparkrest.http.client.StatusPolicy
import io.github.sparkrest.http.{HttpDate, HttpResponse}
import io.github.sparkrest.options.values.MaxRate
import org.scalatest.funsuite.AnyFunSuite

/** Every name and encoding of rate-limit headers that the APIs of the cookbook send. */
class ServerLimitsSuite extends AnyFunSuite {
  private val now = Instant.parse("2026-01-01T00:00:00Z")
  private val nowMs = now.toEpochMilli

  private def config(options: (String, String)*) =
    RestConfig.parse(Map("url" -> "http://h/?key=k1") ++ options).fold(e => fail(e.text), identity)
  private def of(headers: (String, String)*): ServerLimits = ServerLimits.of(headers, config().limits, nowMs)

  // 30 s from now, in each spelling.
  private val in30 = Seq(
    "X-RateLimit-Reset" -> "1767225630", // epoch s: GitHub
    "x-rate-limit-reset" -> "1767225630", // X, Okta
    "X-RateLimit-Reset" -> "1767225630000", // epoch ms
    "X-RateLimit-Reset" -> "1767225629.75", // epoch s, decimals
    "X-RateLimit-Reset" -> "30", // delta s
    "X-RateLimit-Reset" -> "29.5", // a float
    "X-RateLimit-Reset" -> "2026-01-01T00:00:30Z", // ISO 8601
    "X-RateLimit-Reset" -> "2026-01-01T01:00:30+01:00",
    "X-RateLimit-Reset" -> "2026-01-01 00:00:30",
    "X-RateLimit-Reset" -> "2026-01-01 00:00:30 UTC",
    "X-RateLimit-Reset" -> "Thu, 01 Jan 2026 00:00:30 GMT", // HTTP date
    "X-RateLimit-Reset-After" -> "30",
    "RateLimit-Reset" -> "1767225630", // GitLab
    "RateLimit-Reset" -> "30", // IETF draft 3
    "RateLimit-ResetTime" -> "Thu, 01 Jan 2026 00:00:30 GMT", // GitLab
    "X-Rate-Limit-Retry-After-Seconds" -> "30", // OpenSky
    "X-HubSpot-RateLimit-Interval-Milliseconds" -> "30000" // HubSpot
  )

  test("at 0 remaining requests, the next request waits until the reset, in each spelling (API quirk 14)") {
    in30.foreach { case (reset, value) =>
      val remaining = reset.toLowerCase match {
        case r if r.startsWith("x-ratelimit")  => "X-RateLimit-Remaining"
        case r if r.startsWith("x-rate-limit") => "X-Rate-Limit-Remaining"
        case r if r.startsWith("x-hubspot")    => "X-HubSpot-RateLimit-Remaining"
        case _                                 => "RateLimit-Remaining"
      }
      val found = of(remaining -> "0", reset -> value)
      assert(found.left.contains(0L), s"$reset: $value")
      assert(found.waitMs.exists(w => w >= 29500 && w <= 30000), s"$reset: $value gives $found")
      val more = of(remaining -> "7", reset -> value)
      assert(more.left.contains(7L) && more.waitMs.isEmpty && more.resetMs.nonEmpty, s"$reset: $value")
    }
  }

  test("a reset time is compared with the server's Date, not with the local clock") {
    val skewed = of(
      "X-RateLimit-Remaining" -> "0",
      "X-RateLimit-Reset" -> "1767222060",
      "Date" -> "Wed, 31 Dec 2025 23:00:00 GMT"
    )
    assert(skewed.waitMs.contains(60000L))
    assert(
      of("RateLimit-Remaining" -> "0", "RateLimit-Reset" -> "1").waitMs.contains(1000L),
      "a delay is not a time in 1970"
    )
    assert(
      of("X-RateLimit-Remaining" -> "0", "X-RateLimit-Reset" -> "1767225000").waitMs.contains(0L),
      "the reset time is over"
    )
    assert(of("X-RateLimit-Remaining" -> "0", "X-RateLimit-Reset" -> "soon").waitMs.isEmpty)
    assert(of("X-RateLimit-Remaining" -> "lots").left.isEmpty && of() == ServerLimits.Unknown)
  }

  test("a header that contains used and total requests gives the remaining requests") {
    assert(of("X-Shopify-Shop-Api-Call-Limit" -> "32/40") == ServerLimits(left = Some(8), resetMs = Some(1000)))
    assert(of("X-Shopify-Shop-Api-Call-Limit" -> "40/40").waitMs.contains(1000L))
    assert(of("Sforce-Limit-Info" -> "api-usage=18/5000").left.contains(4982L))
    val spent = of("Sforce-Limit-Info" -> "api-usage=5000/5000; per-app-api-usage=17/250(appName=sample)")
    assert(spent.left.contains(0L) && spent.waitMs.isEmpty, "no header contains the reset time")
    assert(of("X-HubSpot-RateLimit-Daily-Remaining" -> "17").left.contains(17L))
    assert(of("X-HubSpot-RateLimit-Secondly-Remaining" -> "3") == ServerLimits(left = Some(3), resetMs = Some(1000)))
    assert(of("X-HubSpot-RateLimit-Secondly-Remaining" -> "0").waitMs.contains(1000L))
  }

  test("the IETF's headers are read in the structured form and in the older form") {
    assert(of("RateLimit" -> "\"default\";r=50;t=30") == ServerLimits(left = Some(50), resetMs = Some(30000)))
    assert(of("RateLimit" -> "\"default\";r=0;t=30").waitMs.contains(30000L))
    val two = of(
      "RateLimit-Policy" -> "\"burst\";q=100;w=60,\"day, all\";q=1000;w=86400",
      "RateLimit" -> "\"burst\";r=0;t=5, \"day, all\";r=700;t=40000"
    )
    assert(two.left.contains(0L) && two.waitMs.contains(5000L))
    assert(
      of("RateLimit-Policy" -> "\"a\";q=9;w=60", "RateLimit" -> "\"a\";r=0").waitMs.contains(60000L),
      "the window of the policy"
    )
    assert(of("RateLimit" -> "limit=100, remaining=0, reset=12").waitMs.contains(12000L))
    assert(
      of("RateLimit" -> "limit=100, remaining=40, reset=12") == ServerLimits(left = Some(40), resetMs = Some(12000))
    )
  }

  test("of several quotas, the lowest remainder and the longest wait of an exhausted quota count") {
    val found = of(
      "X-RateLimit-Remaining" -> "0",
      "X-RateLimit-Reset" -> "20",
      "RateLimit-Remaining" -> "5",
      "RateLimit-Reset" -> "3000"
    )
    assert(found.left.contains(0L) && found.waitMs.contains(20000L))
    assert(of("X-Poll-Interval" -> "60").pollEveryMs.contains(60000L))
  }

  test("options set the names of the rate-limit headers") {
    val limits = config("rateLimitRemainingHeader" -> "Calls-Left", "rateLimitResetHeader" -> "Calls-Again").limits
    val found =
      ServerLimits.of(Seq("calls-left" -> "0", "calls-again" -> "30", "x-ratelimit-remaining" -> "9"), limits, nowMs)
    assert(found == ServerLimits(Some(0), Some(30000), Some(30000)))
    val e = RestConfig.parse(Map("url" -> "http://h", "rateLimitResetHeader" -> "no name"))
    assert(e.left.exists(_.text.contains("rateLimitResetHeader: \"no name\"")))
  }

  test("Retry-After is read as seconds, as decimals, and in each form of an HTTP date") {
    def after(value: String, more: (String, String)*) =
      ServerLimits.retryAfterMs(more :+ ("Retry-After" -> value), nowMs)
    Seq("30", "30.0", "Thu, 01 Jan 2026 00:00:30 GMT", "Thursday, 01-Jan-26 00:00:30 GMT", "Thu Jan  1 00:00:30 2026")
      .foreach(v => assert(after(v).contains(30000L), v))
    assert(after("2.5").contains(2500L) && after("0").contains(0L))
    assert(after("Thu, 01 Jan 2026 00:00:30 GMT", "Date" -> "Thu, 01 Jan 2026 00:00:20 GMT").contains(10000L))
    assert(after("Wed, 31 Dec 2025 00:00:00 GMT").contains(0L))
    assert(Seq("soon", "-1", "", "1e9").forall(after(_).isEmpty))
    assert(HttpDate.parse("Sunday, 06-Nov-94 08:49:37 GMT").contains(784111777000L))
    assert(HttpDate.parse("Sun Nov  6 08:49:37 1994").contains(784111777000L))
  }

  private def failed(options: (String, String)*)(method: String, status: Int, headers: (String, String)*) = {
    val response = HttpResponse(status, headers, new ByteArrayInputStream(Array.emptyByteArray), "http://h/?key=k1")
    StatusPolicy(response, method, now, config(options: _*)) match {
      case StatusPolicy.Failed(e) => e
      case other                  => fail(other.toString)
    }
  }

  test("a 403 with an exhausted quota or a Retry-After counts as a 429, and any other 403 is a refusal") {
    val spent = failed()("GET", 403, "x-ratelimit-remaining" -> "0", "x-ratelimit-reset" -> "1767225630")
    assert(spent.condition == Condition.ApiError && spent.retryAfterMs.contains(30000L))
    assert(failed()("POST", 403, "Retry-After" -> "7").retryAfterMs.contains(7000L))
    assert(failed()("GET", 403, "x-ratelimit-remaining" -> "3").condition == Condition.ApiRefused)
    assert(
      failed()("GET", 429, "x-ratelimit-reset" -> "1767225630").retryAfterMs.contains(30000L),
      "a 429 means that the quota is exhausted"
    )
    assert(failed()("GET", 500, "x-ratelimit-reset" -> "1767225630").retryAfterMs.isEmpty)
  }

  test("retryStatusCodes sets the status codes to retry, and POST is retried only if that is safe or the user set it") {
    val own = Seq("retryStatusCodes" -> "404,5xx,!501")
    assert(failed(own: _*)("GET", 404).condition == Condition.ApiError)
    assert(Seq(501, 429).forall(s => failed(own: _*)("GET", s).condition == Condition.ApiRefused))
    assert(failed("retryStatusCodes" -> "202,5xx")("GET", 202).condition == Condition.ApiError, "not ready yet")
    assert(Seq("GET", "HEAD", "PUT", "DELETE").forall(m => failed()(m, 500).repeatable))
    assert(Seq("POST", "PATCH").forall(m => !failed()(m, 500).repeatable && failed()(m, 429).repeatable))
    assert(failed()("POST", 502, "retry-after" -> "1").repeatable && failed()("POST", 503).repeatable)
    assert(failed(own: _*)("POST", 500).repeatable, "the user set the option")
  }

  test("a rate is a number of requests per time, and any other text is refused") {
    assert(MaxRate.parse("100/h").contains(MaxRate(100, 3600000)))
    assert(MaxRate.parse("5/s").contains(MaxRate(5, 1000)))
    assert(MaxRate.parse("100/3.6s").contains(MaxRate(100, 3600)))
    assert(MaxRate.parse(" 10 / 2 min ").contains(MaxRate(10, 120000)))
    assert(MaxRate.parse("1/500ms").contains(MaxRate(1, 500)) && MaxRate.parse("3/d").nonEmpty)
    Seq("", "5", "0/s", "5/0s", "-1/s", "5/fortnight", "5 per s").foreach(t => assert(MaxRate.parse(t).isEmpty, t))
    val e = RestConfig.parse(Map("url" -> "http://h", "maxRequestRate" -> "many")).left.map(_.text)
    assert(e.left.exists(t => t.contains("maxRequestRate: \"many\"") && t.contains("100/h")))
  }
}
