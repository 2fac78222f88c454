// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import java.nio.file.Files

import io.github.sparkrest.options.RestOptions
import io.github.sparkrest.options.tables.AuthType
import io.github.sparkrest.request.{RequestTemplate, RequestValues}
import io.github.sparkrest.secret.Secret
import org.scalatest.funsuite.AnyFunSuite

/** Which options of authentication and TLS belong together, and secrets that options reference as `env:` or `file:`. */
class AuthConfigSuite extends AnyFunSuite {
  private def parse(options: Seq[(String, String)]) = RestConfig.parse(Map("url" -> "http://h/x") ++ options)
  private def config(options: (String, String)*): RestConfig = parse(options).fold(e => fail(e.text), identity)
  private def problems(options: (String, String)*): String =
    parse(options).fold(_.text, c => fail(s"no problem was found: $c"))

  private def file(content: String): String = {
    val path = Files.createTempFile("secret", "")
    Files.write(path, content.getBytes("UTF-8")).toString
  }

  test("all missing options of an authType are reported together") {
    assert(problems("authType" -> "ApiKey").contains("apiKey: is required by authType=ApiKey"))
    val one = problems("authType" -> "OAuth1", "oauthTokenSecret" -> "s")
    assert(
      Seq(
        "oauthConsumerKey: is required",
        "oauthConsumerSecret: is required",
        "oauthToken: is required by oauthTokenSecret"
      ).forall(one.contains)
    )
    val two = problems("authType" -> "OAuth2")
    assert(
      Seq("oauth2TokenUrl: is required", "oauth2ClientId: is required", "oauth2ClientSecret: is required").forall(
        two.contains
      )
    )
    assert(two.startsWith("[REST_INVALID_OPTIONS] 3 options are wrong"))
    val client = Seq("authType" -> "OAuth2", "oauth2TokenUrl" -> "http://h/t", "oauth2ClientId" -> "c")
    assert(
      problems(client :+ ("oauth2GrantType" -> "refresh_token"): _*)
        .contains("oauth2RefreshToken: is required by oauth2GrantType=refresh_token")
    )
    val password = problems(client :+ ("oauth2GrantType" -> "password"): _*)
    assert(password.contains("userId: is required") && password.contains("userPassword: is required"))
    assert(
      problems(client.updated(1, "oauth2TokenUrl" -> "h/t") :+ ("oauth2ClientSecret" -> "s"): _*)
        .contains("oauth2TokenUrl: must be")
    )
  }

  test("an option that has no meaning for the authType is reported") {
    assert(
      problems("oauthToken" -> "t").contains(
        "oauthToken: has no meaning with authType=None; it belongs to authType=Bearer, authType=OAuth1"
      )
    )
    val text = problems(
      "authType" -> "OAuth2",
      "oauth2TokenUrl" -> "http://h/t",
      "oauth2ClientId" -> "c",
      "oauth2ClientSecret" -> "s",
      "userId" -> "u",
      "oauth2TokenStore" -> "/t",
      "apiKeyIn" -> "query"
    )
    assert(
      text.contains(
        "userId: has no meaning with oauth2GrantType=client_credentials; it belongs to oauth2GrantType=password"
      )
    )
    assert(
      text.contains("oauth2TokenStore: has no meaning") && text.contains("apiKeyIn: has no meaning with authType=OAuth2")
    )
    assert(
      problems("authType" -> "ApiKey", "apiKey" -> "k", "apiKeyName" -> "a b").contains(
        "apiKeyName: \"a b\" is not the name of a header"
      )
    )
    val tls =
      problems("tlsCertFile" -> "/c", "tlsKeyStore" -> "/s", "tlsTrustStorePassword" -> "p", "tlsKeyPassword" -> "p")
    assert(
      tls.contains("tlsCertFile: has no meaning without tlsKeyFile") && tls.contains(
        "tlsCertFile: and tlsKeyStore exclude each other"
      )
    )
    assert(tls.contains("tlsTrustStorePassword: has no meaning without tlsTrustStore"))
  }

  test("each option of authentication belongs to a type") {
    val owned = AuthType.all.flatMap(RestOptions.optionsOf(_).all).toSet
    assert(RestOptions.authentication.filterNot(owned) == Seq(RestOptions.AuthType))
  }

  test("a secret comes from the environment or a file, without its last line break") {
    val (name, value) =
      sys.env.find { case (k, v) => k.matches("[A-Z_]+") && v.trim.nonEmpty && !v.exists(_ < ' ') }.getOrElse(fail())
    def token(text: String) = config("authType" -> "Bearer", "oauthToken" -> text).auth
    assert(token(s"env:$name") == AuthConfig.Token("Bearer", Secret(value)))
    Seq("t0k3n", "t0k3n\n", "t0k3n\r\n").foreach { content =>
      assert(token(s"file:${file(content)}") == AuthConfig.Token("Bearer", Secret("t0k3n")))
      assert(token(s"file://${file(content)}") == AuthConfig.Token("Bearer", Secret("t0k3n")))
    }
    val missing =
      problems("authType" -> "Basic", "userId" -> "env:NO_SUCH_VARIABLE_1", "userPassword" -> "file:/no/such/file")
    assert(missing.contains("userId: the environment variable NO_SUCH_VARIABLE_1 is not set"))
    assert(
      missing.contains("userPassword: the file /no/such/file does not exist") && missing.contains("2 options are wrong")
    )
  }

  test("a reference can replace a header, a parameter or the whole object, and braces in a secret are not placeholders") {
    val key = file("k{e}y&1\n")
    val c = config(
      "headers" -> s"""{"X-Key": "file:$key", "X-Page": "{page}"}""",
      "params" -> s"""{"k": "file:$key", "q": "env:prod x"}"""
    )
    val request =
      new RequestTemplate(c).render(RequestValues("", ("", ""), None, initial = true)).fold(e => fail(e.text), identity)
    assert(request.headers.contains("X-Key" -> "k{e}y&1"))
    assert(
      request.url == "http://h/x?k=k%7Be%7Dy%261&q=env%3Aprod%20x",
      "a value that only looks like a reference is text"
    )
    assert(!Seq(c.toString, c.options.toString, c.references.toString).exists(_.contains("k{e}y")))
    assert(config("headers" -> s"file:${file("""{"A": "b"}""")}").headers == Seq("A" -> "b"))
    assert(
      problems("headers" -> """{"X-Key": "env:NO_SUCH_VARIABLE_1"}""").contains(
        "headers.X-Key: the environment variable NO_SUCH_VARIABLE_1 is not set"
      )
    )
    assert(problems("headers" -> s"""{"X-Key": "file:${file("a\nb")}"}""").contains("headers.X-Key: what file:"))
  }

  test("a token that is not a valid header value is refused, and the error does not show it") {
    val text = problems("authType" -> "Bearer", "oauthToken" -> "s3cr3t\nX: y")
    assert(text.contains("oauthToken: ") && !text.contains("s3cr3t"))
  }
}
