// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config.records

import io.github.sparkrest.BuildInfo
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.options.values.FieldPath.{At, Each, Name, Segment, Where}
import io.github.sparkrest.options.{GivenOptions, OptionReader, RestOptions, tables}

/** How a response becomes records.
  *
  * @param paths of the records; empty: they are found without a path
  * @param names of the elements of records that are arrays, or of the columns of CSV
  * @param added fields that each record gets in addition
  * @param saveTo folder for binary bodies
  */
final case class RecordsConfig(
    paths: Seq[FieldPath],
    format: tables.ResponseFormat,
    names: Seq[String],
    added: Seq[AddedField],
    csv: CsvConfig,
    xml: XmlConfig,
    saveTo: Option[String]
) {
  def isCsv: Boolean = format == tables.ResponseFormat.Csv

  def isXml: Boolean = format == tables.ResponseFormat.Xml

  def isBinary: Boolean = format == tables.ResponseFormat.Binary
}

/** A field that each record gets in addition. */
final case class AddedField(name: String, source: AddedField.Source)

object AddedField {
  sealed trait Source extends Product with Serializable

  /** `{key}`: the name of the member that a `*` stands for. */
  case object Key extends Source

  /** `{path}`: the path that led to the record. */
  case object Path extends Source

  /** A path from the root of the response. */
  final case class At(path: FieldPath) extends Source

  /** Where a value next to the records at `records` is: the number of segments that lead to the object that contains both, and
    * the rest of the path. The rest is empty if the value contains the records.
    */
  def place(value: FieldPath, records: FieldPath): (Int, Seq[Segment]) = {
    val common = value.segments.zip(records.segments).takeWhile { case (a, b) => a == b }.length
    (common, value.segments.drop(common))
  }
}

object RecordsConfig {
  private[sparkrest] def read(read: OptionReader, options: GivenOptions): RecordsConfig = {
    import RestOptions._
    val names = read.opt(RecordFields).getOrElse(Nil)
    val format = read(ResponseFormat)
    val config = RecordsConfig(
      paths = if (read.isGiven(DataField)) read.paths(DataField) else Nil,
      format = format,
      names = names,
      added = read.opt(AddedFields).getOrElse(Nil).flatMap { case (name, text) =>
        source(read, name, text).map(AddedField(name, _))
      },
      csv = CsvConfig.read(read, options, hasNames = names.nonEmpty),
      xml = XmlConfig.read(read, options),
      saveTo = read.opt(SaveTo).map(_.trim)
    )
    config.saveTo.flatMap(read.policy.refusesFolder).foreach(why => read.problem(s"saveTo: $why"))
    problems(config, options).foreach(read.problem)
    config
  }

  private def source(read: OptionReader, name: String, text: String): Option[AddedField.Source] = text.trim match {
    case "{key}"  => Some(AddedField.Key)
    case "{path}" => Some(AddedField.Path)
    case other    =>
      val path = read.path(RestOptions.AddedFields, other)
      if (name.isEmpty) read.problem("addedFields: a name is empty")
      path.map(AddedField.At(_))
  }

  private def problems(c: RecordsConfig, options: GivenOptions): Seq[String] = {
    val csvOnly = RestOptions.csv.filter(options.has(_)).filterNot(n => c.isXml && RestOptions.xml.contains(n))
    val xmlOnly = RestOptions.xml.diff(RestOptions.csv).filter(options.has(_))
    val several = c.paths.lengthCompare(1) > 0
    val hasPaths = c.format.hasPaths
    def meet(a: FieldPath, b: FieldPath) = a.segments.zip(b.segments).forall { case (x, y) => mayMeet(x, y) }
    Seq(
      (csvOnly.nonEmpty && !c.isCsv) ->
        s"${csvOnly.mkString(", ")}: belong to responseFormat=csv, and responseFormat is ${c.format}",
      (xmlOnly.nonEmpty && !c.isXml) ->
        s"${xmlOnly.mkString(", ")}: belong to responseFormat=xml, and responseFormat is ${c.format}",
      (c.isXml && c.xml.rowTag.isEmpty) ->
        "rowTag: is required by responseFormat=xml and was not given; it is the name of the elements that are records",
      (c.isXml && BuildInfo.scalaBinaryVersion == "2.12") ->
        "responseFormat: xml needs the XML parser of Spark 4, and this is Spark 3.5",
      (c.isXml && c.paths.nonEmpty) -> "dataField: with responseFormat=xml, rowTag names the records; leave it out",
      (c.isXml && c.added.nonEmpty) -> "addedFields: is not possible with responseFormat=xml; leave it out",
      (c.isXml && c.names.nonEmpty) -> "recordFields: responseFormat=xml takes the names from the elements; leave it out",
      (!hasPaths && !c.isXml && c.paths.nonEmpty) ->
        s"dataField: responseFormat=${c.format} has no paths; leave it out",
      (!hasPaths && !c.isXml && c.added.nonEmpty) ->
        s"addedFields: responseFormat=${c.format} has nothing next to its records; leave it out",
      (c.saveTo.isDefined && !c.isBinary) ->
        s"saveTo: belongs to responseFormat=binary, and responseFormat is ${c.format}",
      (c.isBinary && c.names.nonEmpty) -> "recordFields: responseFormat=binary names its fields itself; leave it out",
      (hasPaths && c.added.nonEmpty && c.paths.isEmpty) ->
        "addedFields: needs dataField, the path of the records",
      (c.format == tables.ResponseFormat.Columns && c.paths.isEmpty) ->
        "dataField: is required by responseFormat=columns and was not given; $ is the response itself",
      (c.format == tables.ResponseFormat.Columns && c.names.nonEmpty) ->
        "recordFields: responseFormat=columns takes the names of the columns from the response; leave it out",
      (several && c.paths.indices.combinations(2).exists(p => meet(c.paths(p.head), c.paths(p.last)))) ->
        "dataField: two of the paths may lead to the same record, which would arrive twice",
      (c.added.exists(_.source == AddedField.Key) && !c.paths.forall(_.segments.contains(FieldPath.Members))) ->
        "addedFields: {key} needs a * in dataField, e.g. rates.*"
    ).collect { case (true, text) => text } ++ c.added.flatMap(a => placeless(a, c.paths))
  }

  /** Whether both may lead to the same value. */
  private def mayMeet(a: Segment, b: Segment): Boolean = (a, b) match {
    case (Name(x), Name(y))                                                            => x == y
    case (At(x), At(y))                                                                => x == y
    case (Where(f, x), Where(g, y))                                                    => f != g || x == y
    case (Name(_), Each | At(_) | Where(_, _)) | (Each | At(_) | Where(_, _), Name(_)) => false
    case _                                                                             => true
  }

  /** A value must be one value, and must not contain the records: each record would contain all others. */
  private def placeless(field: AddedField, paths: Seq[FieldPath]): Option[String] = field.source match {
    case AddedField.At(value) =>
      paths.flatMap { p =>
        val rest = AddedField.place(value, p)._2
        if (rest.isEmpty) Some(s"addedFields: $value contains the records ($p); name a field in it")
        else if (rest.forall(_.isInstanceOf[Name])) None
        else Some(s"addedFields: where $value leaves the path of the records ($p), only names may follow")
      }.headOption
    case AddedField.Key | AddedField.Path => None
  }
}
