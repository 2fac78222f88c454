// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.nio.charset.StandardCharsets.UTF_8
import java.security.MessageDigest

/** A folder for each checkpoint below the one that the user named, so that two sources can never share a log. */
private[connector] object PageLogLocation {
  def of(pageLogLocation: String, checkpointLocation: String): String = {
    val id = MessageDigest
      .getInstance("SHA-256")
      .digest(checkpointLocation.getBytes(UTF_8))
      .take(8)
      .map(b => f"$b%02x")
      .mkString
    s"${pageLogLocation.stripSuffix("/")}/$id"
  }
}
