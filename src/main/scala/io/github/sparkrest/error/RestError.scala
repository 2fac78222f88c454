// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.error

/** A failure as a value. `message` says what happened, `hint` says what to do. Neither may contain a secret (I6), because both
  * travel from executors to the driver, into logs and the UI. The code that makes a text redacts it.
  *
  * @param retryAfterMs wait that the API requires (RFC 9110 `Retry-After`)
  * @param repeatable whether the request may be retried within the poll: it is idempotent (RFC 9110 §9.2.2), it never arrived,
  *   or the API requested a retry
  */
final case class RestError(
    condition: Condition,
    message: String,
    hint: String,
    retryAfterMs: Option[Long] = None,
    repeatable: Boolean = true
) {
  def text: String = s"[REST_${condition.name}] ${lines(message)}${if (hint.isEmpty) "" else s" ${lines(hint)}"}"

  /** Only a list of options contains line breaks from the connector. */
  private def lines(text: String): String =
    if (condition == Condition.InvalidOptions) text.split("\n", -1).map(Printable(_)).mkString("\n") else Printable(text)

  def toException: RestException = new RestException(this)
}

object RestError {

  /** A hint that is true in a log, where a retry follows, and in the exception that a user gets after the last one. */
  val Retried = "The request is retried as often as maxRetries allows."

  def orThrow[A](result: Either[RestError, A]): A = result.fold(e => throw e.toException, identity)

  /** A single option is wrong. */
  def wrongOption(problem: String, hint: String): RestError = wrongOptions(Seq(problem), hint)
  def refuse(problem: String, hint: String): Nothing = throw wrongOption(problem, hint).toException

  /** @param problems each names an option, its problem and the allowed values */
  def wrongOptions(problems: Seq[String], hint: String): RestError = {
    val are = if (problems.lengthCompare(1) == 0) "option is" else "options are"
    Condition.InvalidOptions(
      s"${problems.length} $are wrong:\n${problems.map("  - " + _).mkString("\n")}",
      hint
    )
  }
}

/** The only exception that Spark and its users see. Its message begins with `[REST_…]`.
  *
  * It is an `IllegalArgumentException` because PySpark shows only the message of such an exception, without a Java stack trace.
  */
final class RestException(val error: RestError, cause: Throwable = null)
    extends IllegalArgumentException(error.text, cause) {

  /** An executor sends a JDK exception with the same message. The driver's thread that reads it does not see a jar that was added
    * with `ADD JAR`, so the query would otherwise fail with `UnknownReason`.
    */
  private def writeReplace(): AnyRef = {
    val plain = new IllegalArgumentException(getMessage)
    plain.setStackTrace(getStackTrace)
    plain
  }
}

/** Makes text of an API safe for a log: one line, without control characters and without characters that change the direction
  * of text. Otherwise an API could write log lines.
  */
object Printable {
  private val obeyed = "[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]".r

  def apply(text: String): String = obeyed.replaceAllIn(text, m => "<%04x>".format(m.matched.charAt(0).toInt))
}
