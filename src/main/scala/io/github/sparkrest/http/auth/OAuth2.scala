// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.net.URI
import java.nio.charset.StandardCharsets.UTF_8
import java.security.interfaces.{ECPrivateKey, RSAPrivateKey}
import java.security.{PrivateKey, Signature}
import java.time.Instant
import java.util.Base64

import scala.util.Try

import io.circe.{Json, JsonObject}
import io.github.sparkrest.config.AuthConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.http.tls.PemKey
import io.github.sparkrest.options.values.{ClientAuth, FieldPath, GrantType}
import io.github.sparkrest.secret.{Redact, Secret}

/** An access token as it is used.
  *
  * @param renewAtMs when to fetch the next token, epoch milliseconds; `None`: the server did not name an end
  * @param parts secrets within the token, such as the values of cookies
  */
final case class AccessToken(value: Secret, renewAtMs: Option[Long], parts: Seq[Secret] = Nil) {
  def secrets: Seq[Secret] = value +: parts

  def isDue(now: Instant): Boolean = renewAtMs.exists(now.toEpochMilli >= _)
}

/** The response of a token endpoint.
  *
  * @param refreshToken replaces the token that was sent
  */
final case class Granted(token: AccessToken, refreshToken: Option[Secret])

/** Requests to a token endpoint and their responses (RFC 6749 §4.3, §4.4, §5, §6; RFC 7523). Pure. */
object OAuth2 {

  /** @param refreshToken the newest token, for the grant of that name
    * @param assertion see `JwtAssertion`
    */
  def request(o: AuthConfig.OAuth2, refreshToken: Option[Secret], assertion: Option[Secret] = None): HttpRequest = {
    val grant = Seq("grant_type" -> o.grant.grantType) ++
      assertion.filter(_ => o.grant == GrantType.JwtBearer).map("assertion" -> _.reveal) ++
      o.user.toSeq.flatMap { case (u, p) => Seq("username" -> u.reveal, "password" -> p.reveal) } ++
      refreshToken.map("refresh_token" -> _.reveal) ++ o.scope.map("scope" -> _)
    val id = "client_id" -> o.clientId.reveal
    val client = (o.clientSecret, o.clientAuth) match {
      case (_, ClientAuth.PrivateKeyJwt) =>
        Seq(id, "client_assertion_type" -> ClientAssertion) ++ assertion.map("client_assertion" -> _.reveal)
      case (Some(secret), ClientAuth.Body) => Seq(id, "client_secret" -> secret.reveal)
      case (Some(_), ClientAuth.Header)    => Nil
      // The assertion names the client.
      case (None, _) if o.grant == GrantType.JwtBearer => Nil
      // §2.3.1: a public client only names itself.
      case (None, _) => Seq(id)
    }
    // A parameter sent twice is an error (§3.2): `oauth2Params` wins, for servers with a special grant.
    val own = o.params.map { case (k, v) => k -> v.reveal }
    val fields = (grant ++ client).filterNot(f => own.exists(_._1 == f._1)) ++ own
    val unsigned = HttpRequest(
      "POST",
      o.tokenUrl,
      Seq("Content-Type" -> "application/x-www-form-urlencoded", "Accept" -> "application/json") ++
        o.headers.map { case (k, v) => k -> v.reveal },
      Some(LoginClient.form(fields))
    )
    o.clientSecret
      .filter(_ => o.clientAuth == ClientAuth.Header)
      .fold(unsigned)(s => Authenticator.authorization(unsigned, clientHeader(o, s)))
  }

  private val ClientAssertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

  /** §2.3.1: each is form-encoded first. */
  private[http] def clientHeader(o: AuthConfig.OAuth2, secret: Secret): String =
    Authenticator.basic(LoginClient.encoded(o.clientId.reveal), LoginClient.encoded(secret.reveal))

