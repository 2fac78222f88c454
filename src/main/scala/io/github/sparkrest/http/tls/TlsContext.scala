// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.tls

import java.io.{ByteArrayInputStream, File, FileInputStream}
import java.nio.file.attribute.{BasicFileAttributes, FileTime}
import java.nio.file.{Files, NoSuchFileException, Paths}
import java.security.KeyStore
import java.security.cert.{CertificateException, CertificateFactory, X509Certificate}
import javax.net.ssl._

import scala.jdk.CollectionConverters._
import scala.util.Try

import io.github.sparkrest.config.{TlsConfig, TlsStore}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.RecentlyUsed
import io.github.sparkrest.secret.Redact

/** Certificates and keys of the options, for the JDK. Created once for each configuration in use, and again after a change of its
  * files: another process renews certificates that are valid for a day, and a stream runs for months.
  */
object TlsContext {
  private val kept = new RecentlyUsed[TlsConfig, Kept]

  /** `None`: the JVM's own. */
  def apply(tls: TlsConfig): Either[RestError, Option[SSLContext]] =
    if (tls.isDefault) Right(None) else kept.get(tls)(new Kept(tls)).current().map(Some(_))

  /** A file as it was: nobody changes all of this by accident. */
  final private case class Stamp(modified: FileTime, bytes: Long, key: Option[AnyRef])

  /** The context of a configuration. Thread-safe. */
  final private class Kept(tls: TlsConfig) {
    private val files =
      Seq(tls.caFile, tls.certFile, tls.keyFile, tls.keyStore.map(_.path), tls.trustStore.map(_.path)).flatten
    private var made = Option.empty[(Seq[Option[Stamp]], SSLContext)]

    def current(): Either[RestError, SSLContext] = synchronized {
      val now = files.map(stamp)
      made match {
        case Some((read, context)) if read == now => Right(context) // guard: I3.112
        case before                               =>
          val next = make(tls)
          next.foreach(context => made = Some(now -> context))
          // A file may be half written, and the former context is good until the certificate ends.
          next.left.flatMap(e => before.map(_._2).toRight(e))
      }
    }

    private def stamp(file: String): Option[Stamp] = Try {
      val found = Files.readAttributes(Paths.get(file), classOf[BasicFileAttributes])
      Stamp(found.lastModifiedTime, found.size, Option(found.fileKey))
    }.toOption
  }

  private def make(tls: TlsConfig): Either[RestError, SSLContext] = for {
    keys <- own(tls)
    trusted <- authorities(tls)
  } yield {
    val context = SSLContext.getInstance("TLS")
    context.init(keys.orNull, trusted.orNull, null)
    context
  }

  private def own(tls: TlsConfig): Either[RestError, Option[Array[KeyManager]]] =
    (tls.keyStore, tls.certFile, tls.keyFile) match {
      case (Some(s), _, _) =>
        for {
          store <- load("tlsKeyStore", s)
          password = tls.keyPassword.orElse(s.password).fold(Array.emptyCharArray)(_.reveal.toCharArray)
          managers <- keyManagers(store, password).left.map(why =>
            wrong("tlsKeyStore", s.path, s"$why; see tlsKeyPassword")
          )
        } yield Some(managers)
      case (_, Some(certFile), Some(keyFile)) =>
        for {
          chain <- certificates("tlsCertFile", certFile)
          pem <- text("tlsKeyFile", keyFile)
          key <- PemKey
            .read(pem, tls.keyPassword)
            .left
            .map(why =>
              wrong(
                "tlsKeyFile",
                keyFile,
                s"the private key $why${if (why.contains("password")) "; see tlsKeyPassword" else ""}"
              )
            )
          store = emptyStore()
          _ <- attempt(store.setKeyEntry("client", key, Array.emptyCharArray, chain.toArray)).left
            .map(wrong("tlsKeyFile", keyFile, _))
          managers <- keyManagers(store, Array.emptyCharArray).left.map(wrong("tlsKeyFile", keyFile, _))
        } yield Some(managers)
      case _ => Right(None)
    }

  private def authorities(tls: TlsConfig): Either[RestError, Option[Array[TrustManager]]] =
    (tls.trustStore, tls.caFile) match {
      case (Some(s), _)    => load("tlsTrustStore", s).flatMap(trustManagers("tlsTrustStore", s.path, _))
      case (_, Some(file)) =>
        certificates("tlsCaFile", file).flatMap { found =>
          val store = emptyStore()
          found.zipWithIndex.foreach { case (c, i) => store.setCertificateEntry(s"authority-$i", c) }
          trustManagers("tlsCaFile", file, store)
        }
      case _ => Right(None)
    }

