// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.preview

import java.util

import scala.jdk.CollectionConverters._

import io.circe.Json
import io.github.sparkrest.config.jobs.JobConfig
import io.github.sparkrest.config.{Placeholders, RestConfig}
import io.github.sparkrest.connector.input.{InputEndpoints, InputTable}
import io.github.sparkrest.connector.session.{Application, SourceName}
import io.github.sparkrest.connector.tasks.{DriverTokens, SparkJobs}
import io.github.sparkrest.error.RestError
import io.github.sparkrest.error.RestError.orThrow
import io.github.sparkrest.http.auth.KnownSecrets
import io.github.sparkrest.http.client.FirstResponse
import io.github.sparkrest.options.tables.{Opt, OptType}
import io.github.sparkrest.options.{GivenOptions, RestOptions, SecretReference}
import io.github.sparkrest.preview._
import io.github.sparkrest.progress.strategies.TraversalTimes
import io.github.sparkrest.progress.{Progress, Traversal}
import io.github.sparkrest.request.InputRow
import io.github.sparkrest.rows.RecordTypes
import io.github.sparkrest.secret.Secret
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow
import org.apache.spark.sql.connector.catalog.{SupportsRead, Table, TableCapability}
import org.apache.spark.sql.connector.read.{LocalScan, ScanBuilder}
import org.apache.spark.sql.types.{StringType, StructType}
import org.apache.spark.sql.util.CaseInsensitiveStringMap
import org.apache.spark.unsafe.types.UTF8String

/** Looks at an API before you build a stream on it. It sends at most three requests, on an executor, with the polling code.
  *
  * The first request is the first request of a stream. If its response names a next page, the second request fetches that
  * page. If the request depends on the offset, the last request uses an offset from the middle of the records, to see how the
  * API applies it.
  *
  * @param userOptions options as for a stream; `offsetField` may be missing if the URL has its placeholder
  */
final private[sparkrest] class Preview(userOptions: Map[String, String], session: SparkSession) {
  private val options = withField(userOptions) + (RestOptions.Streaming.name -> "true")
  private val config = parsed(options)
  private val row = config.input
    .map(new InputEndpoints(_, session).first)
    .flatMap(_.row)
    .fold(InputRow.Empty)(InputRow.of(config.inputColumns, _))
  private val jobs = new SparkJobs(session, SourceName(config))
  private val tokens = new DriverTokens(config)
  private var requests = 0

  def report(): PreviewReport = {
    if (config.job.isDefined) throw JobConfig.nothingToInfer.toException
    val page = orThrow(SampledPage.of(config, row, orThrow(sample(config, Progress.Initial))))
    val findings = Findings.of(config, page)
    val second = findings.pages.map(secondPage(findings, _))
    val chosen =
      Suggestion.choice(config, findings, userOptions.keys.exists(_.equalsIgnoreCase(RestOptions.OffsetField.name)))
    val bound = chosen.filter(_ => config.hasPlaceholder).flatMap(boundOf)
    PreviewReport(
      config,
      findings,
      RecordTypes.of(page.records, config, session).toDDL,
      bound,
      second,
      requests,
      Suggestion.of(shown, config, findings, bound.map(_._3), second.flatMap(_.toOption)),
      KnownSecrets(config).and(row)
    )
  }

  private def secondPage(findings: Findings, pages: FoundPages): Either[RestError, Int] = {
    val paged = parsed(
      options ++ Seq(RestOptions.Pagination.name -> pages.kind.text) ++ pages.field.map(RestOptions.NextField.name -> _)
    )
    val seen = findings.page.records.toSet
    sample(paged, Progress.Initial.copy(traversal = Some(Traversal(pages.token, pages = 1, TraversalTimes(0, 0)))))
      .flatMap(SampledPage.of(paged.copy(records = findings.page.placed(paged.records)), row, _))
      .map(_.records.count(r => !seen(r)))
  }

  private def boundOf(chosen: OffsetCandidate): Option[(String, String, ObservedBound)] = for {
    profile <- chosen.profile
    value <- ObservedBound.probe(profile, config.offset)
    // The value itself is sent, not the one after it.
    asking = parsed(
      options ++ Seq(RestOptions.OffsetType.name -> "max_field", RestOptions.OffsetField.name -> chosen.field)
    )
    page <- sample(asking, Progress(Some(value))).flatMap(SampledPage.of(asking, row, _)).toOption
  } yield {
    val answered =
      FieldProfile.of(page.parsed, config.offset).find(_.path == profile.path).fold(Vector.empty[String])(_.values)
    (chosen.field, value, ObservedBound.of(value, answered, config.offset))
  }

  private def sample(config: RestConfig, state: Progress): Either[RestError, FirstResponse] = {
    requests += 1
    tokens.using(jobs.sample(config, row, _, state, "preview").result).map(_._1)
  }

  /** The user's options, without the secrets. */
  private def shown: Map[String, String] = for {
    (name, text) <- withField(userOptions) if !name.equalsIgnoreCase(RestOptions.Streaming.name)
  } yield name -> RestOptions.all
    .find(o => o.secret && (o.name +: o.aliases).exists(_.equalsIgnoreCase(name)))
    .fold(text)(hidden(_, text))

  private def hidden(o: Opt[_], text: String): String = o.kind match {
    case OptType.JsonMap =>
      val pairs = OptType.JsonMap.read(text).getOrElse(Nil).map { case (k, v) =>
        k -> Json.fromString(if (Secret.isNamed(k) && !v.contains("{")) masked(v) else v)
      }
      Json.fromFields(pairs).noSpaces
    case _ => masked(text)
  }

  private def masked(text: String) = if (SecretReference.is(text)) text else "***"

  /** The placeholder in the URL contains the name of the field. */
  private def withField(userOptions: Map[String, String]): Map[String, String] =
    Placeholders
      .offsetIn(new GivenOptions(userOptions))
      .fold(userOptions)(name => userOptions + (RestOptions.OffsetField.name -> name))

  private def parsed(options: Map[String, String]): RestConfig =
    orThrow(Application.current.flatMap(_.parse(options, InputTable.viewColumns(options, session))))
}

/** `spark.read.format("rest-preview")`: one row that tells of an API, whose columns are the `text` to read, the `call` to paste,
  * and all of it as JSON, the `report`.
  */
final private[sparkrest] class RestPreviewTable(options: Map[String, String]) extends Table with SupportsRead {
  override def name(): String = "rest-preview"

  @deprecated("Spark's newer method is columns(), which falls back to this one", "Spark 3.4")
  override def schema(): StructType = RestPreviewTable.Columns
  override def capabilities(): util.Set[TableCapability] = util.EnumSet.of(TableCapability.BATCH_READ)

  /** Spark plans each query of it once, and the planning sends the requests. */
  override def newScanBuilder(options: CaseInsensitiveStringMap): ScanBuilder = () =>
    new RestPreviewTable.Scan(this.options)
}

private[sparkrest] object RestPreviewTable {
  val Columns: StructType = Seq("text", "call", "report").foldLeft(new StructType)(_.add(_, StringType, nullable = false))

  def apply(options: util.Map[String, String]): RestPreviewTable = new RestPreviewTable(options.asScala.toMap)

  final private class Scan(options: Map[String, String]) extends LocalScan {
    private lazy val row = {
      val report = new Preview(options, SparkSession.active).report()
      Seq(report.text, report.call, report.json.noSpaces).map(t => UTF8String.fromString(t): Any)
    }
    override def readSchema(): StructType = Columns
    override def description(): String = "rest-preview"
    override def rows(): Array[InternalRow] = Array(new GenericInternalRow(row.toArray))
  }
}
