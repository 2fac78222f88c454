// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

/** Names of header fields, and of cookies: tokens (RFC 9110 §5.6.2). */
private[sparkrest] object HeaderName {
  private val token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+".r.pattern
  def isValid(name: String): Boolean = token.matcher(name).matches()
}
