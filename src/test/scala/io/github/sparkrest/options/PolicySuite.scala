// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

import java.nio.file.{Files, Path}

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.Condition
import io.github.sparkrest.http.transport.SttpClient
import io.github.sparkrest.http.{HttpRequest, LocalServer}
import io.github.sparkrest.request.{NextUrl, RequestTemplate, RequestValues}
import org.scalatest.funsuite.AnyFunSuite

/** The operator's settings apply to all options. */
class PolicySuite extends AnyFunSuite {
  private def policy(settings: (String, String)*) = Policy.of(settings.toMap).fold(e => fail(e.text), identity)
  private def parse(p: Policy, options: (String, String)*) =
    RestConfig.parse(Map("url" -> "http://h/x") ++ options, policy = p)
  private def problems(p: Policy, options: (String, String)*): String =
    parse(p, options: _*).fold(_.text, c => fail(s"no problem was found: $c"))
  private val folder = Files.createTempDirectory("policy").toRealPath()
  private def file(name: String, text: String, in: Path = folder): Path = Files.write(in.resolve(name), text.getBytes)

  test("body, initialBody and inputData cannot reference a file or a variable unless the operator permits it") {
    val secret = file("body.json", """[{"a":"5ecret"}]""")
    Seq(
      Seq("method" -> "POST", "body" -> s"file:$secret"),
      Seq("method" -> "POST", "body" -> "{}", "initialBody" -> s" file://$secret"),
      Seq("inputData" -> s"file:$secret"),
      Seq("method" -> "POST", "body" -> "env:PATH")
    ).foreach { options =>
      val text = problems(Policy.Open, options: _*)
      assert(
        text.contains("references to secrets (env:, file:, conf:, hadoop:) are not read here") && !text.contains(
          "5ecret"
        ),
        text
      )
      assert(parse(policy("bodyReferences" -> "true"), options: _*).isRight)
    }
  }

  test("allowedPaths cannot be left through links or `..`, and a file that is not a regular file is refused") {
    val inside = Files.createDirectory(folder.resolve("inside"))
    val good = file("token", "t0ken", inside)
    val bad = file("secret", "5ecret")
    val link = Files.createSymbolicLink(inside.resolve("link"), bad)
    val p = policy("allowedPaths" -> s"$inside, /nowhere")
    def token(text: String) = Seq("authType" -> "Bearer", "oauthToken" -> text)
    assert(parse(p, token(s"file:$good"): _*).isRight)
    Seq(s"file:$bad", s"file:$link", s"file:$inside/../secret", s"file://$bad", s"file:${inside}x/token").foreach { t =>
      val text = problems(p, token(t): _*)
      assert(text.contains("operator's spark.rest.policy.allowedPaths") && !text.contains("5ecret"), t)
    }
    assert(problems(p, "headers" -> s"""{"X": "file:$bad"}""").contains("headers.X: "))
    assert(problems(policy("allowedPaths" -> ""), token(s"file:$good"): _*).contains("allowedPaths"))
    Seq("tlsCaFile", "tlsTrustStore", "tlsKeyStore").foreach { o =>
      assert(problems(p, o -> bad.toString).contains(s"$o: "), o)
    }
    assert(problems(Policy.Open, token("file:/proc/self/environ"): _*).contains("is not a regular file"))
  }

  test("saveTo is a URL with a scheme, within allowedPaths") {
    def save(to: String) = Seq("responseFormat" -> "binary", "saveTo" -> to)
    val inside = Files.createDirectories(folder.resolve("saved"))
    val link = Files.createSymbolicLink(inside.resolve("link"), folder)
    val p = policy("allowedPaths" -> s"$inside, s3a://bucket/files")
    Seq(s"file://$inside", s"file:$inside/new/folder", "s3a://bucket/files", "s3a://bucket/files/of/me/").foreach { to =>
      assert(parse(p, save(to): _*).isRight, to)
    }
    Seq(
      s"file://$folder",
      s"file:$inside/../other",
      s"file:$link/x",
      "s3a://bucket/filesx",
      "s3a://bucket/files/../x",
      "s3a://other/files",
      "gs://bucket/files"
    ).foreach(to => assert(problems(p, save(to): _*).contains("operator's spark.rest.policy.allowedPaths"), to))
    Seq("/data/files", "files").foreach(to =>
      assert(problems(Policy.Open, save(to): _*).contains("URL with a scheme"), to)
    )
    assert(parse(Policy.Open, save("gs://bucket/files"): _*).isRight)
    assert(problems(Policy.Open, save("file:/proc/self/x"): _*).contains("is not a regular file"))
    assert(problems(Policy.Open, "saveTo" -> "file:/data").contains("saveTo: belongs to responseFormat=binary"))
  }

