// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows.parser

import java.lang.Double.doubleToRawLongBits
import java.lang.Float.floatToRawIntBits
import java.nio.charset.StandardCharsets.UTF_8

import org.apache.spark.sql.catalyst.util.{ArrayBasedMapData, GenericArrayData}
import org.apache.spark.sql.types._

/** A type of Spark's, as a reader of JSON values that are not null. For one thread, because structs learn the order of names. */
sealed abstract private[parser] class ValueParser {

  /** Reads the value at `at`, as Spark's rows hold it. `json.pos` is then past the value. */
  def value(json: RecordParser, at: Int): Any

  /** A value that [[ParsedRow]] keeps as bits, as Spark's rows hold it. */
  def boxed(bits: Long): Any
}

private[parser] object ValueParser {

  /** @param once the value occurs at most once in a record, so its row can be used again for the next record */
  def of(t: DataType, once: Boolean): ValueParser = t match {
    case BooleanType                             => OfBoolean
    case ByteType                                => OfByte
    case ShortType                               => OfShort
    case IntegerType                             => OfInt
    case LongType                                => OfLong
    case FloatType                               => OfFloat
    case DoubleType                              => OfDouble
    case DateType                                => OfDate
    case TimestampType                           => OfTimestamp
    case TimestampNTZType                        => OfLocalTimestamp
    case StringType                              => OfString
    case d: DecimalType if d.scale < 0           => ForSpark
    case d: DecimalType if d.precision <= 18     => new OfDecimal(d)
    case d: DecimalType                          => new OfWideDecimal(d)
    case s: StructType                           => new OfStruct(s, None, once)
    case ArrayType(element, _)                   => new OfArray(of(element, once = false))
    case MapType(key, v, _) if key == StringType => new OfMap(of(v, once = false))
    case _                                       => ForSpark
  }

  /** Whether Spark's parser knows no other rules for the fields: defaults for absent fields, and names that occur twice. */
  def isPlain(t: DataType): Boolean = t match {
    case StructType(fields) =>
      fields.map(_.name).distinct.length == fields.length &&
      fields.forall(f => !f.metadata.contains("EXISTS_DEFAULT") && isUnicode(f.name) && isPlain(f.dataType))
    case ArrayType(element, _) => isPlain(element)
    case MapType(_, value, _)  => isPlain(value)
    case _                     => true
  }

  private def isUnicode(name: String) = new String(name.getBytes(UTF_8), UTF_8) == name
}

/** A type of at most eight bytes. */
sealed abstract private[parser] class InBits extends ValueParser {
  def bits(json: RecordParser, at: Int): Long
  final def value(json: RecordParser, at: Int): Any = boxed(bits(json, at))
}

private[parser] object OfBoolean extends InBits {
  def bits(json: RecordParser, at: Int): Long = if (json.booleanAt(at)) 1 else 0
  def boxed(bits: Long): Any = bits != 0
}
private[parser] object OfByte extends InBits {
  def bits(json: RecordParser, at: Int): Long = json.byteAt(at).toLong
  def boxed(bits: Long): Any = bits.toByte
}
private[parser] object OfShort extends InBits {
  def bits(json: RecordParser, at: Int): Long = json.shortAt(at).toLong
  def boxed(bits: Long): Any = bits.toShort
}
private[parser] object OfInt extends InBits {
  def bits(json: RecordParser, at: Int): Long = json.intAt(at).toLong
  def boxed(bits: Long): Any = bits.toInt
}
private[parser] object OfLong extends InBits {
  def bits(json: RecordParser, at: Int): Long = json.longAt(at)
  def boxed(bits: Long): Any = bits
}
private[parser] object OfFloat extends InBits {
  def bits(json: RecordParser, at: Int): Long = floatToRawIntBits(json.floatAt(at)).toLong
  def boxed(bits: Long): Any = java.lang.Float.intBitsToFloat(bits.toInt)
}
private[parser] object OfDouble extends InBits {
  def bits(json: RecordParser, at: Int): Long = doubleToRawLongBits(json.doubleAt(at))
  def boxed(bits: Long): Any = java.lang.Double.longBitsToDouble(bits)
}
private[parser] object OfDate extends InBits {
  def bits(json: RecordParser, at: Int): Long = json.dateAt(at).toLong
  def boxed(bits: Long): Any = bits.toInt
}
private[parser] object OfTimestamp extends InBits {
  def bits(json: RecordParser, at: Int): Long = json.timestampAt(at)
  def boxed(bits: Long): Any = bits
}
private[parser] object OfLocalTimestamp extends InBits {
  def bits(json: RecordParser, at: Int): Long = json.localTimestampAt(at)
  def boxed(bits: Long): Any = bits
}

