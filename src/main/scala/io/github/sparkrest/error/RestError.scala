// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.error

/** A failure as a value: what happened, and what to do about it. Texts are redacted where they are made: neither
  * `message` nor `hint` may hold a secret (I6), for they travel from executors to the driver, into logs and the UI.
  *
  * @param retryAfterMs how long the API asked to wait (RFC 9110 `Retry-After`), if it did
  * @param repeatable whether the same request may be sent again within the poll: it changes nothing (RFC 9110 §9.2.2), never
  *   arrived, or the API asked for it
  */
final case class RestError(
    condition: Condition,
    message: String,
    hint: String,
    retryAfterMs: Option[Long] = None,
    repeatable: Boolean = true
) {
  def text: String = s"[REST_${condition.name}] ${lines(message)}${if (hint.isEmpty) "" else s" ${lines(hint)}"}"

  /** Only a list of options has lines of ours. */
  private def lines(text: String): String =
    if (condition == Condition.InvalidOptions) text.split("\n", -1).map(Printable(_)).mkString("\n") else Printable(text)

  def toException: RestException = new RestException(this)
}

object RestError {

  /** @param problems each names an option, what is wrong with it and what is allowed */
  def wrongOptions(problems: Seq[String], hint: String): RestError = {
    val are = if (problems.lengthCompare(1) == 0) "option is" else "options are"
    RestError(
      Condition.InvalidOptions,
      s"${problems.length} $are wrong:\n${problems.map("  - " + _).mkString("\n")}",
      hint
    )
  }
}

/** The one exception that Spark and its users see; its message begins with `[REST_…]`.
  *
  * It is an `IllegalArgumentException` because PySpark shows those by their message, without a Java stack trace.
  */
final class RestException(val error: RestError, cause: Throwable = null)
    extends IllegalArgumentException(error.text, cause) {

  /** From an executor it comes to the driver as the JDK's exception with the same message: the driver's thread that reads it
    * does not see a jar that came by `ADD JAR`, and the query would fail with `UnknownReason`.
    */
  private def writeReplace(): AnyRef = {
    val plain = new IllegalArgumentException(getMessage)
    plain.setStackTrace(getStackTrace)
    plain
  }
}
