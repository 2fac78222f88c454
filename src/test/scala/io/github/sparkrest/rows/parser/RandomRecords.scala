// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows.parser

import java.nio.charset.StandardCharsets.{ISO_8859_1, UTF_8}
import java.util.SplittableRandom

import scala.annotation.tailrec

import org.apache.spark.sql.types._

/** Random schemas, and records for them.
  *
  * @param anyAsText some strings of the schema have other values in the records
  * @param odd 0: only regular records; 1: many values of the wrong type, odd numbers, odd escapes
  */
final class RandomRecords(seed: Long, odd: Double, anyAsText: Boolean = true) {
  import RandomRecords._
  private val random = new SplittableRandom(seed)
  private val out = new java.lang.StringBuilder

  def chance(p: Double): Boolean = random.nextDouble() < p
  def pick[T](from: IndexedSeq[T]): T = from(random.nextInt(from.length))
  private def oddly(p: Double) = odd > 0 && chance(odd * p)
  private def upTo(n: Int) = random.nextInt(n)

  def schema(): StructType = struct(1 + upTo(8), 0)

  private def struct(n: Int, depth: Int): StructType =
    StructType((0 until n).map(i => fieldName(i)).distinct.map(StructField(_, dataType(depth + 1))))

  private def fieldName(i: Int): String =
    if (chance(0.15)) pick(OddNames) else s"${pick(Stems)}${if (chance(0.5)) i.toString else ""}"

  private def dataType(depth: Int): DataType = upTo(if (depth > 3) 14 else 20) match {
    case 0 | 1 | 2 => StringType
    case 3 | 4     => LongType
    case 5         => DoubleType
    case 6         => BooleanType
    case 7         => TimestampType
    case 8         => IntegerType
    case 9         => pick(Vector(FloatType, ShortType, ByteType))
    case 10        => DateType
    case 11        => TimestampNTZType
    case 12        =>
      val precision = 1 + upTo(38)
      DecimalType(precision, upTo(precision + 1))
    case 13      => if (odd > 0) pick(Vector(BinaryType, NullType, StringType)) else StringType
    case 14 | 15 => ArrayType(dataType(depth + 1))
    case 16      => MapType(StringType, dataType(depth + 1))
    case _       => struct(1 + upTo(4), depth + 1)
  }

  def record(t: StructType): Array[Byte] = {
    out.setLength(0)
    blanks()
    objectOf(t, 0)
    out.toString.getBytes(UTF_8)
  }

  private def blanks(): Unit = if (chance(0.05 + odd * 0.1)) out.append(pick(Blanks))

  private def listed(n: Int, open: Char, close: Char)(each: Int => Unit): Unit = {
    out.append(open)
    blanks()
    (0 until n).foreach { i =>
      if (i > 0) out.append(if (oddly(0.005)) pick(BadCommas) else ",")
      blanks()
      each(i)
      blanks()
    }
    out.append(close)
  }

  private def colon(): Unit = {
    blanks()
    out.append(if (oddly(0.005)) pick(BadColons) else ":")
    blanks()
  }

  private def objectOf(t: StructType, depth: Int): Unit = {
    val present = t.fields.indices.filterNot(_ => chance(0.08))
    val shuffled = if (chance(0.2)) present.sortBy(_ => random.nextInt()) else present
    val extended = if (chance(0.1)) shuffled :+ -1 - upTo(4) else shuffled
    val order =
      if (oddly(0.05) && extended.nonEmpty) extended :+ pick(extended)
      else if (chance(0.3)) extended.reverse
      else extended
    listed(order.length, '{', '}') { i =>
      val field = order(i)
      name(if (field < 0) s"unknown_field_number$field" else t(field).name)
      colon()
      if (field < 0) any(depth) else value(t(field).dataType, depth + 1)
    }
  }

  private def name(n: String): Unit =
    if (oddly(0.02)) {
      val first = if (n.isEmpty || n.charAt(0) > 127) "41" else Integer.toHexString(n.charAt(0).toInt)
      out.append(
        pick(
          Vector(
            s"'$n'",
            n,
            s""""$n """",
            s""""${n.toUpperCase}"""",
            s""""\\u00$first${n.drop(1)}"""",
            s""""$n\\\\"""",
            "\"\"",
            s""""é$n"""",
            "\"" + n + "\u0001\"",
            s""""$n"""
          )
        )
      )
    } else out.append('"').append(n.replace("\"", "\\\"")).append('"')

