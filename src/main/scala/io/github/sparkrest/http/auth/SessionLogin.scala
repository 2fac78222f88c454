// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.net.URI
import java.nio.charset.StandardCharsets.UTF_8
import java.time.Instant

import scala.util.Try

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.config.AuthConfig.{Session, TokenPlace}
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.http.auth.LoginClient.Answer
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest}
import io.github.sparkrest.options.tables.OptType
import io.github.sparkrest.options.values.{KeyPlacement, ValueSource}
import io.github.sparkrest.secret.{Redact, Secret}

/** Logs in. Its errors do not contain secrets. */
final class SessionLogin(config: RestConfig, o: Session, network: HttpClient, clock: Clock) extends Login {
  private val client = new LoginClient(config, network, clock)

  /** A second login after a broken connection is harmless: the API forgets the first session. */
  def token(): Either[RestError, AccessToken] =
    client.send(SessionLogin.request(o), Nil)(SessionLogin.token(o, _)).left.map(_.copy(repeatable = true))

  def now(): Instant = clock.now()
}

/** Login requests and their responses. Pure. */
private[auth] object SessionLogin {
  def request(o: Session): HttpRequest = {
    val kind = if (o.form) "application/x-www-form-urlencoded" else "application/json"
    val content = if (o.body.isEmpty) Nil else Seq("Content-Type" -> kind)
    val body = o.body.map(b => if (o.form) LoginClient.form(OptType.JsonMap.read(b.reveal).getOrElse(Nil)) else b.reveal)
    val own = o.headers.map { case (k, v) => k -> v.reveal }
    val usual = (content :+ ("Accept" -> "application/json")).filterNot(h => own.has(h._1))
    val plain = HttpRequest("POST", o.url, usual ++ own, body)
    o.user.fold(plain) { case (user, password) =>
      Authenticator.authorization(plain, Authenticator.basic(user.reveal, password.reveal))
    }
  }

  /** A request with the token that a login returned. */
  def placed(o: Session, request: HttpRequest, token: Option[Secret]): Either[RestError, HttpRequest] =
    (token, o.place) match {
      case (None, _)                                   => Right(request)
      case (Some(t), TokenPlace.Authorization(scheme)) =>
        Right(Authenticator.authorization(request, Authenticator.withScheme(scheme, t)))
      case (Some(t), TokenPlace.Named(name, in)) => PlacedKey(name, in, t, request)
      case (Some(t), TokenPlace.Cookies)         => Right(PlacedKey.cookies(t.reveal, request))
    }

  def token(o: Session, answer: Answer): Either[RestError, AccessToken] = {
    val status = answer.status
    LoginClient.unavailable(login(o), status, answer.waitMs) match {
      case Some(error)               => Left(error)
      case None if status / 100 != 2 => Left(refused(o, s"answered with status $status${shown(answer.body)}."))
      case None                      =>
        found(o, answer) match {
          case Right((value, parts)) =>
            val end = o.lifetimeMs.map(_ + answer.at.toEpochMilli)
            Right(AccessToken(Secret(value), end, parts.map(Secret(_))))
          case Left(why) => Left(refused(o, s"answered with status $status, but $why."))
        }
    }
  }

  /** The token, and secrets within it. Left: why the token is missing. */
  private def found(o: Session, answer: Answer): Either[String, (String, Seq[String])] = {
    lazy val json = parse(new String(answer.body, UTF_8)).toOption
    val value = o.token match {
      case None                             => cookies(answer.headers)
      case Some(ValueSource.InHeader(name)) =>
        answer.headers.value(name).map(_ -> Nil).toRight(s"without the header $name of sessionTokenField")
      case Some(ValueSource.InBody(path)) =>
        val text = json match {
          case Some(j)             => path.valueIn(j).flatMap(scalar)
          case None if path.isRoot => Some(new String(answer.body, UTF_8).trim)
          case None                => None
        }
        text.filter(_.nonEmpty).map(_ -> Nil).toRight(s"without $path of sessionTokenField: ${described(json)}")
      case Some(_: ValueSource.InLink) => Left("sessionTokenField is a link")
    }
    value.filterOrElse({ case (token, _) => isSendable(o.place, token) }, "its token cannot be sent in a header")
  }

  /** The cookies to send back, as RFC 6265 §5.4 joins them. A cookie that ends at once does not belong to the session. */
  private def cookies(headers: Seq[(String, String)]): Either[String, (String, Seq[String])] = {
    val set = headers.values("Set-Cookie").flatMap { line =>
      val parts = line.split(";").toList.map(_.trim)
      val (name, value) = parts.headOption.getOrElse("").span(_ != '=')
      val ended = parts.drop(1).exists(_.replace(" ", "").equalsIgnoreCase("max-age=0"))
      if (name.isEmpty || value.length < 2 || ended) None else Some(name.trim -> value.drop(1).trim)
    }
    val last = set.foldLeft(Vector.empty[(String, String)]) { case (kept, (k, v)) =>
      kept.filterNot(_._1 == k) :+ (k -> v)
    }
    if (last.isEmpty) Left("set no cookie; set sessionTokenField if the token is elsewhere")
    else Right((last.map { case (k, v) => s"$k=$v" }.mkString("; "), last.map(_._2)))
  }

  private def scalar(json: Json): Option[String] = json.asString.orElse(json.asNumber.map(_.toString))

  /** RFC 6749 §A.12: the characters that a header allows. A body and a query encode all others. */
  private def isSendable(place: TokenPlace, token: String): Boolean = place match {
    case TokenPlace.Named(_, KeyPlacement.Query | KeyPlacement.Body) => true
    case _                                                           => token.forall(c => c >= ' ' && c <= '~')
  }

  /** Names only, because a value may be the token. The text of an error contains no token. */
  private def described(json: Option[Json]): String = json.fold("the body is not JSON") { j =>
    j.asObject.fold("the body is not a JSON object") { o =>
      val said = Seq("error", "errors", "message", "errorMessage").flatMap(o(_)).headOption
      s"a JSON object with ${o.keys.mkString(", ")}" + said.fold("")(e => shown(e.noSpaces.getBytes(UTF_8)))
    }
  }

  private def shown(body: Array[Byte]): String =
    if (body.isEmpty) "" else s" (${Redact.snippet(body)})"

  private def refused(o: Session, what: String): RestError = {
    val credentials = if (o.body.isDefined) "sessionBody" else "userId and userPassword"
    Condition.TokenRefused(
      s"${login(o)} $what",
      s"Check $credentials, sessionUrl and sessionTokenField against the API's documentation."
    )
  }

  /** Its name in messages. Only the host: a path may name the customer. */
  private def login(o: Session): String =
    s"The login at ${Try(new URI(o.url).getAuthority).getOrElse("sessionUrl")} (sessionUrl)"
}
