// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.generated

import io.github.sparkrest.error.{Condition, Effect}

/** The error conditions as a page of the docs. GeneratedFilesSuite compares the file in the repository with this text. */
object ErrorsDoc {
  private def effect(e: Effect): String = e match {
    case Effect.Retry => "retries within the poll (`maxRetries`), then at the next interval, from the same offset"
    case Effect.NextInterval => "no batch; retries at the next interval, from the same offset"
    case Effect.FatalAtFirst =>
      "no batch; retries at the next interval, from the same offset; on the first poll of a new checkpoint the query fails"
    case Effect.Fatal => "the query, or `load()`, fails"
  }

  def markdown: String = s"""# Errors
    |
    |<!-- Generated from the error conditions (Condition.scala) by `make docs-options`. Do not edit. -->
    |
    |Every message begins with `[REST_<condition>]`, names the problem, and says what to do.
    |A message never contains a secret.
    |A failed poll always fails the query with `onError=fail`, under `Trigger.AvailableNow` and `Trigger.Once`, and after `maxConsecutiveErrors`.
    |
    || condition | meaning | what a stream does |
    ||---|---|---|
    |${Condition.all.map(c => s"| `REST_${c.name}` | ${c.doc} | ${effect(c.effect)} |").mkString("\n    |")}
    |""".stripMargin.replace("    |", "")
}
