// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config.checks

import java.net.URI

import scala.util.Try

import io.github.sparkrest.config.AuthOptions
import io.github.sparkrest.options.RestOptions.{AuthType => _, _}
import io.github.sparkrest.options.tables.{AuthType, Opt}
import io.github.sparkrest.options.values.{GrantType, HeaderName, KeyPlacement, Origin}
import io.github.sparkrest.options.{OptionReader, RestOptions}

/** Finds options of authentication that have no meaning together. `AuthConfig.read` finds missing options. */
private[sparkrest] object AuthChecks {
  import AuthType.{ApiKey, OAuth1, OAuth2, Session}

  def apply(read: OptionReader, kind: AuthType): Seq[String] = {
    val known = RestOptions.AuthType +: RestOptions.optionsOf(kind).all
    val strangers = RestOptions.authentication.filter(o => read.isGiven(o) && !known.contains(o)).map { o =>
      val owners = AuthType.all.filter(RestOptions.optionsOf(_).all.contains(o)).map(k => s"authType=$k")
      s"${o.name}: has no meaning with authType=$kind; it belongs to ${owners.mkString(", ")}"
    }
    strangers ++ (kind match {
      case ApiKey  => apiKey(read)
      case OAuth1  => oauth1(read)
      case OAuth2  => oauth2(read)
      case Session => session(read)
      case _       => Nil
    })
  }

  private def apiKey(read: OptionReader): Seq[String] = {
    val name = read(ApiKeyName)
    val isToken = HeaderName.isValid(name)
    if (Set[KeyPlacement](KeyPlacement.Query, KeyPlacement.Body)(read(ApiKeyIn)) || isToken) Nil
    else Seq(s"""apiKeyName: "$name" is not the name of a ${read(ApiKeyIn)} (RFC 9110 §5.6.2)""")
  }

  private def oauth1(read: OptionReader): Seq[String] =
    if (read.isGiven(OauthTokenSecret) && !read.isGiven(OauthToken))
      Seq("oauthToken: is required by oauthTokenSecret and was not given")
    else Nil

  private def oauth2(read: OptionReader): Seq[String] = {
    val grant = read(Oauth2GrantType)
    def only(o: Opt[_], of: GrantType) =
      if (read.isGiven(o) && grant != of)
        Seq(s"${o.name}: has no meaning with oauth2GrantType=$grant; it belongs to oauth2GrantType=$of")
      else Nil
    val signs = AuthOptions.signs(read).isDefined
    val unsigned =
      if (signs) Nil
      else
        Seq(Oauth2PrivateKey, Oauth2KeyId, Oauth2Claims).filter(read.isGiven(_)).map { o =>
          s"${o.name}: needs oauth2GrantType=jwt_bearer or oauth2ClientAuth=private_key_jwt"
        }
    val secret =
      if (grant == GrantType.ClientCredentials && !signs && !read.isGiven(Oauth2ClientSecret))
        Seq("oauth2ClientSecret: is required by oauth2GrantType=client_credentials and was not given")
      else Nil
    unsigned ++ secret ++ only(UserId, GrantType.Password) ++ only(UserPassword, GrantType.Password) ++
      only(Oauth2RefreshToken, GrantType.RefreshToken) ++ only(Oauth2TokenStore, GrantType.RefreshToken) ++
      loginUrl(read, Oauth2TokenUrl)
  }

  private def session(read: OptionReader): Seq[String] = {
    val cookies =
      if (read.isGiven(SessionTokenField)) Nil
      else
        Seq(ApiKeyName, ApiKeyIn, AuthScheme).filter(read.isGiven(_)).map { o =>
          s"${o.name}: needs sessionTokenField; without it, the cookies of the login are sent"
        }
    val named = read.isGiven(ApiKeyName)
    val place = Seq(
      (named && read.isGiven(AuthScheme)) -> "authScheme: has no meaning with apiKeyName; give one of them",
      (!named && read.isGiven(ApiKeyIn)) -> "apiKeyName: is required by apiKeyIn and was not given"
    ).collect { case (true, text) => text }
    val body =
      if (read.isGiven(SessionBody))
        Seq(UserId, UserPassword).filter(read.isGiven(_)).map { o =>
          s"${o.name}: has no meaning with sessionBody; write it into sessionBody"
        }
      else if (read.isGiven(SessionBodyFormat)) Seq("sessionBody: is required by sessionBodyFormat and was not given")
      else Nil
    cookies ++ place ++ body ++ loginUrl(read, SessionUrl) ++ (if (named) apiKey(read) else Nil)
  }

  private def loginUrl(read: OptionReader, o: Opt[String]): Seq[String] = read.opt(o).toList.flatMap { text =>
    val url = Try(new URI(text)).toOption
    if (url.exists(u => Origin.isHttp(u) && u.getUserInfo == null && u.getFragment == null)) Nil
    else Seq(s"${o.name}: must be an http:// or https:// URL with a host, without user and fragment")
  }
}