  /** @param body as long as a token response may be
    * @param retryAfterMs how long the server wants no further request
    */
  def granted(
      o: AuthConfig.OAuth2,
      status: Int,
      body: Array[Byte],
      now: Instant,
      retryAfterMs: Option[Long] = None
  ): Either[RestError, Granted] = {
    val json = io.circe.parser.parse(new String(body, "UTF-8")).toOption
    val answer = json.flatMap(_.asObject)
    def said(name: String) = answer.flatMap(_(name)).flatMap(_.asString).filter(_.nonEmpty)
    val unavailable = LoginClient.unavailable(endpoint(o), status, retryAfterMs)
    lazy val refusal = if (status / 100 != 2 || said("error").isDefined) Some(refused(o, status, said)) else None
    unavailable.orElse(refusal).toLeft(()).flatMap { _ =>
      json.flatMap(FieldPath(o.tokenField).valueIn).flatMap(_.asString).filter(t => t.nonEmpty && isToken(t)) match {
        case None =>
          val names = answer.fold("no JSON object")(a => s"a JSON object with ${a.keys.mkString(", ")}")
          Left(
            Condition.TokenRefused(
              s"${endpoint(o)} answered with status $status, but with no usable ${o.tokenField.mkString(".")}: $names.",
              "Check oauth2TokenUrl, and oauth2TokenField if the token has another name."
            )
          )
        case Some(_) if said("token_type").exists(t => Set("mac", "dpop", "n_a")(t.toLowerCase)) =>
          Left(
            Condition.TokenRefused(
              s"${endpoint(o)} gave a token of the type ${said("token_type").getOrElse("")}.",
              "Only bearer tokens (RFC 6750) can be used. Request one with oauth2Params, or in the server's settings."
            )
          )
        case Some(token) =>
          val lifetime = answer.flatMap(seconds).map(s => renewAfterMs(s) + now.toEpochMilli)
          Right(Granted(AccessToken(Secret(token), lifetime), said("refresh_token").map(Secret(_))))
      }
    }
  }

  /** One minute before the end, or after four fifths of a short life. */
  private[http] def renewAfterMs(expiresIn: BigDecimal): Long =
    (expiresIn * 1000 - (expiresIn * 200).min(60000)).toLong.max(0)

  /** Its name in messages. Only the host: the path of some servers names the customer. */
  private[http] def endpoint(o: AuthConfig.OAuth2): String =
    s"The token endpoint at ${Try(new URI(o.tokenUrl).getAuthority).getOrElse("oauth2TokenUrl")} (oauth2TokenUrl)"

  /** RFC 6749 §5.2. */
  private def refused(o: AuthConfig.OAuth2, status: Int, said: String => Option[String]): RestError = {
    val error = said("error")
    val why = error.fold("")(e => s": ${Redact.snippet(e)}") +
      said("error_description").fold("")(d => s" (${Redact.snippet(d)})")
    Condition.TokenRefused(s"${endpoint(o)} answered with status $status$why.", hint(o, error.getOrElse("")))
  }

  private def hint(o: AuthConfig.OAuth2, error: String): String = error match {
    case "invalid_client" => "Check oauth2ClientId, oauth2ClientSecret and oauth2ClientAuth."
    case "invalid_scope"  => "Check oauth2Scope."
    case "unauthorized_client" | "unsupported_grant_type" =>
      s"The server does not allow this client oauth2GrantType=${o.grant.text}, or does not know the grant."
    case "invalid_grant" if o.grant == GrantType.Password     => "Check userId and userPassword."
    case "invalid_grant" if o.grant == GrantType.RefreshToken =>
      "The refresh token was used, withdrawn or has expired. Set oauth2RefreshToken to a new one, and set oauth2TokenStore if the server changes it at each use."
    case _ => "Check oauth2TokenUrl, and oauth2Params against the server's documentation."
  }

  private def seconds(answer: JsonObject): Option[BigDecimal] = answer("expires_in")
    .flatMap { j: Json =>
      j.asNumber.flatMap(_.toBigDecimal).orElse(j.asString.flatMap(s => Try(BigDecimal(s.trim)).toOption))
    }
    .filter(_ >= 0)

