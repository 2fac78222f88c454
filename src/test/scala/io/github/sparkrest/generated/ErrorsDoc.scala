// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.generated

import io.github.sparkrest.error.{Condition, Effect}

/** The error conditions as a page of the docs. GeneratedFilesSuite compares the file in the repository with this text. */
object ErrorsDoc {
  private def effect(e: Effect): String = e match {
    case Effect.Retry => "asked again within the poll (`maxRetries`), then at the next interval, at the same offset"
    case Effect.NextInterval => "no batch; asked again at the next interval, at the same offset"
    case Effect.FatalAtFirst =>
      "no batch; asked again at the next interval, at the same offset; on the first poll of a new checkpoint the query fails"
    case Effect.Fatal => "the query, or `load()`, fails"
  }

  def markdown: String = s"""# Errors
    |
    |<!-- Generated from the error conditions (Condition.scala) by `make docs-options`. Do not edit. -->
    |
    |Every message begins with `[REST_<condition>]`, names what is wrong and says what to do. Secrets are never in it. With
    |`onError=fail`, under `Trigger.AvailableNow` and after `maxConsecutiveErrors` a failed poll fails the query in any case.
    |
    || condition | meaning | what a stream does |
    ||---|---|---|
    |${Condition.all.map(c => s"| `REST_${c.name}` | ${c.doc} | ${effect(c.effect)} |").mkString("\n    |")}
    |""".stripMargin.replace("    |", "")
}
