// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.options.values.ErrorAction
import io.github.sparkrest.options.{OptionReader, RestOptions, values}

/** One call, or one endpoint of a stream, per row of an input.
  *
  * @param rows rows of `inputData`; `None`: `view` has the rows
  * @param refreshMs how often a stream reads the view again
  * @param version column whose value says whether an endpoint has to be polled
  * @param columns names of the columns, in order
  * @param concurrency requests in flight in each task
  * @param inline input columns only replace placeholders
  * @param recordsAt where the records of a response are; `None`: the response is the one result of its row
  * @param failOnError a failed call fails the job, otherwise it makes a row with an `error`
  */
final case class InputConfig(
    rows: Option[Vector[Vector[Json]]],
    view: Option[String],
    refreshMs: Option[Long],
    version: Option[String],
    columns: Vector[String],
    partitions: Int,
    concurrency: Int,
    inline: Boolean,
    formBody: Boolean,
    includeInputs: Boolean,
    strictlyOnce: Boolean,
    samplePercent: Int,
    failOnError: Boolean
)

object InputConfig {

  /** @param viewColumns columns of the view that `input` names
    * @param placeholders all placeholders in the request
    * @param streams each row is an endpoint
    */
  private[sparkrest] def read(
      read: OptionReader,
      viewColumns: Seq[String],
      placeholders: Seq[String],
      streams: Boolean
  ): Option[InputConfig] = {
    import RestOptions._
    val data = read.opt(InputData).flatMap(t => table(t).fold(why => { read.problem(s"inputData: $why"); None }, Some(_)))
    val view = read.opt(Input)
    if (read.isGiven(InputData) && view.isDefined)
      read.problem("input, inputData: give one of them, not both")
    if (read.isGiven(InputRefresh) && view.isEmpty)
      read.problem("inputRefresh: needs input, the name of a view or table; the rows of inputData never change")
    val columns = data.fold(viewColumns.toVector)(_._1)
    read.opt(InputVersion).filterNot(columns.contains).foreach { name =>
      read.problem(s"""inputVersion: the input has no column "$name"; its columns: ${columns.mkString(", ")}""")
    }
    columns.groupBy(_.toLowerCase).values.filter(_.size > 1).foreach { same =>
      read.problem(s"input: the columns ${same.mkString(", ")} differ only in case; rename one")
    }
    columns.filter(c => Reserved.exists(_.equalsIgnoreCase(c))).foreach { c =>
      read.problem(s"input: a column is called $c, which is a column of the result; rename it")
    }
    if (data.isEmpty && view.isEmpty) None
    else
      Some(
        InputConfig(
          rows = data.map(_._2),
          view = view,
          version = read.opt(InputVersion).filter(_ => streams),
          refreshMs = read.opt(InputRefresh).filter(_ => streams),
          columns = columns,
          partitions = read(Partitions).toInt,
          concurrency = read.opt(Concurrency).fold(if (streams) 64 else 8)(_.toInt),
          inline =
            streams || read.opt(QueryType).fold(columns.exists(placeholders.contains))(_ == values.QueryType.Inline),
          formBody = read(PostInputFormat) == values.BodyFormat.Form,
          includeInputs = read(IncludeInputsInOutput),
          strictlyOnce = read(CallStrictlyOnce),
          samplePercent = read(SchemaSamplePcnt).toInt,
          failOnError = read.opt(OnError).contains(ErrorAction.Fail)
        )
      )
  }

  /** Columns of the result in addition to the input columns. */
  val Reserved: Seq[String] = Seq("output", "error")

  /** Values that the user may have meant differently. */
  def warnings(config: RestConfig): Seq[String] = config.options.only(Milliseconds).toSeq.collect {
    case (name, n) if config.input.isDefined && !config.streaming && n.trim.matches("\\d+") =>
      s"$name: $n means milliseconds, as in older sources, because the read has an input; ${n.trim}ms or ${n.trim}s is clear everywhere."
  }
  private val Milliseconds = Seq("readTimeout", "connectionTimeout")

  /** Columns and rows of `inputData`. Left: its problem. */
  def table(text: String): Either[String, (Vector[String], Vector[Vector[Json]])] =
    parse(text).toOption.flatMap(j => j.asArray.map(rows).orElse(j.asObject.map(o => columns(o.toVector)))).getOrElse {
      Left("it is neither a JSON array of objects nor an object of arrays")
    }

  private def rows(all: Vector[Json]): Either[String, (Vector[String], Vector[Vector[Json]])] = {
    val objects = all.flatMap(_.asObject)
    val names = objects.flatMap(_.keys).distinct
    if (objects.length < all.length) Left(s"element ${all.indexWhere(!_.isObject)} of the array is not an object")
    else if (names.isEmpty) Left("it has no row with a column")
    else Right((names, objects.map(o => names.map(n => o(n).getOrElse(Json.Null)))))
  }

  private def columns(all: Vector[(String, Json)]): Either[String, (Vector[String], Vector[Vector[Json]])] = {
    val arrays = all.collect { case (name, j) if j.isArray => name -> j.asArray.getOrElse(Vector.empty) }
    val lengths = arrays.map(_._2.length).distinct
    if (arrays.length < all.length) Left(s"${all.find(!_._2.isArray).fold("")(_._1)} is not an array")
    else if (lengths.length > 1) Left(s"its arrays have different lengths: ${lengths.sorted.mkString(", ")}")
    else if (lengths.forall(_ == 0)) Left("it has no row with a column")
    else Right((arrays.map(_._1), arrays.map(_._2).transpose))
  }
}
