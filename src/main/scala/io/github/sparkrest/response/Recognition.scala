// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import io.github.sparkrest.json.{FirstNames, JsonScanner, Malformed}
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.options.values.FieldPath.Name

/** Finds the records in a root object without a `dataField`. Only the end of the response shows whether an array contained the
  * records, so records may be discarded again.
  *
  * @param names of the root's fields
  * @param open requested paths
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

  /** Names of arrays of objects, and their number. */
  private val candidates = new FirstNames(Shown)
  private var arrays = 0
  private var anyEmpty, usualEmpty, usualFilled = false

  /** In a first response: `data`, or the only array of objects.
    *
    * A response may contain only a list of warnings next to an empty array with a usual name for records. The warnings are not
    * records then.
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
    else if (arrays > 1) Recognized.Several(candidates.toList)
    else if (taken.exists(!isUsual(_)) && usualEmpty) { records.restart(); Recognized.Nothing } // guard: I1.5
    else taken.map(Recognized.In(_)).getOrElse(if (anyEmpty) Recognized.Nothing else Recognized.Missing(Data))
  }

  /** In a later response: the records are in the same field, and nowhere else. */
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
    // Next to an empty list, the first response may have shown another array.
    if (taken && (isUsual(field) || arrays == 0)) Recognized.In(field) // guard: I1.165
    else if (taken) Recognized.Several(field :: candidates.toList)
    else if (other || arrays > 0) Recognized.Missing(field)
    else Recognized.Nothing
  }

  private def isArrayOrNull = scanner.peek() == '[' || scanner.peek() == 'n'

  private def take(): Unit =
    if (scanner.peek() == '[') records.array()
    else { scanner.checkLiteral(); scanner.skipValue() }

  /** An array that is a requested value, or is selected from, does not contain records. */
  private def mayHoldRecords(inside: List[Trail]) =
    scanner.peek() == '[' && !inside.exists(t => t.rest.isEmpty || EnvelopePass.selects(t))

  /** Whether the array at `pos` contains objects. */
  private def look(name: String): Boolean = {
    val begin = scanner.inside()
    anyEmpty ||= begin == ']'
    usualEmpty ||= begin == ']' && isUsual(name)
    usualFilled ||= begin == '{' && isUsual(name)
    if (begin == '{') { candidates += name; arrays += 1 }
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

  /** Parsers differ in which of the two they use. The records of the other would be lost. */
  def twice(name: String): String =
    s"the name ${FirstNames.shown(name)}, which leads to the records, appears twice in one object"
}

/** Where the records of a root object are. */
sealed private[sparkrest] trait Recognized

private[sparkrest] object Recognized {
  final case class In(field: String) extends Recognized

  /** The response has no records, and shows that. */
  case object Nothing extends Recognized
  final case class Missing(field: String) extends Recognized
  final case class Several(fields: List[String]) extends Recognized
}
