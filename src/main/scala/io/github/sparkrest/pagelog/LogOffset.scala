// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import io.circe.syntax._
import io.circe.{Codec, Decoder, Json}
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.progress.JsonFields
import io.github.sparkrest.progress.seen.ShortHash
import io.github.sparkrest.secret.{Redact, Secret}

/** A place in the page log: after the first `record` records of manifest `seq`. */
final case class LogPosition(seq: Long, record: Long) extends Ordered[LogPosition] {
  def compare(that: LogPosition): Int = if (seq != that.seq) seq.compare(that.seq) else record.compare(that.record)
}

object LogPosition {
  val Start: LogPosition = LogPosition(0, 0)
}

/** The source that a checkpoint belongs to. Another source under the same checkpoint is an error.
  *
  * @param url a hash of the url, secrets taken out first
  */
final case class SourceIdentity(url: String, offsetField: String, offsetType: String) {

  /** Names of the options that differ. */
  def differences(other: SourceIdentity): Seq[String] =
    Seq(
      "url" -> (url != other.url),
      "offsetField" -> (offsetField != other.offsetField),
      "offsetType" -> (offsetType != other.offsetType)
    )
      .collect { case (name, true) => name }
}

object SourceIdentity {
  implicit val codec: Codec[SourceIdentity] =
    Codec.forProduct3("url", "offsetField", "offsetType")(SourceIdentity(_, _, _))(s =>
      (s.url, s.offsetField, s.offsetType)
    )

  def of(config: RestConfig): SourceIdentity =
    SourceIdentity(
      ShortHash.of(Redact.url(config.url, Secret.isNamedInIdentity(_))),
      config.offset.name,
      config.offset.kind.text
    )
}

/** The source's offset: a place in the log and, per endpoint, the API offset *before* the page that is cut there. Continuing
  * from it without the log repeats at most that page and loses nothing (I5).
  *
  * @param endpoints key of the endpoint -> API offset as the API spelled it; `None`: `initialOffset`
  * @param states number of the file in the page log with the states of all endpoints, if they are too many to be named here
  * @param log where the page log is, see `SourceFolders`; `None`: an earlier version wrote the offset
  */
final case class LogOffset(
    position: LogPosition,
    endpoints: Map[String, Option[String]],
    source: SourceIdentity,
    states: Option[Long] = None,
    log: Option[String] = None
) {
  def json: String = Json
    .fromFields(
      List(
        "version" -> LogOffset.Version.asJson,
        "seq" -> position.seq.asJson,
        "record" -> position.record.asJson,
        "endpoints" -> Json.fromFields(endpoints.toSeq.sortBy(_._1).map { case (k, o) => k -> o.asJson })
      ) ++ states.map("states" -> _.asJson) ++ List("source" -> source.asJson) ++
        log.map("log" -> _.asJson)
    )
    .noSpaces
}

object LogOffset {
  val Version = 1

  /** The key of the endpoint of a stream without an input table. */
  val OnlyEndpoint = "main"

  /** An offset names no more endpoints, because Spark shows it in each progress report. */
  val MaxNamed = 100

  def parse(json: String): Either[RestError, LogOffset] = {
    def foreign(why: String) = Condition.CheckpointUnreadable(
      s"The offset ${json.take(300)} is not one of spark-rest ($why).",
      "Use the checkpoint with the source that made it."
    )
    for {
      parsed <- io.circe.parser.parse(json).left.map(e => foreign(e.message))
      version <- parsed.hcursor.get[Int]("version").left.map(e => foreign(e.message))
      _ <- if (version > Version) Left(later(version)) else Right(())
      offset <- decoder.decodeJson(parsed).left.map(e => foreign(e.message))
    } yield offset
  }

  private def later(version: Int) = Condition.CheckpointUnreadable(
    s"The offset has version $version, this spark-rest reads up to $Version.",
    "Use the version of spark-rest that wrote the checkpoint, or a later one."
  )

  private val decoder: Decoder[LogOffset] = JsonFields.decoder { f =>
    LogOffset(
      LogPosition(f[Long]("seq"), f[Long]("record")),
      f[Map[String, Option[String]]]("endpoints"),
      f[SourceIdentity]("source"),
      f[Option[Long]]("states"),
      f[Option[String]]("log")
    )
  }
}
