// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

import io.github.sparkrest.options.GivenOptions

/** Bounds of memory for one response, and the JSON beyond RFC 8259 that is accepted.
  *
  * @param depth the deepest nesting of any value. The parser of the rows stops at a tenth of the default (Jackson: 1,000)
  * @param names how many names of fields, and of arrays, are kept for error messages
  * @param valueBytes the longest value next to the records that is kept: as a tree it takes up to 40 times as much
  * @param singleQuotes whether `'` begins a string inside a record (`allowSingleQuotes`)
  * @param comments whether comments become blanks (`allowComments`)
  */
final case class SliceRules(
    depth: Int = 10000,
    names: Int = 100,
    valueBytes: Int = 1 << 20,
    singleQuotes: Boolean = true,
    comments: Boolean = false
)

object SliceRules {

  /** The two options of `spark.read.json` that decide where a record ends. The parser of the rows applies all the others.
    */
  def of(jsonOptions: Map[String, String]): SliceRules = {
    val options = new GivenOptions(jsonOptions)
    def flag(name: String, default: Boolean) = options.get(name).fold(default)(_.trim.equalsIgnoreCase("true"))
    SliceRules(
      singleQuotes = flag("allowSingleQuotes", default = true),
      comments = flag("allowComments", default = false)
    )
  }
}

/** The first names of a response, for error messages. A response may contain millions. */
final private[sparkrest] class FirstNames(most: Int) {
  private val kept = scala.collection.mutable.LinkedHashSet.empty[String]

  def +=(name: String): Unit = if (kept.size < most) kept += FirstNames.shown(name) // guard: I4.3
  def toList: List[String] = kept.toList
}

private[sparkrest] object FirstNames {
  private val Longest = 200

  /** A name may be as long as the response: longer names are cut. */
  def shown(name: String): String = if (name.length <= Longest) name else name.take(Longest) + "…"
}