  test("allowedEnv permits variables by name or by the start of their name") {
    val name = sys.env.keys.find(n => n.matches("[A-Z]{3,}") && sys.env(n).nonEmpty).getOrElse(fail("no variable"))
    def token(p: Policy) = parse(p, "authType" -> "ApiKey", "apiKey" -> s"env:$name")
    assert(
      token(policy("allowedEnv" -> s"A, $name")).isRight && token(policy("allowedEnv" -> s"${name.take(2)}*")).isRight
    )
    Seq("", name.take(2), s"x$name").foreach { allowed =>
      assert(
        token(policy("allowedEnv" -> allowed)).left.exists(_.text.contains("spark.rest.policy.allowedEnv")),
        allowed
      )
    }
  }

  private object FromSpark extends SparkSecrets {
    def setting(key: String): Either[String, String] = Right(s"$key-value")
    def credential(alias: String): Either[String, String] = Right(s"$alias-value")
  }

  test("allowedConf and allowedAliases: names, and beginnings of names; without a list, all but the cluster's own") {
    def token(p: Policy, reference: String) =
      RestConfig
        .parse(
          Map("url" -> "http://h/x", "authType" -> "Bearer", "oauthToken" -> reference),
          policy = p,
          secrets = FromSpark
        )
        .map(_.auth.secrets.map(_.reveal))
    val (conf, alias) = ("conf:spark.acme.token", "hadoop:acme.token")
    assert(token(Policy.Open, conf) == Right(Seq("spark.acme.token-value")))
    assert(token(Policy.Open, alias) == Right(Seq("acme.token-value")))
    Seq("spark.acme.token", "spark.acme.*, x").foreach { names =>
      assert(token(policy("allowedConf" -> names), conf).isRight, names)
      assert(token(policy("allowedAliases" -> names.replace("spark.", "")), alias).isRight, names)
    }
    Seq("", "spark.acme", "acme").foreach { names =>
      assert(token(policy("allowedConf" -> names), conf).left.exists(_.text.contains("spark.rest.policy.allowedConf")))
      val refused = token(policy("allowedAliases" -> names), alias)
      assert(refused.left.exists(_.text.contains("spark.rest.policy.allowedAliases")))
    }
    Seq("conf:spark.hadoop.fs.s3a.secret.key", "conf:spark.ssl.keyPassword", "hadoop:fs.s3a.secret.key").foreach { own =>
      assert(token(Policy.Open, own).left.exists(_.text.contains("is a credential of the cluster")), own)
    }
    assert(token(policy("allowedConf" -> "spark.hadoop.*"), "conf:spark.hadoop.fs.s3a.secret.key").isRight)
  }

  test("references stand in headers and params too, and a batch read resolves them again") {
    val config = RestConfig
      .parse(
        Map(
          "url" -> "http://h/x",
          "headers" -> """{"X-Key": " conf:spark.a.key "}""",
          "params" -> """{"k": "hadoop:k"}"""
        ),
        secrets = FromSpark
      )
      .fold(e => fail(e.text), identity)
    assert(config.references.values.values.map(_.reveal).toSet == Set("spark.a.key-value", "k-value"))
    assert(config.forBatch.references == config.references)
  }

  private def requestOf(options: (String, String)*): HttpRequest = {
    val config = RestConfig.parse(Map(options: _*), secrets = FromSpark).fold(e => fail(e.text), identity)
    new RequestTemplate(config).render(RequestValues("7")).fold(e => fail(e.text), identity)
  }

  test("a reference in braces is a part of a text, encoded for its place") {
    val request = requestOf(
      "url" -> "http://h/bot{conf:spark.a.key}/x?k={hadoop:a/b}&since={id}",
      "offsetField" -> "id",
      "headers" -> """{"Authorization": "Token {conf:spark.y}", "X": "{hadoop:one}-{hadoop:two}-{id}"}""",
      "params" -> """{"q": "v:{hadoop:a&b}"}"""
    )
    assert(request.url == "http://h/botspark.a.key-value/x?k=a%2Fb-value&since=7&q=v%3Aa%26b-value")
    assert(request.headers == Seq("Authorization" -> "Token spark.y-value", "X" -> "one-value-two-value-7"))
  }

