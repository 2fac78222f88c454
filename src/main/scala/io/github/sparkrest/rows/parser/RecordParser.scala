// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows.parser

import java.time.ZoneId

import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.types.StructType

/** What of Spark's JSON options matters for strict JSON: which forms of dates, times, decimals and strings have default rules. */
final private[rows] case class ParserSettings(
    dates: Boolean,
    timestamps: Boolean,
    localTimestamps: Boolean,
    plainDecimals: Boolean,
    exactStrings: Boolean,
    timeZone: ZoneId
) {
  private[parser] lazy val zone = new Times.Zone(timeZone)
}

/** Rows straight from the bytes of records, directed by the schema. For one thread.
  *
  * Invariant: a row is the one that Spark's `JacksonParser` makes of the same record, or there is no row. A record with anything
  * unusual goes to Spark's parser as a whole: a value that does not fit its type, a name that occurs twice, JSON that is not
  * strict, a number or a date with rules of its own. `DifferentialSuite` compares both parsers.
  *
  * @param corruptColumn of the schema, which stays null here
  */
final private[rows] class RecordParser private (schema: StructType, corruptColumn: String, settings: ParserSettings)
    extends Scalars(settings) {
  private val root = new OfStruct(schema, Some(corruptColumn), once = true)

  /** Whether a record had a field that the schema lacks, with a value other than null. */
  private[parser] var hasUnknown = false

  /** Whether the schema has all fields of the record that was parsed last. Fields that are null do not count. */
  def coversRecord: Boolean = !hasUnknown

  /** The row of the record in `[from, to)`; null: it is for Spark's own parser. Strings are slices of `record`, and the next call
    * uses the row again.
    */
  def row(record: Array[Byte], from: Int, to: Int): InternalRow =
    if (to - from > StrictJson.LongestRecord) null
    else {
      begin(record)
      hasUnknown = false
      top = 0
      try {
        val at = blank(from)
        if (record(at) != '{') null
        else {
          val row = root.row(this, at)
          if (pos == to) row else null
        }
      } catch {
        case Unusual | _: IndexOutOfBoundsException => null
      }
    }

  /** Reads the value at `at`, which is not null, into the row; `pos` is then past it. */
  private[parser] def put(of: ValueParser, at: Int, row: ParsedRow, field: Int): Unit =
    // Most fields are strings, and a call of a known method costs less.
    if (of eq OfString) putString(at, row, field)
    else
      of match {
        case number: InBits => row.put(field, number.bits(this, at))
        case _              => row.update(field, of.value(this, at))
      }

  // Elements of the arrays and maps that are open.
  private var stack = new Array[Any](64)
  private var top = 0

  /** How many values are kept: the mark for [[take]]. */
  private[parser] def kept: Int = top

  /** Keeps the value at `at`, which may be null; the result is the position past it. */
  private[parser] def keep(of: ValueParser, at: Int): Int = {
    val value = if (buf(at) == 'n' && (of ne ForSpark)) { pos = nullAt(at); null }
    else of.value(this, at)
    if (top == stack.length)
      stack = java.util.Arrays.copyOf(stack.asInstanceOf[Array[AnyRef]], top * 2).asInstanceOf[Array[Any]]
    stack(top) = value
    top += 1
    pos
  }

  /** The values kept since `mark`. */
  private[parser] def take(mark: Int): Array[Any] = {
    val all = new Array[Any](top - mark)
    System.arraycopy(stack, mark, all, 0, all.length)
    java.util.Arrays.fill(stack.asInstanceOf[Array[AnyRef]], mark, top, null)
    top = mark
    all
  }
}

private[rows] object RecordParser {

  /** `None`: Spark's parser has rules for this schema that this one lacks. */
  def of(schema: StructType, corruptColumn: String, settings: ParserSettings): Option[RecordParser] =
    if (ValueParser.isPlain(schema)) Some(new RecordParser(schema, corruptColumn, settings)) else None
}
