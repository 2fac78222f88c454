// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.syntax._
import io.circe.{Decoder, Json}
import io.github.sparkrest.pagelog.LogPosition

/** Where the last runs began, oldest first, in one file that each run overwrites once.
  *
  * Each is the end of a batch. So runs of a batch or two, that never see more ends than they have to retain, purge as one long
  * run does.
  */
private[sparkrest] object RunStarts {
  val Name = "run-starts.json"
  private val Version = 1

  def encode(starts: Seq[LogPosition]): Array[Byte] = Json
    .obj("version" -> Version.asJson, "starts" -> starts.map(p => Json.arr(p.seq.asJson, p.record.asJson)).asJson)
    .noSpaces
    .getBytes(UTF_8)

  /** None for a torn file, or one of a later version: then more is kept, for a few runs. */
  def decode(bytes: Array[Byte]): Vector[LogPosition] =
    io.circe.parser
      .decode(new String(bytes, UTF_8))(
        Decoder.forProduct2("version", "starts")((v: Int, starts: Vector[(Long, Long)]) =>
          if (v == Version) starts.map { case (seq, record) => LogPosition(seq, record) } else Vector.empty
        )
      )
      .getOrElse(Vector.empty)
}