  private def keyManagers(store: KeyStore, password: Array[Char]): Either[String, Array[KeyManager]] =
    if (!store.aliases.asScala.exists(store.isKeyEntry)) Left("it holds no private key")
    else
      attempt {
        val factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm)
        factory.init(store, password)
        factory.getKeyManagers
      }

  private def trustManagers(
      option: String,
      file: String,
      store: KeyStore
  ): Either[RestError, Option[Array[TrustManager]]] =
    if (!store.aliases.asScala.exists(store.isCertificateEntry))
      Left(wrong(option, file, "it holds no certificate of an authority"))
    else
      attempt {
        val factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm)
        factory.init(store)
        Option(factory.getTrustManagers)
      }.left.map(wrong(option, file, _))

  private def load(option: String, s: TlsStore): Either[RestError, KeyStore] = {
    val password = s.password.map(_.reveal.toCharArray)
    attempt {
      s.kind match {
        case None       => KeyStore.getInstance(new File(s.path), password.orNull)
        case Some(kind) =>
          val store = KeyStore.getInstance(kind)
          val in = new FileInputStream(s.path)
          try store.load(in, password.orNull)
          finally in.close()
          store
      }
    }.left.map(why => wrong(option, s.path, s"$why; see ${option}Password and ${option}Type"))
  }

  private def certificates(option: String, file: String): Either[RestError, List[X509Certificate]] =
    text(option, file).flatMap { pem =>
      attempt {
        // The text between the blocks is for humans, and the JDK does not skip all of it.
        val blocks = "(?s)-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----".r.findAllIn(pem).mkString("\n")
        CertificateFactory
          .getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(blocks.getBytes("UTF-8")))
          .asScala
          .collect { case c: X509Certificate => c }
          .toList
      }.filterOrElse(_.nonEmpty, "it is not PEM: it lacks the line -----BEGIN CERTIFICATE-----")
        .left
        .map(wrong(option, file, _))
    }

  private def text(option: String, file: String): Either[RestError, String] =
    attempt(new String(Files.readAllBytes(Paths.get(file)), "UTF-8")).left.map(wrong(option, file, _))

  private def emptyStore(): KeyStore = {
    val store = KeyStore.getInstance("PKCS12")
    store.load(null, null)
    store
  }

  /** The JDK's messages about keys and files do not contain secrets. */
  private def attempt[A](body: => A): Either[String, A] = Try(body).toEither.left.map {
    case _: NoSuchFileException | _: java.io.FileNotFoundException => "no such file can be read"
    case e => s"${e.getClass.getSimpleName}${Option(e.getMessage).fold("")(": " + _)}"
  }

  private def wrong(option: String, file: String, why: String): RestError =
    Condition.TlsInvalid(
      s"""$option: "$file" cannot be used: $why.""",
      "Provide a readable file at this path on the driver and on every executor."
    )
}

/** A connection that failed because of certificates: a retry does not help. */
private[http] object TlsFailure {
  def is(cause: Throwable): Boolean = chain(cause).exists {
    case _: CertificateException | _: SSLPeerUnverifiedException => true
    // A peer may also end the connection during a handshake: a retry may help.
    case e: SSLHandshakeException      => text(e).contains("fatal alert") || text(e).contains("PKIX")
    case e: javax.net.ssl.SSLException => text(e).contains("certificate")
    case _                             => false
  }

  def apply(url: String, cause: Throwable): RestError = {
    val said = chain(cause).map(text).filter(_.nonEmpty)
    val ours = chain(cause).exists(_.isInstanceOf[CertificateException])
    Condition.TlsFailed(
      s"${Redact.url(url)}: no TLS connection (${Redact.url(said.lastOption.getOrElse(cause.getClass.getSimpleName))}).",
      if (ours)
        "The server's certificate is not trusted. Set tlsCaFile or tlsTrustStore to its authority, and check the host name."
      else
        "The server ended the handshake. It may require a client certificate, or another one: set tlsCertFile and tlsKeyFile, or tlsKeyStore."
    )
  }

  private def chain(cause: Throwable): List[Throwable] =
    Iterator.iterate(cause)(_.getCause).takeWhile(_ != null).take(10).toList
  private def text(e: Throwable): String = Option(e.getMessage).getOrElse("")
}
