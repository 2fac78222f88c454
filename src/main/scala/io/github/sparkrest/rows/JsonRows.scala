// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import com.fasterxml.jackson.core.JsonFactory
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.config.records.{RecordsConfig, XmlConfig}
import io.github.sparkrest.response.csv.CsvRecords
import io.github.sparkrest.response.xml.XmlRecords
import io.github.sparkrest.rows.parser.RecordParser
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow
import org.apache.spark.sql.catalyst.util.FailureSafeParser
import org.apache.spark.sql.types.{ArrayType, DataType, MapType, StringType, StructField, StructType}
import org.apache.spark.unsafe.types.UTF8String

/** Makes rows of records with the rules of `spark.read.json` for options, bad records and types.
  *
  * A caller calls [[row]] first, and [[rows]] if the result is null. Both use rows again in the next call, and a row may contain
  * slices of `buf`.
  */
trait JsonRows {

  /** The row of the record in `[from, to)`, straight from its bytes; null: only [[rows]] knows. */
  def row(buf: Array[Byte], from: Int, to: Int): InternalRow

  /** Whether the schema has all fields of the record that [[row]] read last. A field that is null does not count. */
  def coversRecord: Boolean = true

  /** The rows of the record in `[from, to)`, by Spark's own parser: one, or none if `mode` drops it. */
  def rows(buf: Array[Byte], from: Int, to: Int): Iterator[InternalRow]

  /** To be called after the last record: throws if one had a field that ends the query. */
  def finish(): Unit = ()
}

/** @param options of `spark.read.json`
  * @param timeZone of the session, unless `options` contains one
  * @param corruptColumn name of the column for corrupt records in the session, unless `options` contains one
  * @param fields how to treat fields that the schema lacks
  * @param csv options of `spark.read.csv`, if the records are rows of CSV
  * @param xml the form of XML, if the records are elements of XML
  */
final case class JsonRowSettings(
    options: Map[String, String],
    timeZone: String,
    corruptColumn: String,
    fields: FieldRules = FieldRules(),
    csv: Option[Map[String, String]] = None,
    xml: Option[XmlConfig] = None
) {

  /** The whole record is one VARIANT. */
  private[rows] def isSingleVariant: Boolean = options.contains(JsonRowSettings.SingleVariant)

  /** Whether `mode` drops records that do not fit. */
  def dropsMalformed: Boolean = options.exists { case (name, mode) =>
    name.equalsIgnoreCase("mode") && mode.trim.equalsIgnoreCase("DROPMALFORMED")
  }

  /** Whether a row without some columns of the schema has the same values in the others. A column for corrupt records depends on
    * all others, `mode=DROPMALFORMED` drops a record for any of its values, and only the full schema shows which fields of a
    * record are additional: for the rules of fields, and for the column that XML has for them.
    */
  def mayDropColumns(schema: StructType): Boolean =
    fields.isOff && !dropsMalformed && !hasCorrupt(schema) && !xml.exists(x => has(schema, x.wildcard)) // guard: I1.168

  private def has(schema: DataType, column: String): Boolean = schema match {
    case s: StructType => s.exists(f => f.name == column || has(f.dataType, column))
    case a: ArrayType  => has(a.elementType, column)
    case m: MapType    => has(m.valueType, column)
    case _             => false
  }

  /** In a record that is one column, the text of a corrupt record is a part of this column. */
  private def hasCorrupt(schema: StructType): Boolean = {
    val column = new SparkJson(this).corruptColumn
    schema.fields.exists {
      case StructField(RowShape.Output, record: StructType, _, _) => record.fieldNames.contains(column) // guard: I1.150
      case other                                                  => other.name == column
    }
  }

  /** [[mayDropColumns]], if all columns are of the record.
    *
    * @param required columns. A field of the record that is named `output` must not become the column of the whole record
    */
  def canPrune(schema: StructType, required: StructType): Boolean =
    mayDropColumns(schema) && ((RowShape.of(schema), RowShape.of(required)) match {
      case (RowShape.Wrapped(_), _)                   => true
      case (RowShape.Columns(_), RowShape.Columns(_)) => true // guard: I1.111
      case _                                          => false
    })

  /** For Spark's parser of XML. [[options]] has the options that parsers share. */
  private[rows] def fromXml(config: XmlConfig): Map[String, String] = config.rowOptions ++ options

  private[rows] def `with`(option: String, value: String): JsonRowSettings = {
    def changed(all: Map[String, String]) = all.filterNot(_._1.equalsIgnoreCase(option)) + (option -> value)
    copy(options = changed(options), csv = csv.map(changed))
  }

  /** For JSON that does not come from the response. */
  private[rows] def ofPlainJson: JsonRowSettings =
    copy(options = Map.empty, fields = FieldRules(), csv = None, xml = None)
}