  private def value(t: DataType, depth: Int): Unit =
    if (chance(0.05)) out.append("null")
    else if (oddly(0.05)) any(depth)
    else
      t match {
        case s: StructType         => objectOf(s, depth)
        case ArrayType(element, _) => listed(length(depth), '[', ']')(_ => value(element, depth + 1))
        case MapType(_, of, _)     =>
          listed(length(depth), '{', '}') { _ =>
            if (chance(0.1)) text() else name(s"key${upTo(if (odd > 0) 5 else 1000)}")
            colon()
            value(of, depth + 1)
          }
        case d: DecimalType         => decimal(d)
        case StringType             => if (anyAsText && chance(0.1)) any(depth) else text()
        case BooleanType            => out.append(if (oddly(0.05)) pick(OddBooleans) else pick(Vector("true", "false")))
        case LongType               => integer(63)
        case IntegerType            => integer(31)
        case ShortType              => integer(15)
        case ByteType               => integer(7)
        case DoubleType | FloatType => real()
        case TimestampType          => time(zoned = true)
        case TimestampNTZType       => time(zoned = oddly(0.1))
        case DateType   => if (oddly(0.1)) time(zoned = true) else out.append('"').append(date()).append('"')
        case BinaryType => out.append(if (chance(0.5)) "\"aGVsbG8=\"" else "\"###\"")
        case _          => any(depth)
      }

  private def length(depth: Int) = if (chance(0.03) && depth < 3) upTo(60) else upTo(4)

  private def any(depth: Int): Unit = upTo(if (depth > 4) 6 else 8) match {
    case 0     => integer(63)
    case 1     => real()
    case 2 | 3 => text()
    case 4     => out.append(pick(Vector("true", "false", "null")))
    case 5     => out.append(if (oddly(0.2)) pick(BadValues) else "null")
    case 6     => listed(upTo(4), '[', ']')(_ => any(depth + 1))
    case _     =>
      listed(upTo(4), '{', '}') { _ =>
        name(s"k${upTo(5)}")
        colon()
        any(depth + 1)
      }
  }

  private def text(): Unit = {
    out.append('"')
    (0 until (if (chance(0.1)) upTo(200) else upTo(14))).foreach { _ =>
      val x = random.nextDouble()
      if (x < 0.8) out.append(('a' + upTo(26)).toChar)
      else if (x < 0.86) out.append(pick(Escapes))
      else if (x < 0.94) out.append(pick(Foreign))
      else if (x < 0.95 && oddly(1)) out.append(pick(BadEscapes))
      else out.append(pick(Punctuation))
    }
    out.append('"')
  }

  private def digits(n: Int): String =
    ('1' + upTo(9)).toChar.toString + Seq.fill(n - 1)(('0' + upTo(10)).toChar).mkString

  private def integer(bits: Int): Unit =
    if (oddly(0.15)) out.append(if (chance(0.1)) digits(pick(Vector(19, 20, 250))) else pick(OddIntegers))
    else {
      if (chance(0.2)) out.append('-')
      out.append(random.nextLong() >>> (64 - 1 - upTo(bits)))
    }

  private def real(): Unit =
    if (oddly(0.2)) out.append(if (chance(0.1)) s"${digits(40)}.${digits(40)}" else pick(OddReals))
    else {
      if (chance(0.3)) out.append('-')
      upTo(10) match {
        case 0 | 1 | 2 => out.append(upTo(100000)).append('.').append(upTo(1000))
        case 3 | 4 | 5 => out.append(math.abs(java.lang.Double.longBitsToDouble(random.nextLong() & 0x7fefffffffffffffL)))
        case 6 | 7 => out.append(random.nextDouble())
        case 8     => out.append(digits(1 + upTo(21)))
        case _     =>
          out.append(digits(1 + upTo(18)))
          if (chance(0.5)) out.append('.').append(if (chance(0.3)) "000" else "").append(digits(1 + upTo(18)))
          if (chance(0.5)) out.append(pick(Vector("e", "E", "e+", "e-"))).append(upTo(330))
      }
    }

  private def decimal(t: DecimalType): Unit =
    if (oddly(0.2)) out.append(if (chance(0.2)) digits(pick(Vector(19, 38, 39))) else pick(OddDecimals))
    else {
      val quoted = chance(0.3)
      if (quoted) out.append('"')
      if (chance(0.3)) out.append('-')
      val whole = t.precision - t.scale
      out.append(if (whole <= 1 || chance(0.2)) "0" else digits(1 + upTo(whole - 1)))
      if (t.scale > 0 && chance(0.7)) out.append('.').append(digits(1 + upTo(t.scale)))
      if (odd > 0 && chance(0.1) && t.scale > 0) out.append(digits(3))
      if (quoted) out.append('"')
    }