  /** RFC 6749 §A.12: the characters that a header allows. */
  private def isToken(text: String): Boolean = text.forall(c => c >= ' ' && c <= '~')
}

/** A JWT (RFC 7519) that proves who the client is, or for whom it acts (RFC 7523). Signed as RFC 7518 and RFC 8037 define. Pure. */
private[auth] object JwtAssertion {
  private val LifeSeconds = 300L

  /** @param id different for each assertion */
  def sign(
      o: AuthConfig.OAuth2,
      a: AuthConfig.Assertion,
      now: Instant,
      id: String
  ): Either[RestError, Secret] = for {
    key <- PemKey.read(a.key.pem.reveal, None).left.map(unusable)
    algorithm <- algorithmOf(key).left.map(unusable)
  } yield {
    val kid = a.keyId.orElse(a.key.id).map("kid" -> Json.fromString(_))
    val header = Seq("alg" -> Json.fromString(algorithm.name), "typ" -> Json.fromString("JWT")) ++ kid
    val text = s"${part(header)}.${part(claims(o, a, now, id))}"
    val signature = Signature.getInstance(algorithm.ofJdk)
    signature.initSign(key)
    signature.update(text.getBytes(UTF_8))
    Secret(s"$text.${base64(signature.sign())}")
  }

  private def claims(
      o: AuthConfig.OAuth2,
      a: AuthConfig.Assertion,
      now: Instant,
      id: String
  ): Seq[(String, Json)] = {
    val isGrant = o.grant == GrantType.JwtBearer
    val client = Some(o.clientId.reveal).filter(_.nonEmpty)
    val texts = Seq(
      "iss" -> client.orElse(a.key.issuer),
      "sub" -> client.filterNot(_ => isGrant),
      "aud" -> a.key.audience.orElse(Some(o.tokenUrl)),
      // Google reads the scope here, and not in the request.
      "scope" -> o.scope.filter(_ => isGrant),
      "jti" -> Some(id)
    ).collect { case (name, Some(text)) => name -> Json.fromString(text) }
    val times = Seq("iat" -> now.getEpochSecond, "exp" -> (now.getEpochSecond + LifeSeconds))
    val replaced = a.claims.map { case (name, text) => name -> Json.fromString(text) }
    (texts ++ times.map { case (name, at) => name -> Json.fromLong(at) }).filterNot(c =>
      replaced.exists(_._1 == c._1)
    ) ++ replaced
  }

  /** @param ofJdk as `Signature` names it */
  final private case class Algorithm(name: String, ofJdk: String)

  private def algorithmOf(key: PrivateKey): Either[String, Algorithm] = key match {
    case _: RSAPrivateKey => Right(Algorithm("RS256", "SHA256withRSA"))
    case k: ECPrivateKey  =>
      k.getParams.getCurve.getField.getFieldSize match {
        case 256  => Right(Algorithm("ES256", "SHA256withECDSAinP1363Format"))
        case 384  => Right(Algorithm("ES384", "SHA384withECDSAinP1363Format"))
        case bits => Left(s"is on a curve of $bits bits; P-256 and P-384 are supported")
      }
    case k if Set("EdDSA", "Ed25519")(k.getAlgorithm) => Right(Algorithm("EdDSA", "Ed25519"))
    case k => Left(s"has the algorithm ${k.getAlgorithm}, which cannot sign assertions")
  }

  private def part(fields: Seq[(String, Json)]): String = base64(Json.fromFields(fields).noSpaces.getBytes(UTF_8))
  private def base64(bytes: Array[Byte]): String = Base64.getUrlEncoder.withoutPadding.encodeToString(bytes)

  private def unusable(why: String) = Condition.TokenRefused(
    s"oauth2PrivateKey: the private key $why.",
    "Give a private key as PEM, or the JSON file of a service account, as file:PATH."
  )
}
