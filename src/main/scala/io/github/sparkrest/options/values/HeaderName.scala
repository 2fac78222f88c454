// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

/** Names of header fields, and of cookies: tokens (RFC 9110 §5.6.2). */
private[sparkrest] object HeaderName {
  private val token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+".r.pattern
  def isValid(name: String): Boolean = token.matcher(name).matches()
}

private[sparkrest] object HeaderValue {

  /** RFC 9110 §5.5: no line break and no other control character, which could end the header. */
  def isValid(text: String): Boolean = !text.exists(c => c < ' ' && c != '\t' || c == 0x7f)
}
