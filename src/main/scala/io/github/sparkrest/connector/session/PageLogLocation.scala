// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.session

import io.github.sparkrest.progress.seen.ShortHash

/** A folder for each checkpoint below the one that the user named, so that two sources can never share a log. */
private[sparkrest] object PageLogLocation {
  def of(pageLogLocation: String, checkpointLocation: String): String =
    s"${pageLogLocation.stripSuffix("/")}/${ShortHash.of(checkpointLocation)}"
}
