// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.session

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.secret.Redact

/** The name of a source in plans, job descriptions and logs: its URL without secrets. */
private[sparkrest] object SourceName {
  def apply(config: RestConfig): String = s"rest ${Redact.own(config.url)}"
}
