// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

object JsonLines {
  private val types = Set("ndjson", "jsonl", "json-lines", "jsonlines")

  /** Longer than any media type with its parameters. */
  private val MostChars = 500

  /** Whether a `Content-Type` says that the body has a JSON value on each line. */
  def names(contentType: String): Boolean = contentType.length <= MostChars &&
    contentType.toLowerCase.split("[^a-z0-9_-]+").exists(word => types(word.stripPrefix("x-")))
}
