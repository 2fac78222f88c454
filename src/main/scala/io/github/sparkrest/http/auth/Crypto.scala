// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.nio.charset.StandardCharsets.UTF_8
import java.security.{MessageDigest, SecureRandom}
import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec

import io.github.sparkrest.options.values.SignatureEncoding

/** What several logins do with the JDK's cryptography. Texts are hashed as UTF-8. */
private[auth] object Crypto {
  private val random = new SecureRandom

  def hex(bytes: Array[Byte]): String = SignatureEncoding.Hex.encode(bytes)

  /** @param algorithm as `MessageDigest` names it */
  def hash(algorithm: String, text: String): String =
    hex(MessageDigest.getInstance(algorithm).digest(text.getBytes(UTF_8)))

  /** @param algorithm as `Mac` names it */
  def hmac(algorithm: String, key: Array[Byte], text: Array[Byte]): Array[Byte] = {
    val mac = Mac.getInstance(algorithm)
    mac.init(new SecretKeySpec(key, algorithm))
    mac.doFinal(text)
  }

  /** 128 random bits. */
  def nonce(): String = {
    val bytes = new Array[Byte](16)
    random.nextBytes(bytes)
    hex(bytes)
  }
}