object JsonRowSettings {
  private[rows] val SingleVariant = "singleVariantColumn"

  /** The current settings of the session. */
  def in(session: SparkSession, config: RestConfig, fields: FieldRules = FieldRules()): JsonRowSettings =
    in(session, config, fields, config.records.rowFormat)

  /** For records of each format, because an earlier run may have polled with another `responseFormat`. */
  def byFormat(session: SparkSession, config: RestConfig, fields: FieldRules): Map[String, JsonRowSettings] =
    RecordsConfig.RowFormats.map(format => format -> in(session, config, fields, format)).toMap

  private def in(session: SparkSession, config: RestConfig, fields: FieldRules, format: String): JsonRowSettings =
    JsonRowSettings(
      config.jsonOptions,
      session.conf.get("spark.sql.session.timeZone"),
      session.conf.get("spark.sql.columnNameOfCorruptRecord"),
      fields,
      if (format == RecordsConfig.Csv) Some(config.records.csv.rowOptions) else None,
      if (format == RecordsConfig.Xml) Some(config.records.xml.named) else None
    )
}

object JsonRows {
  def apply(schema: StructType, settings: JsonRowSettings): JsonRows = {
    val rescued = settings.fields.rescued.filter(schema.fieldNames.contains)
    val rows = rescued.fold(plain(schema, settings))(rescuing(schema, _, settings))
    lazy val json = new SparkJson(settings)
    lazy val read = RowShape.of(StructType(schema.filterNot(f => rescued.contains(f.name)))) match {
      case RowShape.Wrapped(record) => record
      case _ => StructType(schema.filterNot(f => rescued.contains(f.name) || f.name == json.corruptColumn))
    }
    // A schema does not have to name the text of a broken row of CSV, nor the XML of a record.
    val texts = settings.csv.map(_ => CsvRecords.Broken) ++ settings.xml.map(_ => XmlRecords.Source)
    def known(record: DataType) = new KnownFields(
      record match {
        case s: StructType => texts.filterNot(s.fieldNames.contains(_)).foldLeft(s)(_.add(_, StringType))
        case other         => other
      },
      read
    )
    lazy val xml = settings.xml.map(c => (c, XmlRows.parser(settings, c)))
    def found(buf: Array[Byte], from: Int, to: Int) = xml match {
      case Some((config, parser))       => parser.infer(XmlRows.xmlOf(buf, from, to, config))
      case None if settings.csv.isEmpty => json.infer(buf, from, to)
      case None                         => CsvRows.withoutBroken(json.infer(buf, from, to))
    }
    val warned = settings.fields.warned.fold(rows)(t => new WarnedRows(rows, known(t), found))
    settings.fields.watch.fold(warned)(w => new WatchedRows(warned, w, known(w.known), found))
  }

  /** Reads records that become rows with these columns. */
  private[rows] def parsed(record: StructType, settings: JsonRowSettings): JsonRows =
    settings.xml.fold[JsonRows](
      if (settings.csv.isDefined) new CsvRows(record, settings) else new ParsedRows(record, settings)
    )(new XmlRows(record, settings, _))

