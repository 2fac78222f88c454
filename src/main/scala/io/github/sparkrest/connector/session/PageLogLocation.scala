// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.session

import io.github.sparkrest.progress.seen.ShortHash

/** A folder per checkpoint inside the user's folder, so that two sources can never share a log. */
private[sparkrest] object PageLogLocation {
  def of(pageLogLocation: String, checkpointLocation: String): String =
    s"${pageLogLocation.stripSuffix("/")}/${ShortHash.of(checkpointLocation)}"
}
