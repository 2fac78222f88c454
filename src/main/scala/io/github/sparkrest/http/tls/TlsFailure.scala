// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.tls

import java.security.cert.CertificateException
import javax.net.ssl.{SSLHandshakeException, SSLPeerUnverifiedException}

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.secret.Redact

/** A connection that was refused for its certificates: trying again does not help. */
private[http] object TlsFailure {
  def is(cause: Throwable): Boolean = chain(cause).exists {
    case _: CertificateException | _: SSLPeerUnverifiedException => true
    // The peer may also hang up in the middle of a handshake: that passes.
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
        "The server's certificate is not trusted: give its authority as tlsCaFile or tlsTrustStore, and check the host's name."
      else
        "The server ended the handshake: it may want a client certificate (tlsCertFile and tlsKeyFile, or tlsKeyStore), or another one."
    )
  }

  private def chain(cause: Throwable): List[Throwable] =
    Iterator.iterate(cause)(_.getCause).takeWhile(_ != null).take(10).toList
  private def text(e: Throwable): String = Option(e.getMessage).getOrElse("")
}
