// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.limits

import io.github.sparkrest.config.LimitConfig
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.http.HttpDate

/** The limits of an API, as a response reports them. Pure.
  *
  * @param left requests left in the scarcest quota
  * @param waitMs how long the next request must wait after this response, because the quota is used up
  * @param resetMs time from this response until a quota is renewed, whether it is used up or not
  * @param pollEveryMs the least time between two polls (GitHub's `X-Poll-Interval`)
  */
final case class ServerLimits(
    left: Option[Long] = None,
    waitMs: Option[Long] = None,
    resetMs: Option[Long] = None,
    pollEveryMs: Option[Long] = None
)

object ServerLimits {
  val Unknown: ServerLimits = ServerLimits()

  /** Headers of the same quota, in lower case: the requests left, and the time of renewal. */
  final private case class Family(remaining: Seq[String], reset: Seq[String])

  private val families = Seq(
    Family(Seq("x-ratelimit-remaining"), Seq("x-ratelimit-reset", "x-ratelimit-reset-after")),
    Family(Seq("x-rate-limit-remaining"), Seq("x-rate-limit-reset", "x-rate-limit-retry-after-seconds")),
    Family(Seq("ratelimit-remaining"), Seq("ratelimit-reset", "ratelimit-resettime")),
    Family(Seq("x-hubspot-ratelimit-remaining"), Seq("x-hubspot-ratelimit-interval-milliseconds")),
    Family(Seq("x-hubspot-ratelimit-secondly-remaining"), Nil),
    Family(Seq("x-hubspot-ratelimit-daily-remaining"), Nil),
    Family(Seq("x-shopify-shop-api-call-limit"), Nil),
    Family(Seq("sforce-limit-info"), Nil)
  )

  /** A full leaky bucket (Shopify's), and a quota per second, have room again after this time. No header reports it. */
  private val SecondMillis = 1000L
  private val ofSecond = Set("x-shopify-shop-api-call-limit", "x-hubspot-ratelimit-secondly-remaining")

  /** @param headers names in lower case
    * @param nowMs this machine's clock, epoch milliseconds
    */
  def of(headers: Seq[(String, String)], options: LimitConfig, nowMs: Long): ServerLimits = {
    def value(name: String) = ServerLimits.value(headers, name)
    // The server's clock, if the response shows it: then a wrong local clock does no harm.
    val serverMs = value("date").flatMap(HttpDate.parse).getOrElse(nowMs)
    val asked =
      if (options.remainingHeader.isEmpty && options.resetHeader.isEmpty) families
      else
        Seq(
          Family(
            options.remainingHeader.fold(families.flatMap(_.remaining))(Seq(_)),
            options.resetHeader.fold(families.flatMap(_.reset))(Seq(_))
          )
        )
    val quotas = asked.map { f =>
      val found = f.remaining.iterator.flatMap(n => value(n).map(n -> _)).toList.headOption
      val reset = f.reset.iterator.flatMap(n => value(n).flatMap(ResetTime.waitMs(n, _, serverMs))).toList.headOption
      Quota(
        found.flatMap(v => remaining(v._2)),
        reset.orElse(found.collect { case (name, _) if ofSecond(name) => SecondMillis })
      )
    } ++ (if (options.remainingHeader.isEmpty) StructuredLimits.quotas(headers) else Nil)
    val spent = quotas.filter(_.left.exists(_ <= 0))
    ServerLimits(
      left = quotas.flatMap(_.left).reduceOption(_ min _),
      waitMs = spent.flatMap(_.resetMs).reduceOption(_ max _),
      resetMs = (if (spent.nonEmpty) spent else quotas).flatMap(_.resetMs).reduceOption(_ max _),
      pollEveryMs = value("x-poll-interval").flatMap(ResetTime.seconds)
    )
  }

  /** RFC 9110 §10.2.3: seconds or an HTTP date; some servers send decimals. The result is milliseconds after the response. */
  def retryAfterMs(headers: Seq[(String, String)], nowMs: Long): Option[Long] = {
    def value(name: String) = ServerLimits.value(headers, name)
    val serverMs = value("date").flatMap(HttpDate.parse).getOrElse(nowMs)
    value("retry-after").flatMap(v => ResetTime.seconds(v).orElse(HttpDate.parse(v).map(at => math.max(0L, at - serverMs))))
  }

  /** Numbers and dates are short: a longer value is neither. */
  private val MostChars = 1000

  private def value(headers: Seq[(String, String)], name: String): Option[String] =
    headers.value(name).map(_.trim).filter(_.length <= MostChars)

  /** `40` and `39.5` are left; a bucket `32/40` and `api-usage=18/5000` report the use. */
  private def remaining(text: String): Option[Long] = text match {
    case plain(n)            => Some(BigDecimal(n).toLong)
    case bucket(used, limit) => Some(limit.toLong - used.toLong)
    case _                   => None
  }
  private val plain = """(-?\d{1,15}(?:\.\d{1,30})?)""".r
  private val bucket = """(?:[\w-]+=)?(\d{1,15})\s*/\s*(\d{1,15})(?:[;,].*)?""".r
}

/** One quota of an API.
  *
  * @param resetMs until it is renewed
  */
final private[http] case class Quota(left: Option[Long], resetMs: Option[Long])
