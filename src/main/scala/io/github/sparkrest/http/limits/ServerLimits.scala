// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.limits

import java.time.{Instant, LocalDateTime, OffsetDateTime, ZoneOffset}

import scala.util.Try

import io.github.sparkrest.config.LimitConfig
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.http.{HeaderScanner, HttpDate}

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
    val serverMs = clockOf(headers, nowMs)
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
    def untilDate(text: String) = HttpDate.parse(text).map(at => math.max(0L, at - clockOf(headers, nowMs)))
    value(headers, "retry-after").flatMap(v => ResetTime.seconds(v).orElse(untilDate(v)))
  }

  /** The server's clock, if the response shows it: then a wrong local clock does no harm. */
  private def clockOf(headers: Seq[(String, String)], nowMs: Long): Long =
    value(headers, "date").flatMap(HttpDate.parse).getOrElse(nowMs)

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

/** The IETF's `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers): `"default";r=50;t=30`, several are
  * separated by commas. Before its 8th version `limit=100, remaining=50, reset=30`. Times are seconds.
  */
private[http] object StructuredLimits {

  /** One member of a list: its name, the value behind `=`, and its parameters. */
  final private case class Item(name: String, value: Option[String], parameters: List[(String, String)]) {
    def apply(key: String): Option[String] = parameters.collectFirst { case (`key`, v) => v.trim }
  }

  def quotas(headers: Seq[(String, String)]): Seq[Quota] = {
    def items(name: String) = headers.values(name).flatMap(parse)
    val said = items("ratelimit")
    if (said.exists(i => i.name.equalsIgnoreCase("remaining") && i.value.nonEmpty)) {
      def old(key: String) = said.collectFirst { case i if i.name.equalsIgnoreCase(key) => i.value.getOrElse("") }
      Seq(
        Quota(
          old("remaining").flatMap(whole),
          old("reset").flatMap(ResetTime.seconds)
        )
      )
    } else {
      val windows = items("ratelimit-policy").map(i => i.name -> i("w")).toMap
      said.map { i =>
        val window = windows.get(i.name).orElse(if (windows.size == 1) windows.values.headOption else None).flatten
        Quota(i("r").flatMap(whole), i("t").orElse(window).flatMap(ResetTime.seconds))
      }
    }
  }

  private def whole(text: String) = Try(text.toLong).toOption

  private def parse(text: String): List[Item] = {
    val scanner = new HeaderScanner(text)
    val found = List.newBuilder[Item]
    while (!scanner.atEnd) {
      val name = scanner.item()
      val value = scanner.value()
      val item = Item(name, value, scanner.parameters())
      if (name.nonEmpty) found += item
      scanner.skipTo(',')
    }
    found.result()
  }
}

/** When a quota is renewed, in each form that servers use. Pure.
  *
  * A time read as a delay would be a sleep of 55 years, and a delay read as a time is in 1970. So the size of the number decides: no
  * quota lasts ten years, and no clock shows a time before 1985.
  */
private[http] object ResetTime {
  private val EpochSeconds = BigDecimal(500000000L)
  private val EpochMillis = BigDecimal(100000000000L)
  private val EpochMicros = BigDecimal(100000000000000L)

  /** Milliseconds to wait; 0 if the moment is over.
    *
    * @param name of the header: some names contain the unit
    * @param serverMs the server's clock when it sent the response
    */
  def waitMs(name: String, text: String, serverMs: Long): Option[Long] = {
    val moment = number(text) match {
      case Some(n) if name.toLowerCase.matches(".*-(milliseconds|ms)$") => Some(BigDecimal(serverMs) + n)
      case Some(n) if name.toLowerCase.matches(".*-(after|seconds)$")   => Some(BigDecimal(serverMs) + n * 1000)
      case Some(n) if n >= EpochMicros                                  => Some(n / 1000)
      case Some(n) if n >= EpochMillis                                  => Some(n)
      case Some(n) if n >= EpochSeconds                                 => Some(n * 1000)
      case Some(n)                                                      => Some(BigDecimal(serverMs) + n * 1000)
      case None => iso(text).orElse(HttpDate.parse(text)).map(BigDecimal(_))
    }
    moment.map(m => millis(m - serverMs))
  }

  /** Seconds, decimals too, as milliseconds. */
  def seconds(text: String): Option[Long] = number(text).map(n => millis(n * 1000))

  private def number(text: String): Option[BigDecimal] =
    Some(text.trim).filter(_.matches("""\d{1,18}(\.\d{1,9})?""")).flatMap(t => Try(BigDecimal(t)).toOption)

  private def millis(n: BigDecimal): Long =
    n.setScale(0, BigDecimal.RoundingMode.CEILING).max(0).min(BigDecimal(Long.MaxValue / 4)).toLong

  /** ISO 8601, with a `T` or a blank; without a zone it is UTC. */
  private def iso(text: String): Option[Long] = {
    val t = text.trim.replaceFirst("^(\\d{4}-\\d\\d-\\d\\d) ", "$1T").replaceFirst(" ?(UTC|GMT)$", "Z")
    Try(Instant.parse(t))
      .orElse(Try(OffsetDateTime.parse(t).toInstant))
      .orElse(Try(LocalDateTime.parse(t).toInstant(ZoneOffset.UTC)))
      .map(_.toEpochMilli)
      .toOption
  }
}
