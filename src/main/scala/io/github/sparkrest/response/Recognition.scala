// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import io.github.sparkrest.json.{FirstNames, JsonScanner, Malformed}
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.options.values.FieldPath.Name

/** Finds the records in a root object without a `dataField`. Whether an array is the one is known only at the end of the
  * response, so records may be taken back.
  *
  * @param names of the root's fields
  * @param open wanted paths
  */
final private[sparkrest] class Recognition(
    scanner: JsonScanner,
    records: RecordPass,
    beside: EnvelopePass,
    names: FirstNames,
    open: List[Trail]
) {
  import Recognition._
  import EnvelopePass.into

  /** Names of arrays of objects, and how many there were. */
  private val candidates = new FirstNames(Shown)
  private var found = 0
  private var anyEmpty, usualEmpty, usualFilled = false

  /** In a first response: `data`, or the only array of objects.
    *
    * A response may hold nothing but a warning, next to an empty array that usually holds the records: the warning is no
    * record.
    */
  def first(): Recognized = {
    var taken = Option.empty[String]
    var data = false
    scanner.members { name =>
      names += name
      val inside = into(name, open)
      if (name == Data && data) throw new Malformed(twice(name))
      if (name == Data && isArrayOrNull) {
        if (taken.nonEmpty) records.restart()
        data = true
        taken = Some(name)
        take()
      } else if (!data && mayHoldRecords(inside)) {
        beside.arrays += FieldPath(List(name)).toString
        val holds = look(name)
        if (holds && taken.isEmpty) { taken = Some(name); records.array() }
        else scanner.skipValue()
      } else beside.keep(Vector(Name(name)), inside)
    }
    if (data) Recognized.In(Data)
    else if (found > 1) Recognized.Several(candidates.toList)
    else if (taken.exists(!isUsual(_)) && usualEmpty) { records.restart(); Recognized.Nothing } // guard: I1.5
    else taken.map(Recognized.In(_)).getOrElse(if (anyEmpty) Recognized.Nothing else Recognized.Missing(Data))
  }

  /** In a later response: records are where they were before, and nowhere else. */
  def later(field: String): Recognized = {
    var taken, other = false
    scanner.members { name =>
      names += name
      val inside = into(name, open)
      if (name == field && taken) throw new Malformed(twice(name))
      if (name == field && isArrayOrNull) { taken = true; take() }
      else {
        if (name == field) other = scanner.peek() != '{' || scanner.inside() != '}'
        else if (mayHoldRecords(inside)) look(name)
        beside.keep(Vector(Name(name)), inside)
      }
    }
    if (taken && (isUsual(field) || !usualFilled)) Recognized.In(field)
    else if (taken) Recognized.Several(field :: candidates.toList)
    else if (other || found > 0) Recognized.Missing(field)
    else Recognized.Nothing
  }

  private def isArrayOrNull = scanner.peek() == '[' || scanner.peek() == 'n'

  private def take(): Unit =
    if (scanner.peek() == '[') records.array()
    else { scanner.checkLiteral(); scanner.skipValue() }

  /** An array that is wanted as a value, or selected from, holds no records. */
  private def mayHoldRecords(inside: List[Trail]) =
    scanner.peek() == '[' && !inside.exists(t => t.rest.isEmpty || EnvelopePass.selects(t))

  /** Whether the array at `pos` holds objects. */
  private def look(name: String): Boolean = {
    val begin = scanner.inside()
    anyEmpty ||= begin == ']'
    usualEmpty ||= begin == ']' && isUsual(name)
    usualFilled ||= begin == '{' && isUsual(name)
    if (begin == '{') { candidates += name; found += 1 }
    begin == '{'
  }
}

private[sparkrest] object Recognition {
  private val Data = "data"
  private val Shown = 20

  /** Where APIs usually put their records. */
  private val Usual = Set(
    "content",
    "data",
    "elements",
    "entries",
    "hits",
    "items",
    "list",
    "records",
    "results",
    "rows",
    "value",
    "values"
  )

  private def isUsual(name: String): Boolean = Usual(name.toLowerCase)

  /** Which of the two another parser takes, nobody knows: records of the other would be lost. */
  def twice(name: String): String =
    s"the name ${FirstNames.shown(name)}, which leads to the records, stands twice in one object"
}

/** Where the records of a root object are. */
sealed private[sparkrest] trait Recognized

private[sparkrest] object Recognized {
  final case class In(field: String) extends Recognized

  /** The response has none, and says so. */
  case object Nothing extends Recognized
  final case class Missing(field: String) extends Recognized
  final case class Several(fields: List[String]) extends Recognized
}
