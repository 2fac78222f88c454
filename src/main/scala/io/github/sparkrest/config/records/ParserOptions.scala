// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config.records

import java.nio.charset.Charset
import java.util.Locale

import scala.util.Try

import io.github.sparkrest.options.{GivenOptions, OptionReader, RestOptions}

/** Reads the options of Spark's parsers that the connector itself obeys. The option table lacks them, because Spark defines them. */
final private[records] class ParserOptions(read: OptionReader, options: GivenOptions) {
  def parsed[A](name: String, default: A, allowed: String)(parse: String => Option[A]): A =
    options.get(name).fold(default) { t =>
      parse(t).getOrElse {
        read.problem(s"""$name: "$t" is not allowed; allowed: $allowed""")
        default
      }
    }

  def flag(name: String, default: Boolean): Boolean =
    parsed(name, default, "true or false")(t => Try(t.trim.toBoolean).toOption)

  /** Under one of its two names. */
  def charset: Option[String] = Seq("encoding", "charset")
    .find(options.has(_))
    .flatMap(n =>
      parsed(n, Option.empty[String], "a charset of Java")(t => Try(Charset.forName(t.trim).name).toOption.map(Some(_)))
    )
}

/** The form of CSV responses: the options of `spark.read.csv` that say where a row and a value end. Spark's defaults, except
  * that `header` is true unless `recordFields` names the columns.
  *
  * @param comment `\u0000`: no line is a comment
  * @param charset `None`: the charset that the response names, otherwise UTF-8
  * @param rowOptions what Spark needs to convert values: `nullValue`, `dateFormat`, …
  */
final case class CsvConfig(
    header: Boolean,
    delimiter: String,
    quote: Char,
    escape: Char,
    escapeOfEscape: Option[Char],
    comment: Char,
    nullValue: String,
    emptyValue: String,
    ignoreLeadingWhiteSpace: Boolean,
    ignoreTrailingWhiteSpace: Boolean,
    lineSeparator: Option[String],
    charset: Option[String],
    maxColumns: Int,
    maxCharsPerColumn: Int,
    unescapedQuotes: String,
    rowOptions: Map[String, String]
)

object CsvConfig {
  private val Unescaped =
    Seq("STOP_AT_CLOSING_QUOTE", "BACK_TO_DELIMITER", "STOP_AT_DELIMITER", "SKIP_VALUE", "RAISE_ERROR")

  private[records] def read(read: OptionReader, options: GivenOptions, hasNames: Boolean): CsvConfig = {
    val parser = new ParserOptions(read, options)
    import parser.{flag, parsed}
    // An empty text turns the character off, as in Spark.
    def char(name: String, default: Char) = parsed(name, default, "one character, or an empty text for none")(t =>
      if (t.length <= 1) Some(t.headOption.getOrElse(Off)) else None
    )
    def whole(name: String, default: Int) =
      parsed(name, default, "a whole number, from 1 or -1 for no limit")(t =>
        Try(t.trim.toInt).toOption.filter(n => n == -1 || n > 0)
      )
    CsvConfig(
      header = flag("header", !hasNames),
      delimiter = Seq("sep", "delimiter")
        .find(options.has(_))
        .fold(",")(n => parsed(n, ",", "a separator, e.g. ; or \\t")(delimiterOf)),
      quote = char("quote", '"'),
      escape = char("escape", '\\'),
      escapeOfEscape = Some(char("charToEscapeQuoteEscaping", Off)).filter(_ != Off),
      comment = char("comment", Off),
      nullValue = options.get("nullValue").getOrElse(""),
      emptyValue = options.get("emptyValue").getOrElse(""),
      ignoreLeadingWhiteSpace = flag("ignoreLeadingWhiteSpace", default = false),
      ignoreTrailingWhiteSpace = flag("ignoreTrailingWhiteSpace", default = false),
      lineSeparator = parsed("lineSep", Option.empty[String], "one or two characters")(t =>
        if (t.nonEmpty && t.length <= 2) Some(Some(t)) else None
      ),
      charset = parser.charset,
      maxColumns = whole("maxColumns", MostColumns),
      maxCharsPerColumn = whole("maxCharsPerColumn", -1),
      unescapedQuotes = parsed("unescapedQuoteHandling", "STOP_AT_DELIMITER", Unescaped.mkString(", "))(t =>
        Some(t.trim.toUpperCase(Locale.ROOT)).filter(Unescaped.contains)
      ),
      rowOptions = options.only(RestOptions.json ++ RestOptions.csv)
    )
  }

  private val Off = '\u0000'
  private val MostColumns = 20480

  private val escapes =
    Map('t' -> '\t', 'r' -> '\r', 'b' -> '\b', 'f' -> '\f', '"' -> '"', '\'' -> '\'', '\\' -> '\\')

  /** As Spark reads it: `\t` and some other letters behind a backslash stand for one character, and it may be longer than one
    * character.
    */
  private[records] def delimiterOf(text: String): Option[String] = {
    def from(rest: List[Char]): Option[List[Char]] = rest match {
      case Nil                                               => Some(Nil)
      case '\\' :: 'u' :: '0' :: '0' :: '0' :: '0' :: others => from(others).map(Off :: _)
      case '\\' :: c :: others                               => escapes.get(c).flatMap(e => from(others).map(e :: _))
      case '\\' :: Nil                                       => None
      case c :: others                                       => from(others).map(c :: _)
    }
    from(text.toList).filter(_.nonEmpty).map(_.mkString)
  }
}

/** The form of XML responses, as the options of `spark.read.xml` say it, with Spark's defaults.
  *
  * @param rowTag name of the elements that are records; empty for other formats
  * @param excludesAttributes records are read without attributes
  * @param charset `None`: the charset that the response names, otherwise that of the XML declaration
  * @param rowOptions what Spark's parser gets: `rowTag`, `nullValue`, `dateFormat`, …
  */
final case class XmlConfig(
    rowTag: String,
    attributePrefix: String,
    valueTag: String,
    excludesAttributes: Boolean,
    trims: Boolean,
    ignoresNamespace: Boolean,
    wildcard: String,
    nullValue: Option[String],
    charset: Option[String],
    rowOptions: Map[String, String]
) {

  /** Spark's parser needs a `rowTag`, and other formats have none. */
  private[sparkrest] def named: XmlConfig =
    if (rowTag.nonEmpty) this else copy(rowTag = "record", rowOptions = rowOptions + ("rowTag" -> "record"))
}

object XmlConfig {
  private[records] def read(read: OptionReader, options: GivenOptions): XmlConfig = {
    val parser = new ParserOptions(read, options)
    XmlConfig(
      rowTag = options.get("rowTag").fold("")(_.trim.stripPrefix("<").stripSuffix(">")),
      attributePrefix = options.get("attributePrefix").getOrElse("_"),
      valueTag = parser.parsed("valueTag", "_VALUE", "a name that is not empty")(Some(_).filter(_.nonEmpty)),
      excludesAttributes = parser.flag("excludeAttribute", default = false),
      trims = parser.flag("ignoreSurroundingSpaces", default = true),
      ignoresNamespace = parser.flag("ignoreNamespace", default = false),
      wildcard = options.get("wildcardColName").getOrElse("xs_any"),
      nullValue = options.get("nullValue"),
      charset = parser.charset,
      rowOptions = options.only(RestOptions.json ++ RestOptions.xml)
    )
  }
}