sealed abstract private[parser] class AsObject extends ValueParser {
  final def boxed(bits: Long): Any = throw new IllegalStateException("not kept as bits")
}

private[parser] object OfString extends AsObject {
  def value(json: RecordParser, at: Int): Any = json.stringAt(at)
}
final private[parser] class OfDecimal(t: DecimalType) extends AsObject {
  def value(json: RecordParser, at: Int): Any =
    Decimal.createUnsafe(json.unscaledAt(at, t.precision, t.scale), t.precision, t.scale)
}
final private[parser] class OfWideDecimal(t: DecimalType) extends AsObject {
  def value(json: RecordParser, at: Int): Any = json.decimalAt(at, t.precision, t.scale)
}

/** A type that only Spark's parser reads. */
private[parser] object ForSpark extends AsObject {
  def value(json: RecordParser, at: Int): Any = throw Unusual
}

/** @param absent a field that no record fills: Spark's column for corrupt records
  */
final private[parser] class OfStruct(t: StructType, absent: Option[String], once: Boolean) extends AsObject {
  private val fields = t.fields.map(f => ValueParser.of(f.dataType, once))
  private val keys =
    new FieldKeys(t.fieldNames.map(n => if (absent.contains(n) || isEscaped(n)) null else n.getBytes(UTF_8)))
  private val reused = if (once) new ParsedRow(fields) else null

  /** JSON spells such a name with an escape, which is [[Unusual]]. Its own bytes are no JSON. */
  private def isEscaped(name: String) = name.exists(c => c == '"' || c == '\\' || c < ' ')

  def value(json: RecordParser, at: Int): Any = {
    if (json.buf(at) != '{') throw Unusual
    row(json, at)
  }

  /** @param at of the opening brace */
  def row(json: RecordParser, at: Int): ParsedRow = {
    val b = json.buf
    val row = if (once) reused else new ParsedRow(fields)
    if (once) row.clear()
    row.begin(b)
    json.enter()
    var p = if (b(at + 1) <= ' ') json.blank(at + 1) else at + 1
    if (b(p) == '}') json.pos = p + 1
    else {
      var key = keys.start
      while (p >= 0) {
        val next = key.next
        if (next != null && next.isAt(b, p)) {
          key = next
          p += key.length
          if (b(p) <= ' ') p = json.blank(p)
        } else {
          key = keys.at(json, key, p)
          p = json.pos
        }
        if (key.field < 0) {
          if (b(p) != 'n') json.hasUnknown = true
          p = json.skip(p)
        } else {
          // Of two values of one name Spark takes the last one.
          if (!row.isNullAt(key.field)) throw Unusual
          if (b(p) == 'n' && (fields(key.field) ne ForSpark)) p = json.nullAt(p)
          else {
            json.put(fields(key.field), p, row, key.field)
            p = json.pos
          }
        }
        p = json.next(p, '}')
      }
    }
    json.leave()
    row
  }
}

final private[parser] class OfArray(element: ValueParser) extends AsObject {
  def value(json: RecordParser, at: Int): Any = {
    val b = json.buf
    if (b(at) != '[') throw Unusual
    json.enter()
    val mark = json.kept
    var p = if (b(at + 1) <= ' ') json.blank(at + 1) else at + 1
    if (b(p) == ']') json.pos = p + 1
    else while (p >= 0) p = json.next(json.keep(element, p), ']')
    json.leave()
    new GenericArrayData(json.take(mark))
  }
}

final private[parser] class OfMap(of: ValueParser) extends AsObject {
  def value(json: RecordParser, at: Int): Any = {
    val b = json.buf
    if (b(at) != '{') throw Unusual
    json.enter()
    val mark = json.kept
    var p = if (b(at + 1) <= ' ') json.blank(at + 1) else at + 1
    if (b(p) == '}') json.pos = p + 1
    else
      while (p >= 0) {
        if (b(p) != '"') throw Unusual
        val name = json.keep(OfString, p)
        if (name - p > StrictJson.LongestName) throw Unusual
        p = json.next(json.keep(of, json.colon(name)), '}')
      }
    json.leave()
    val all = json.take(mark)
    val keys = new Array[Any](all.length / 2)
    val values = new Array[Any](all.length / 2)
    var i = 0
    while (i < keys.length) {
      keys(i) = all(2 * i)
      values(i) = all(2 * i + 1)
      i += 1
    }
    new ArrayBasedMapData(new GenericArrayData(keys), new GenericArrayData(values))
  }
}