  private def two(n: Int) = if (n < 10) s"0$n" else n.toString

  private def date(): String = {
    val year = 1960 + upTo(90)
    s"$year-${two(1 + upTo(12))}-${two(1 + upTo(if (oddly(0.1)) 32 else 28))}"
  }

  private def time(zoned: Boolean): Unit = {
    val d = date()
    val t = s"${two(upTo(24))}:${two(upTo(60))}:${two(upTo(60))}"
    if (oddly(0.25)) out.append(pick(OddTimes).replace("<d>", d).replace("<t>", t))
    else {
      val fraction = if (chance(0.5)) "" else s".${digits(1 + upTo(6))}"
      val zone =
        if (!zoned || chance(0.25)) ""
        else if (chance(0.5)) "Z"
        else s"${pick(Vector("+", "-"))}${two(upTo(15))}:${two(upTo(4) * 15)}"
      out.append('"').append(d).append(pick(Vector("T", " "))).append(t).append(fraction).append(zone).append('"')
    }
  }

  /** A record with one or two changes: bytes or parts are replaced, inserted, removed or cut off. */
  @tailrec def mutated(record: Array[Byte], times: Int = 1 + random.nextInt(2)): Array[Byte] =
    if (times == 0 || record.length < 2) record
    else {
      val i = upTo(record.length)
      val other = upTo(record.length)
      val spice = if (chance(0.7)) Spice(upTo(Spice.length)) else upTo(256).toByte
      val (before, after) = record.splitAt(i)
      val changed = upTo(7) match {
        case 0 => before ++ (spice +: after.drop(1))
        case 1 => before ++ (spice +: after)
        case 2 => before ++ after.drop(1)
        case 3 => before
        case 4 => record.take(math.min(i, other)) ++ record.drop(math.max(i, other))
        case 5 => record ++ pick(Tails).getBytes(UTF_8)
        case _ => before ++ pick(NoUtf8) ++ after
      }
      mutated(changed, times - 1)
    }
}

