// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

import io.github.sparkrest.options.tables._

/** The option table: the only source of names, types, defaults and descriptions. The parser, error messages, `docs/options.md`
  * and the arguments of Python's `read_rest_stream` use it.
  */
object RestOptions
    extends RequestTable
    with RecordTable
    with OffsetTable
    with JobTable
    with PagingTable
    with PaceTable
    with AuthTable
    with TlsTable
    with ShapeTable
    with BatchTable {

  /** Options of `spark.read.json` with the same meaning here. Spark's parser reads them. */
  val json: Seq[String] = Seq(
    "mode",
    "columnNameOfCorruptRecord",
    "primitivesAsString",
    "prefersDecimal",
    "allowComments",
    "allowUnquotedFieldNames",
    "allowSingleQuotes",
    "allowNumericLeadingZeros",
    "allowBackslashEscapingAnyCharacter",
    "allowNonNumericNumbers",
    "allowUnquotedControlChars",
    "dropFieldIfAllNull",
    "ignoreNullFields",
    "dateFormat",
    "timestampFormat",
    "timestampNTZFormat",
    "enableDateTimeParsingFallback",
    "locale",
    "timeZone",
    "inferTimestamp",
    "preferDate",
    "samplingRatio"
  )

  /** Options of `spark.read.csv` that have the same meaning here, in addition to those that [[json]] has too: `mode`,
    * `dateFormat` and others. Only `header` has another default.
    */
  val csv: Seq[String] = Seq(
    "sep",
    "delimiter",
    "header",
    "quote",
    "escape",
    "charToEscapeQuoteEscaping",
    "comment",
    "nullValue",
    "emptyValue",
    "nanValue",
    "positiveInf",
    "negativeInf",
    "ignoreLeadingWhiteSpace",
    "ignoreTrailingWhiteSpace",
    "lineSep",
    "encoding",
    "charset",
    "maxColumns",
    "maxCharsPerColumn",
    "unescapedQuoteHandling"
  )

  /** Options of `spark.read.xml` that have the same meaning here, in addition to those that [[json]] has too. */
  val xml: Seq[String] = Seq(
    "rowTag",
    "attributePrefix",
    "valueTag",
    "excludeAttribute",
    "ignoreSurroundingSpaces",
    "ignoreNamespace",
    "wildcardColName",
    "nullValue",
    "encoding",
    "charset"
  )
}