  test("a reference that cannot be read names its place, and a body refuses it") {
    def problems(options: (String, String)*) =
      RestConfig.parse(Map(options: _*)).fold(_.text, c => fail(s"$c should be refused"))
    val url = problems("url" -> "http://h/{env:NO_SUCH_VARIABLE}")
    assert(url.contains("url: the environment variable NO_SUCH_VARIABLE is not set") && !url.contains("placeholder"))
    val header = problems("url" -> "http://h/", "headers" -> """{"A": "Token {file:/no/such/file}"}""")
    assert(header.contains("headers.A: the file /no/such/file does not exist"))
    val body = """{"key": "{env:PATH}"}"""
    assert(problems("url" -> "http://h/", "body" -> body).contains("body: references to secrets"))
    val permitted =
      RestConfig.parse(Map("url" -> "http://h/", "body" -> body), policy = policy("bodyReferences" -> "true"))
    val sent = new RequestTemplate(permitted.fold(e => fail(e.text), identity)).render(RequestValues(""))
    assert(sent.map(_.body) == Right(Some(s"""{"key": "${sys.env("PATH")}"}""")))
  }

  test("a secret of a URL is taken out of a next URL, and put back") {
    val config = RestConfig
      .parse(Map("url" -> "http://h/x?q={hadoop:a/b}", "params" -> """{"p": "v:{hadoop:c}"}"""), secrets = FromSpark)
      .fold(e => fail(e.text), identity)
    val next = new NextUrl(config)
    val stored = next.store("http://h/x?q=a%2fb-value&p=v%3Ac-value&page=2", config.url)
    assert(stored == "http://h/x?q=***&p=***&page=2")
    assert(next.follow(stored, hasBody = false) == Right("http://h/x?q=a%2Fb-value&p=v%3Ac-value&page=2" -> true))
  }

  test("oauth2TokenStore must be inside allowedTokenStores") {
    val oauth2 = Seq(
      "authType" -> "OAuth2",
      "oauth2TokenUrl" -> "https://h/t",
      "oauth2ClientId" -> "c",
      "oauth2GrantType" -> "refresh_token",
      "oauth2RefreshToken" -> "r"
    )
    val p = policy("allowedTokenStores" -> folder.toString)
    assert(parse(p, oauth2 :+ ("oauth2TokenStore" -> s"$folder/new/token.json"): _*).isRight)
    Seq("/tmp/other.json", s"file:$folder/../x.json").foreach { f =>
      assert(problems(p, oauth2 :+ ("oauth2TokenStore" -> f): _*).contains("oauth2TokenStore: "), f)
    }
  }

  test("allowedHosts and privateNetworks apply to each request and to the proxy") {
    val server = new LocalServer(LocalServer.send(_, 200, "[]"))
    try {
      def send(p: Policy, options: (String, String)*) = {
        val config = parse(p, options: _*).fold(e => fail(e.text), identity)
        SttpClient(config, () => false).send(HttpRequest("GET", s"${server.url}/?key=hidden", Nil))(r => Right(r.status))
      }
      assert(send(policy("allowedHosts" -> "api.example, 127.0.0.1")) == Right(200))
      Seq(
        policy("allowedHosts" -> "api.example,*.0.0.1"),
        policy("allowedHosts" -> ""),
        policy("privateNetworks" -> "false")
      )
        .foreach { p =>
          val e = send(p).fold(identity, s => fail(s"answered $s"))
          assert(e.condition == Condition.AddressRefused && !e.text.contains("hidden"), e.text)
        }
      assert(server.asked.length == 1)
      assert(problems(policy("privateNetworks" -> "false"), "allowPrivateHosts" -> "true").contains("privateNetworks"))
      val proxy = "proxy" -> server.url
      assert(problems(policy("allowedHosts" -> "h"), proxy).contains("proxy: the host is not in the operator's"))
      assert(parse(policy("allowedHosts" -> "h, 127.0.0.1"), proxy).isRight)
    } finally server.close()
  }

  test("a misspelled or invalid setting is an error") {
    assert(
      Policy
        .of(Map("allowedPath" -> "/x"))
        .left
        .exists(_.text.contains("spark.rest.policy.allowedPath: is not a setting"))
    )
    assert(Policy.of(Map("privateNetworks" -> "no")).left.exists(_.text.contains("true or false")))
    assert(Policy.of(Map.empty) == Right(Policy.Open))
  }
}
