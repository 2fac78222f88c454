// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import io.github.sparkrest.http.Redact
import io.github.sparkrest.options.RestConfig

/** How a source is called in plans, job descriptions and logs: its address, without secrets. */
private[connector] object SourceName {
  def apply(config: RestConfig): String = s"rest ${Redact.own(config.url)}"
}