object RandomRecords {
  private val Stems = Vector("id", "name", "created_at", "user", "x", "value_of_a_long_name", "tags", "é")
  private val OddNames = Vector(
    "ключ",
    "a b",
    "q\"uote",
    "very_long_field_name_beyond_sixteen",
    "very_long_field_name_beyond_sixteeN",
    "",
    "sixteen_with_q14",
    "fourteen_chars"
  )
  private val Blanks = Vector(" ", "\n", "\t", "\r", "  ", " \n ")
  private val BadCommas = Vector("", ";", ",,")
  private val BadColons = Vector("", "=", "::")
  private val OddBooleans = Vector("\"true\"", "1", "TRUE", "truefalse", "\"\"")
  private val BadValues = Vector(
    // format: off
    "tru", "nul", "fals", "True", "undefined", "NaN", "'x'", "truex", "/*c*/1", "nulll", "", "{", "]", "[,]", "[1,]", "{\"a\"}",
    "{\"a\":}", "{,}", "{a:1}", "{'a':1}", "[1 2]", "{\"a\":1 \"b\":2}", "{\"a\":1,}"
    // format: on
  )
  private val Escapes =
    Vector(
      "\\n",
      "\\\"",
      "\\\\",
      "\\/",
      "\\t",
      "\\r",
      "\\b",
      "\\f",
      "\\u0041",
      "\\u00e9",
      "\\u20AC",
      "\\uD83D\\uDE00",
      "\\u0000"
    )
  private val Foreign =
    Vector("é", "ж", "€", "漢", "😀", "\u007f", "\uffff", "\ufeff", "\u0080", "\u07ff", "\u0800", "\ue000")
  private val BadEscapes = Vector(
    // format: off
    "\\ud800", "\\udc00", "\\ud83d\\u0041", "\\ud83d\\ud83d", "\\q", "\\u12", "\\u00g0", "\\x41", "\u0001", "\n", "\t", "'", "\\'",
    "\\uD83Dx", "\u0000", "\u0019"
    // format: on
  )
  private val Punctuation = Vector(" ", ",", ":", "{", "}", "[", "]", "#", "//", "0")
  private val OddIntegers = Vector(
    // format: off
    "-0", "0", "01", "-01", "+1", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
    "2147483648", "-2147483649", "2147483647", "128", "255", "256", "-129", "32768", "65535", "1.0", "1e3", "1E2", "-", "--1", "1-",
    "0x10", "99999999999999999999", "10000000000000000000", "18446744073709551616", "1_0", "0e1", "00", "1l", "0.", "1.e1"
    // format: on
  )
  private val OddReals = Vector(
    // format: off
    "-0", "-0.0", "0.0", "1e400", "-1e400", "1e-400", "4.9e-324", "2.2250738585072011e-308", "1.7976931348623157e308",
    "1.7976931348623159e308", ".5", "5.", "1e", "1e+", "NaN", "Infinity", "-Infinity", "\"NaN\"", "\"Infinity\"", "\"-INF\"", "+INF",
    "\"1.5\"", "1E5", "1E+5", "1e-5", "1e05", "0.1e1", "00.1", "9007199254740993", "9007199254740992.5",
    "0.000000000000000000000000012345", "123456789012345678", "1234567890123456789", "-1.0e-0", "0.0000000", "0e99", "-0e10", "-0e-10"
    // format: on
  )
  private val OddDecimals = Vector(
    // format: off
    "1e3", "1E-2", "\"1e2\"", "\"\"", "\"1,234.5\"", "\" 1\"", "\"01\"", "\"+1\"", "\".5\"", "\"5.\"", "-0", "-0.00", "0.005", "0.015",
    "-0.015", "0.00499999", "99999999.995", "99999999.994", "9.99995", "0.99999", "0.999995", "\"NaN\"", "NaN", "\"0x1\"", "999.95",
    "999.949", "1e-40", "1e40", "0.123456789012345678901234567890"
    // format: on
  )
  private val OddTimes = Vector(
    // format: off
    "\"<d>\"", "\"<d> <t>\"", "\"<d>T<t>.123456789Z\"", "\"<d>T24:00:00Z\"", "\"2023-02-29T00:00:00Z\"", "\"2024-02-29T00:00:00Z\"",
    "\"1900-02-29\"", "\"2000-02-29\"", "\"0000-01-01\"", "\"0000-01-01T00:00:00Z\"", "\"10000-01-01T00:00:00Z\"", "\"<d>T<t>+25:00\"",
    "\"<d>T<t>+18:00\"", "\"<d>T<t>-18:00\"", "\"<d>T<t>+0530\"", "\"<d>T<t>z\"", "\"<d>t<t>Z\"", "\"<d>T<t> Z\"", "\"<d>T<t>UTC\"",
    "\" <d>\"", "\"<d> \"", "\"<d>T<t> \"", "\"\"", "\"today\"", "\"epoch\"", "1700000000", "-1", "9223372036854775807", "1.5",
    "\"1700000000\"", "\"2020\"", "\"<d>T\"", "\"<d>T<t>.\"", "\"<d>T<t>.Z\"", "\"<t>\"", "\"<d>T<t>Z[UTC]\"", "\"<d>T<t>+05:30:15\"",
    "\"<d>T<t>-00:00\"", "\"-<d>\"", "\"+<d>\"", "\"20240101\"", "\"12345\"", "\"2024-13-01\"", "\"2024-00-10\"", "\"2024-01-00\"",
    "\"2024-1-1\"", "\"2024-01-01T1:2:3Z\"", "\"2024-01-01T23:60:00Z\"", "\"2024-01-01T23:59:60Z\"", "\"\\u0032024-01-01\"",
    "\"2024-01-01GMT\"", "\"1582-10-10\"", "\"1582-10-10T10:00:00Z\"", "\"0001-01-01T00:00:00\"", "\"9999-12-31T23:59:59.999999Z\"",
    "\"2024-03-31T02:30:00\"", "\"2024-10-27T02:30:00\"", "\"1890-01-01T00:00:00\"", "\"2024-03-10 02:30:00.5\""
    // format: on
  )
  private val Spice = "{}[]:,\"'\\0123456789eE+-.tfn /#\n\t\u0001".getBytes(ISO_8859_1)
  private val Tails = Vector("}", " ", "\n", "x", "{}", ",", "\u0000", "  \t", "]", "\"", "é")

  /** Invalid UTF-8: overlong, a surrogate, beyond U+10FFFF, incomplete. */
  private val NoUtf8: Vector[Array[Byte]] = Vector(
    Array(0xc0, 0x80),
    Array(0xed, 0xa0, 0x80),
    Array(0xf4, 0x90, 0x80, 0x80),
    Array(0xff),
    Array(0x80),
    Array(0xe2, 0x82),
    Array(0xf0, 0x9f, 0x98),
    Array(0xe0, 0x80, 0x80),
    Array(0xc3),
    Array(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80)
  ).map(_.map(_.toByte))
}
