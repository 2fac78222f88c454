// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import io.github.sparkrest.options.tables.Opt
import io.github.sparkrest.options.values.{BodyCondition, HeaderName, MaxRate, StatusCodes}
import io.github.sparkrest.options.{OptionReader, RestOptions}

/** Rate limits, retries and conditional requests.
  *
  * @param remainingHeader `None`: the usual names
  * @param resetHeader `None`: the usual names
  * @param maxWaitMs longest wait that a response can impose
  * @param spentWhen condition on the body of a response that reports a used-up quota
  * @param retryNamed the user set `retryStatusCodes`, so they also apply to methods that are not idempotent
  * @param conditional whether `If-None-Match` and `If-Modified-Since` are sent
  */
final case class LimitConfig(
    remainingHeader: Option[String],
    resetHeader: Option[String],
    maxWaitMs: Long,
    spentWhen: Option[BodyCondition],
    rate: Option[MaxRate],
    retryStatusCodes: StatusCodes,
    retryNamed: Boolean,
    conditional: Boolean
)

object LimitConfig {
  private[sparkrest] def read(read: OptionReader): LimitConfig = {
    import RestOptions._
    def headerName(o: Opt[String]) = read.opt(o).filter { name =>
      val isName = HeaderName.isValid(name.trim)
      if (!isName) read.problem(s"""${o.name}: "$name" is not a header name (RFC 9110 §5.1)""")
      isName
    }
    LimitConfig(
      remainingHeader = headerName(RateLimitRemainingHeader).map(_.trim),
      resetHeader = headerName(RateLimitResetHeader).map(_.trim),
      maxWaitMs = read(RateLimitMaxWait),
      spentWhen = read.parsed(RateLimitWhen)(BodyCondition.parse),
      rate = read.opt(MaxRequestRate),
      retryStatusCodes = read.parsed(RetryStatusCodes)(StatusCodes.parse).getOrElse(StatusCodes(Nil)),
      retryNamed = read.isGiven(RetryStatusCodes),
      conditional = read(ConditionalRequests)
    )
  }
}