  private def rescuing(schema: StructType, column: String, settings: JsonRowSettings): JsonRows =
    RowShape.of(StructType(schema.filterNot(_.name == column))) match {
      case RowShape.Wrapped(record)         => new RescuingRows(schema, column, record, wrapped = true, settings)
      case RowShape.Columns(record)         => new RescuingRows(schema, column, record, wrapped = false, settings)
      case RowShape.Text | RowShape.Variant => throw new IllegalStateException("refused at load()")
    }

  /** Of the JSON of records, whatever their format. */
  private def ofJson(rows: JsonRows, settings: JsonRowSettings) =
    if (settings.xml.isEmpty) rows else new WithoutXml(rows)

  private def plain(schema: StructType, settings: JsonRowSettings): JsonRows = RowShape.of(schema) match {
    case RowShape.Text            => ofJson(TextRows, settings)
    case RowShape.Wrapped(record) => new WrappedRows(parsed(record, settings))
    case RowShape.Columns(record) => parsed(record, settings)
    case RowShape.Variant         =>
      ofJson(
        new ParsedRows(
          schema,
          settings.copy(options = settings.options + (JsonRowSettings.SingleVariant -> RowShape.Output))
        ),
        settings
      )
  }
}

private object TextRows extends JsonRows {
  def row(buf: Array[Byte], from: Int, to: Int): InternalRow =
    new GenericInternalRow(Array[Any](UTF8String.fromBytes(buf, from, to - from)))

  def rows(buf: Array[Byte], from: Int, to: Int): Iterator[InternalRow] = Iterator.single(row(buf, from, to))
}

final private class WrappedRows(records: JsonRows) extends JsonRows {
  private val outer = new GenericInternalRow(1)

  def row(buf: Array[Byte], from: Int, to: Int): InternalRow = {
    val record = records.row(buf, from, to)
    if (record == null) null else wrapped(record)
  }
  override def coversRecord: Boolean = records.coversRecord

  def rows(buf: Array[Byte], from: Int, to: Int): Iterator[InternalRow] = records.rows(buf, from, to).map(wrapped)

  private def wrapped(record: InternalRow) = {
    outer.update(0, record)
    outer
  }
}

/** By [[RecordParser]] where it can, otherwise by Spark's parser. */
final private class ParsedRows(schema: StructType, settings: JsonRowSettings) extends JsonRows {
  private val json = new SparkJson(settings)
  private val fromBytes =
    if (settings.isSingleVariant) null else RecordParser.of(schema, json.corruptColumn, json.parserSettings).orNull
  // Most tasks never need it, and it costs a tenth of a task that makes ten rows.
  private lazy val bySpark = new RowsBySpark(schema, json)

  def row(buf: Array[Byte], from: Int, to: Int): InternalRow =
    if (fromBytes == null) null else fromBytes.row(buf, from, to)
  override def coversRecord: Boolean = fromBytes.coversRecord

  def rows(buf: Array[Byte], from: Int, to: Int): Iterator[InternalRow] = bySpark.rows(buf, from, to)
}

final private class RowsBySpark(schema: StructType, json: SparkJson) {
  private val parser = json.parser(StructType(schema.filterNot(_.name == json.corruptColumn)), Nil)

  // Spark 4 takes text from the wrong place if a parser begins inside an array: so each record is copied to its begin.
  private var scratch = new Array[Byte](4096)
  private val createParser = (factory: JsonFactory, length: Int) => factory.createParser(scratch, 0, length)
  private val literal = (length: Int) => UTF8String.fromBytes(java.util.Arrays.copyOf(scratch, length))
  private val safe = new FailureSafeParser[Int](
    length => parser.parse[Int](length, createParser, literal),
    json.mode,
    schema,
    json.corruptColumn
  )

  def rows(buf: Array[Byte], from: Int, to: Int): Iterator[InternalRow] = {
    val length = to - from
    if (length > scratch.length)
      scratch = new Array[Byte](math.max(length.toLong, math.min(length * 2L, Int.MaxValue - 16L)).toInt)
    System.arraycopy(buf, from, scratch, 0, length)
    safe.parse(length)
  }
}
