// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.{Decoder, Json}
import io.github.sparkrest.error.{Condition, RestError}

/** The JSON of the page log. It has a version, which is read first; a file without a version is torn. */
private[sparkrest] object VersionedJson {

  /** @param version that a reader needs */
  def encode(version: Int, fields: Iterable[(String, Json)]): Array[Byte] =
    Json.fromFields(List("version" -> Json.fromInt(version)) ++ fields).noSpaces.getBytes(UTF_8)

  /** @param newest version that can be read */
  def decode[A](bytes: Array[Byte], newest: Int, decoder: Decoder[A]): Either[Unreadable, A] = {
    def broken(e: io.circe.Error): Unreadable = Unreadable.Broken(e.getMessage)
    for {
      json <- io.circe.parser.parse(new String(bytes, UTF_8)).left.map(e => broken(e))
      version <- json.hcursor.get[Int]("version").left.map(e => broken(e))
      _ <- Either.cond(version <= newest, (), Unreadable.Later(version, newest))
      value <- decoder.decodeJson(json).left.map(e => broken(e))
    } yield value
  }
}

/** Why a file of the page log does not count.
  *
  * @param why part of a sentence about the file
  */
sealed abstract class Unreadable(val why: String, hint: String) extends Product with Serializable {

  /** @param what the file, as the beginning of a sentence */
  def error(what: String, location: String): RestError =
    Condition.CheckpointUnreadable(s"$what in $location cannot be read: $why.", hint)
}

object Unreadable {

  /** A later spark-rest wrote it. Its meaning is unknown, so it is neither skipped nor deleted. */
  final case class Later(version: Int, newest: Int)
      extends Unreadable(
        s"it has version $version, this spark-rest reads up to $newest",
        "Use the version of spark-rest that wrote the checkpoint, or a later one."
      )

  /** A manifest whose page file is gone or cut short: a dying older run wrote it after a newer run had swept the page. */
  final case class WithoutPage(pageFile: String) extends Unreadable(s"its page file $pageFile is not whole", Restore)

  /** The file is torn, or is not a file of the page log. */
  final case class Broken(reason: String) extends Unreadable(reason, Restore)

  private val Restore = "Restore the page log, or start with a new checkpoint."
}
