// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config.records

import io.github.sparkrest.options.{GivenOptions, OptionReader, RestOptions}

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
    nullValue: Option[String],
    charset: Option[String],
    rowOptions: Map[String, String]
)

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
      nullValue = options.get("nullValue"),
      charset = parser.charset,
      rowOptions = options.only(RestOptions.json ++ RestOptions.xml)
    )
  }
}
