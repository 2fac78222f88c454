// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth.signing

import java.time.Instant
import java.util.Optional

import scala.jdk.CollectionConverters._
import scala.util.control.NonFatal

import io.github.sparkrest.auth.{RequestSigner, SignableRequest}
import io.github.sparkrest.config.AuthConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.http.auth.{Authenticator, PlacedKey}
import io.github.sparkrest.http.{HttpRequest, HttpResponse, RecentlyUsed}
import io.github.sparkrest.options.values.{HeaderName, HeaderValue}
import io.github.sparkrest.secret.{Redact, Secret}

/** `authType=Custom`: the user's class adds the credentials. */
final private[auth] class CustomAuthenticator(o: AuthConfig.Custom) extends Authenticator {
  import CustomAuthenticator._

  /** Threads of this connector may not know the classes of a session, so the thread that makes the authenticator loads it. */
  private val signer = signerOf(o)

  protected def signed(request: HttpRequest, token: Option[Secret], now: Instant): Either[RestError, HttpRequest] =
    signer.flatMap { s =>
      val open = new OpenRequest(request, now)
      guarded(o)(s.sign(open)).map(_ => open.request)
    }

  override def learns: (HttpRequest, HttpResponse) => Boolean = (request, _) =>
    signer.toOption.exists { s =>
      // A class that cannot renew leaves the 401 as the response.
      guarded(o)(s.renew(new OpenRequest(request, Instant.now()))).contains(true)
    }

  /** Whatever the class added may be a secret. */
  override def secretsIn: (HttpRequest, HttpRequest) => Seq[Secret] = (before, sent) => {
    val headers = sent.headers.filterNot(before.headers.contains).map(_._2)
    val known = PlacedKey.parameters(before.url)
    val params = PlacedKey.parameters(sent.url).filterNot(known.contains).map(p => p.substring(p.indexOf('=') + 1))
    (headers ++ params).flatMap(v => v +: v.split("[ =;,:]").toSeq).filter(_.length >= MinLength).distinct.map(Secret(_))
  }
}

private object CustomAuthenticator {

  /** Shorter parts are words such as `Bearer`. */
  private val MinLength = 8
  private val signers = new RecentlyUsed[(Class[_], Seq[(String, Secret)]), RequestSigner]

  private def signerOf(o: AuthConfig.Custom): Either[RestError, RequestSigner] = for {
    loaded <- load(o)
    signer <- signers((loaded, o.settings))(guarded(o) {
      val made = loaded.getConstructor().newInstance().asInstanceOf[RequestSigner]
      made.configure(o.settings.map { case (k, v) => k -> v.reveal }.toMap.asJava)
      made
    })
  } yield signer

  /** Nothing of a class runs before it is known to be a `RequestSigner`: an option must not run the code of any other class. */
  private def load(o: AuthConfig.Custom): Either[RestError, Class[_]] = {
    val loader = Option(Thread.currentThread.getContextClassLoader).getOrElse(getClass.getClassLoader)
    try {
      val found = Class.forName(o.className, false, loader)
      if (classOf[RequestSigner].isAssignableFrom(found)) Right(found)
      else Left(unusable(o, s"does not implement ${classOf[RequestSigner].getName}"))
    } catch {
      case _: ClassNotFoundException => Left(unusable(o, "is not on the class path of this executor"))
      case e: LinkageError           => Left(unusable(o, s"cannot be loaded (${e.getClass.getSimpleName})"))
    }
  }

  private def guarded[A](o: AuthConfig.Custom)(body: => A): Either[RestError, A] =
    try Right(body)
    catch {
      case e: InterruptedException  => throw e
      case _: NoSuchMethodException => Left(unusable(o, "has no public constructor without parameters"))
      case NonFatal(e)              =>
        val said = Option(e.getMessage).fold("")(m => s": ${Redact.snippet(m)}")
        Left(unusable(o, s"threw ${e.getClass.getName}$said"))
      case e: LinkageError => Left(unusable(o, s"cannot run (${e.getClass.getSimpleName})"))
    }

  private def unusable(o: AuthConfig.Custom, why: String) = Condition.AuthClassFailed(
    s"authClass: ${o.className} $why.",
    "Give Spark the jar with the class (--jars), and check authClass and authSettings."
  )
}

/** The request as the class sees and changes it. */
final private class OpenRequest(private var open: HttpRequest, val time: Instant) extends SignableRequest {
  def request: HttpRequest = open
  def method: String = open.method
  def url: String = open.url
  def header(name: String): Optional[String] =
    open.headers.value(name).fold(Optional.empty[String]())(v => Optional.of(v))
  def body: String = open.body.getOrElse("")

  def setHeader(name: String, value: String): Unit = {
    // The message of the transport would contain the value.
    require(HeaderName.isValid(name), s"$name is not a header name")
    require(HeaderValue.isValid(value), s"the header $name contains a control character")
    open = PlacedKey.header(open, name, value)
  }

  def setParameter(name: String, value: String): Unit =
    open = open.copy(url = PlacedKey.inQuery(open.url, name, Secret(value)))
}
