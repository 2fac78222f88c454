// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.tls

import java.nio.file.{Files, Paths}

import io.github.sparkrest.secret.Secret
import org.scalatest.funsuite.AnyFunSuite

/** Keys that OpenSSL wrote. All forms of a key give the same key. */
class PemKeySuite extends AnyFunSuite {
  private def pem(name: String) =
    new String(Files.readAllBytes(Paths.get(s"src/test/resources/keys/$name.pem")), "UTF-8")
  private def encoded(name: String, password: Option[String] = None) =
    PemKey.read(pem(name), password.map(Secret(_))).fold(fail(_), _.getEncoded.toList)
  private def refusal(text: String, password: Option[String] = None) =
    PemKey.read(text, password.map(Secret(_))).fold(identity, k => fail(s"a key was read: ${k.getAlgorithm}"))

  test("an RSA key is read as PKCS#8, as PKCS#1, and encrypted with PBES2") {
    assert(encoded("rsa-pkcs1") == encoded("rsa-pkcs8"))
    assert(encoded("rsa-encrypted", Some("key-password")) == encoded("rsa-pkcs8"))
  }

  test("an EC key is read as PKCS#8 and as SEC 1 after a block of parameters, and an Ed25519 key as PKCS#8") {
    assert(encoded("ec-sec1").nonEmpty && encoded("ec-pkcs8").nonEmpty)
    def s(name: String) = PemKey.read(pem(name), None).fold(fail(_), identity) match {
      case k: java.security.interfaces.ECPrivateKey => (k.getS, k.getParams.getOrder)
      case other                                    => fail(other.getAlgorithm)
    }
    assert(s("ec-sec1") == s("ec-pkcs8"))
    assert(encoded("ed25519-pkcs8").nonEmpty)
  }

  test("the error for an unreadable key contains the cause and the remedy") {
    assert(refusal(pem("rsa-encrypted")).contains("no password was given"))
    assert(refusal(pem("rsa-encrypted"), Some("another")).contains("cannot be decrypted"))
    assert(refusal(pem("rsa-old-encrypted"), Some("key-password")).contains("openssl pkcs8 -topk8"))
    assert(refusal("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----").contains("PRIVATE KEY"))
    assert(refusal("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----").contains("RSA, EC or Ed25519"))
    assert(refusal("-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----").contains("no curve"))
  }
}
