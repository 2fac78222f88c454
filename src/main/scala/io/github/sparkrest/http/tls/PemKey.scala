// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.tls

import java.security.spec.PKCS8EncodedKeySpec
import java.security.{KeyFactory, PrivateKey}
import java.util.Base64
import javax.crypto.spec.PBEKeySpec
import javax.crypto.{Cipher, EncryptedPrivateKeyInfo, SecretKeyFactory}

import scala.util.Try

import io.github.sparkrest.secret.Secret

/** A private key as PEM text (RFC 7468): PKCS#8, encrypted or not (RFC 5958), PKCS#1 (RFC 8017), SEC 1 (RFC 5915). */
object PemKey {
  private val block = """(?s)-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----(.*?)-----END \1-----""".r

  /** Left: the reason, as the end of the sentence "the private key …". */
  def read(pem: String, password: Option[Secret]): Either[String, PrivateKey] =
    block.findFirstMatchIn(pem) match {
      case None => Left("is not PEM: it lacks the line -----BEGIN … PRIVATE KEY-----")
      case Some(m) if m.group(2).contains("Proc-Type:") =>
        Left(
          "is encrypted in OpenSSL's old form, which is not read; convert it by: openssl pkcs8 -topk8 -in KEY -out NEW"
        )
      case Some(m) =>
        for {
          der <- Try(Base64.getMimeDecoder.decode(m.group(2).trim)).toOption
            .toRight("is not PEM: its text is not Base64")
          pkcs8 <- toPkcs8(m.group(1), der, password)
          key <- keyOf(pkcs8)
        } yield key
    }

  private def toPkcs8(kind: String, der: Array[Byte], password: Option[Secret]): Either[String, Array[Byte]] =
    kind match {
      case "PRIVATE KEY"     => Right(der)
      case "RSA PRIVATE KEY" => Right(Der.privateKeyInfo(Der.RsaAlgorithm, der))
      case "EC PRIVATE KEY"  =>
        Der.curveOf(der).map(c => Der.privateKeyInfo(Der.ecAlgorithm(c), der)).toRight("names no curve")
      case "ENCRYPTED PRIVATE KEY" =>
        password.toRight("is encrypted, and no password was given").flatMap(decrypted(der, _))
      case other => Left(s"is of a kind that is not read: $other")
    }

  private def decrypted(der: Array[Byte], password: Secret): Either[String, Array[Byte]] = Try {
    val info = new EncryptedPrivateKeyInfo(der)
    // For PBES2 the JDK names the whole scheme in the parameters alone.
    val algorithm =
      if (info.getAlgName.startsWith("PBES2") || info.getAlgName.startsWith("1.2")) info.getAlgParameters.toString
      else info.getAlgName
    val key = SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password.reveal.toCharArray))
    val cipher = Cipher.getInstance(algorithm)
    cipher.init(Cipher.DECRYPT_MODE, key, info.getAlgParameters)
    info.getKeySpec(cipher).getEncoded
  }.toEither.left.map(e => s"cannot be decrypted with the password that was given (${e.getClass.getSimpleName})")

  private def keyOf(pkcs8: Array[Byte]): Either[String, PrivateKey] = {
    val spec = new PKCS8EncodedKeySpec(pkcs8)
    Seq("RSA", "EC", "Ed25519", "RSASSA-PSS").iterator
      .flatMap(a => Try(KeyFactory.getInstance(a).generatePrivate(spec)).toOption)
      .take(1)
      .toList
      .headOption
      .toRight("is not understood: it must be an RSA, EC or Ed25519 key")
  }
}

/** As much of ASN.1's DER (X.690) as it takes to put an old key into a PKCS#8 envelope. */
private object Der {
  private val Sequence = 0x30
  private val OctetString = 0x04
  private val ContextZero = 0xa0
  private val Version0 = bytes(0x02, 0x01, 0x00)

  /** `rsaEncryption` with NULL parameters. */
  val RsaAlgorithm: Array[Byte] =
    tagged(Sequence, bytes(0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00))

  /** `ecPublicKey` on a curve.
    *
    * @param curve its object identifier, encoded
    */
  def ecAlgorithm(curve: Array[Byte]): Array[Byte] =
    tagged(Sequence, bytes(0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01) ++ curve)

  def privateKeyInfo(algorithm: Array[Byte], key: Array[Byte]): Array[Byte] =
    tagged(Sequence, Version0 ++ algorithm ++ tagged(OctetString, key))

  /** Of an `ECPrivateKey`: version, key, then the curve in `[0]`. */
  def curveOf(ecPrivateKey: Array[Byte]): Option[Array[Byte]] = Try {
    val (_, body) = element(ecPrivateKey, 0)
    Iterator
      .iterate((body._1, Option.empty[Array[Byte]])) { case (at, _) =>
        val (tag, (from, to)) = element(ecPrivateKey, at)
        (to, if (tag == ContextZero) Some(ecPrivateKey.slice(from, to)) else None)
      }
      .take(5)
      .collectFirst { case (_, Some(curve)) => curve }
  }.toOption.flatten

  /** Tag, and where the content begins and ends. */
  private def element(der: Array[Byte], at: Int): (Int, (Int, Int)) = {
    val first = der(at + 1) & 0xff
    val more = if (first < 0x80) 0 else first & 0x7f
    val length = if (more == 0) first else (0 until more).foldLeft(0)((n, i) => (n << 8) | (der(at + 2 + i) & 0xff))
    val from = at + 2 + more
    (der(at) & 0xff, (from, from + length))
  }

  private def tagged(tag: Int, content: Array[Byte]): Array[Byte] = {
    val n = content.length
    val length =
      if (n < 0x80) bytes(n) else if (n < 0x100) bytes(0x81, n) else bytes(0x82, n >> 8, n & 0xff)
    bytes(tag) ++ length ++ content
  }

  private def bytes(values: Int*): Array[Byte] = values.map(_.toByte).toArray
}
