// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.queue

import io.circe.syntax._
import io.circe.{Decoder, Encoder, Json}

/** Records that the last poll of a queue received, and that are not all acknowledged yet.
  *
  * Invariant: a state has them only together with the records: the manifest of the poll names both. So a record is acknowledged
  * only after the log has it. A later run that finds them sends the requests again. If the file is gone, all of its requests have
  * succeeded, or the queue will return the records. An earlier version never reads such a state, because it does not know the
  * offset type.
  *
  * @param file name of a page file: each record of it has the values of one acknowledgement, see `AckFile`
  * @param records in the file
  * @param sent how many of them are acknowledged
  */
final case class PendingAcks(file: String, records: Long, sent: Long = 0)

object PendingAcks {
  implicit val encoder: Encoder[PendingAcks] = Encoder.instance { p =>
    Json.fromFields(
      List("file" -> p.file.asJson, "records" -> p.records.asJson) ++
        (if (p.sent == 0) Nil else List("sent" -> p.sent.asJson))
    )
  }
  implicit val decoder: Decoder[PendingAcks] = Decoder.forProduct3("file", "records", "sent")(
    (file: String, records: Long, sent: Option[Long]) => PendingAcks(file, records, sent.getOrElse(0L))
  )
}
