// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import io.github.sparkrest.error.{Condition, RestError}

/** The limits of any response.
  *
  * @param millis from the request to the end of the body
  * @param headerBytes of all its headers, names and values
  */
final case class ResponseLimits(millis: Long = 3600L * 1000, headerBytes: Int = 256 << 10) {
  private[http] def refuse(headers: Seq[(String, String)]): Option[RestError] = {
    val bytes = headers.iterator.map { case (k, v) => k.length.toLong + v.length }.sum
    if (bytes <= headerBytes) None
    else
      Some(
        Condition.InvalidResponse(
          s"The response has $bytes bytes of headers; at most $headerBytes are allowed.",
          "Contact the API's owner. The longest header is " +
            headers.maxBy(_._2.length)._1.take(100) + "."
        )
      )
  }
}
