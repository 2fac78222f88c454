// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.Decoder

/** The JSON of the page log: text with a version, which is looked at before anything else. What has none is torn. */
private[sparkrest] object VersionedJson {

  /** @param known the newest version that can be read */
  def decode[A](bytes: Array[Byte], known: Int, decoder: Decoder[A]): Either[Unreadable, A] = {
    def broken(e: io.circe.Error): Unreadable = Unreadable.Broken(e.getMessage)
    for {
      json <- io.circe.parser.parse(new String(bytes, UTF_8)).left.map(e => broken(e))
      version <- json.hcursor.get[Int]("version").left.map(e => broken(e))
      _ <- Either.cond(version <= known, (), Unreadable.Later(version, known))
      value <- decoder.decodeJson(json).left.map(e => broken(e))
    } yield value
  }
}
