// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.tls

import java.security.cert.CertificateException
import javax.net.ssl.{SSLHandshakeException, SSLPeerUnverifiedException}

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.secret.Redact

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
    RestError(
      Condition.TlsFailed,
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
