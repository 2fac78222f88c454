// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

import java.nio.charset.StandardCharsets.UTF_8
import java.security.MessageDigest

import io.github.sparkrest.options.values.SignatureEncoding

/** A text as 16 hexadecimal digits, the same on every machine: for names and identities that are stored. */
object ShortHash {
  def of(text: String): String =
    SignatureEncoding.Hex.encode(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)).take(8))
}
