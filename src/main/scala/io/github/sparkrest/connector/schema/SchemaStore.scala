// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.schema

import java.nio.charset.StandardCharsets.UTF_8

import scala.annotation.tailrec
import scala.util.control.NonFatal

import io.github.sparkrest.error.{Condition, RestError, RestException}
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.rows.NewFields
import org.apache.hadoop.conf.Configuration
import org.apache.spark.sql.types.DataType

/** A schema as it is kept, without hints: those are options, which may change. */
final private[sparkrest] case class StoredSchema(version: Int, recordType: DataType)

/** `schemaLocation`: the versions of an inferred schema, `schemas/<n>.json`. A version is written once, whole, and never changes.
  * A writer that loses the race for a number reads the version of the winner. Runs on the driver, and in tasks that find new
  * fields.
  */
final private[sparkrest] class SchemaStore(store: LogStore) {
  import SchemaStore._

  def newest(): Option[StoredSchema] =
    store.list(Folder).collect { case Name(n) => n.toInt }.reduceOption(math.max(_, _)).map { n =>
      val bytes = store.read(path(n)).getOrElse(throw unusable(s"${path(n)} went away.").toException)
      StoredSchema(n, decode(bytes).fold(why => throw unusable(s"${path(n)} $why.").toException, identity))
    }

  /** The first version, unless there is one. */
  def keep(inferred: DataType): StoredSchema =
    newest().getOrElse(if (write(0, inferred)) StoredSchema(0, inferred) else keepOther())

  /** Adds fields. Many tasks may do so at once: each field is added once, in as many versions as it takes.
    *
    * @param known that the caller has seen: if it is not there, these are other files
    */
  @tailrec def add(found: DataType, known: Int): StoredSchema = {
    val old = newest().filter(_.version >= known).getOrElse(throw notShared(known).toException)
    val next = StoredSchema(old.version + 1, NewFields.add(old.recordType, found))
    if (next.recordType == old.recordType) old
    else if (write(next.version, next.recordType)) next
    else add(found, known)
  }

  private def keepOther(): StoredSchema = newest().getOrElse(throw unusable("schemas/0.json went away.").toException)

  private def write(version: Int, t: DataType) = store.writeIfAbsent(path(version), encode(t))

  private def unusable(what: String) = RestError(
    Condition.SchemaLocationUnusable,
    s"schemaLocation: ${store.location}: $what",
    "Use another folder, or delete this folder to infer the schema again."
  )

  private def notShared(version: Int) = RestError(
    Condition.SchemaLocationUnusable,
    s"schemaLocation: an executor does not see ${path(version)} in ${store.location}, which the driver read.",
    "Give a folder on storage that driver and executors share."
  )
}

private[sparkrest] object SchemaStore {
  private val Folder = "schemas"
  private val Name = """(\d{1,9})\.json""".r
  private val Version = 1
  private def path(version: Int) = s"$Folder/$version.json"

  /** @param location a path or URI; without a scheme the default file system's */
  def at(location: String, conf: Configuration): SchemaStore =
    try new SchemaStore(LogStore.at(location, conf))
    catch {
      case e: RestException => throw e
      case NonFatal(e)      =>
        throw RestError
          .wrongOptions(
            Seq(s"""schemaLocation: "$location" cannot be used: ${e.getMessage}"""),
            "Allowed: a folder, as a path or as the URI of a Hadoop file system."
          )
          .toException
    }

  def encode(t: DataType): Array[Byte] = s"""{"version":$Version,"type":${t.json}}""".getBytes(UTF_8)

  /** Left: the error in it. */
  def decode(bytes: Array[Byte]): Either[String, DataType] = for {
    json <- io.circe.parser.parse(new String(bytes, UTF_8)).left.map(_ => "is no JSON")
    version <- json.hcursor.get[Int]("version").left.map(_ => "has no version")
    _ <- Either.cond(version == Version, (), s"is of version $version, and this spark-rest knows $Version")
    text <- json.hcursor.downField("type").focus.toRight("has no type")
    t <-
      try Right(DataType.fromJson(text.noSpaces))
      catch { case NonFatal(e) => Left(s"has a type that this Spark does not know: ${e.getMessage}") }
  } yield t
}
