// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.values

/** Rows of [[RestOptions]]: the request that acknowledges the records of a queue. */
private[sparkrest] trait AckTable {
  private val Acks = Section("Acknowledgement")

  val AckUrl: Opt[String] = Opt(
    "ackUrl",
    NonEmpty,
    Acks,
    doc = "URL of the request that tells a queue which records are stored, with `offsetType=queue`. A stream sends it after it has stored the records, and again until it succeeds. Placeholders are fields of the record, such as `{ackId}` or `{message.id}`, and columns of the input. The `headers` and the credentials are those of `url`. With a placeholder in `ackUrl` each record has its own request. The status 404 or 410, or a status in `expiredStatusCodes` if you set that option, means that the queue no longer knows the records, and counts as success."
  )
  val AckMethod: Opt[values.HttpMethod] = Opt(
    "ackMethod",
    OneOf(values.HttpMethod.all),
    Acks,
    default = Some("POST"),
    doc = "HTTP method of `ackUrl`."
  )
  val AckBody: Opt[String] = Opt(
    "ackBody",
    TemplateText,
    Acks,
    secret = true,
    doc = "JSON body of `ackUrl`, with the same placeholders. An array element with a placeholder is repeated for each record: `{\"ackIds\": [\"{ackId}\"]}`. A placeholder without quotes is a value of its type: `{\"partition\": {partition}}`."
  )
  val AckSize: Opt[Long] = Opt(
    "ackSize",
    Whole(1, 100000),
    Acks,
    default = Some("500"),
    doc = "Maximum number of records in one request to `ackUrl`. Set it to the limit of the API."
  )

  /** All options about acknowledgements, in the order of the docs. */
  val acks: Seq[Opt[_]] = Seq(AckUrl, AckMethod, AckBody, AckSize)
}
