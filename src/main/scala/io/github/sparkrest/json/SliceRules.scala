// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

/** What a response may make the slicer hold, and which JSON beyond RFC 8259 it cuts into records.
  *
  * @param depth the deepest nesting of any value. No parser of rows reads more than a tenth of the default (Jackson: 1,000)
  * @param names names of fields, and of arrays, that are kept for error messages
  * @param valueBytes the longest value beside the records that is kept: as a tree it takes up to 40 times as much
  * @param singleQuotes whether `'` begins a string inside a record (`allowSingleQuotes`)
  * @param comments whether comments are blanked out (`allowComments`)
  */
final case class SliceRules(
    depth: Int = 10000,
    names: Int = 100,
    valueBytes: Int = 1 << 20,
    singleQuotes: Boolean = true,
    comments: Boolean = false
)

object SliceRules {

  /** As `spark.read.json` understands its options: these two decide where a record ends. The others decide only what the row
    * becomes, so they are left to the parser of the rows.
    */
  def of(jsonOptions: Map[String, String]): SliceRules = {
    def flag(name: String, default: Boolean) =
      jsonOptions
        .collectFirst { case (k, v) if k.equalsIgnoreCase(name) => v.trim.equalsIgnoreCase("true") }
        .getOrElse(default)
    SliceRules(
      singleQuotes = flag("allowSingleQuotes", default = true),
      comments = flag("allowComments", default = false)
    )
  }
}

/** The first names of a response, for error messages. A response may hold millions. */
final private[sparkrest] class FirstNames(most: Int) {
  private val kept = scala.collection.mutable.LinkedHashSet.empty[String]

  def +=(name: String): Unit = if (kept.size < most) kept += FirstNames.shown(name) // guard: I4.3
  def toList: List[String] = kept.toList
}

private[sparkrest] object FirstNames {
  private val Longest = 200

  /** A name that is as long as a response is not kept whole. */
  def shown(name: String): String = if (name.length <= Longest) name else name.take(Longest) + "…"
}
