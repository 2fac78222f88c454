// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicInteger

import io.github.sparkrest.config.{AuthConfig, RestConfig}
import io.github.sparkrest.http.auth.signing.DigestChallenge
import io.github.sparkrest.http.transport.SttpClient
import io.github.sparkrest.http.{HttpRequest, LocalServer}
import io.github.sparkrest.secret.Secret
import org.scalatest.funsuite.AnyFunSuite

/** The examples of RFC 7616 and RFC 2617, all forms of challenges, and which requests have credentials. */
class DigestSuite extends AnyFunSuite {
  private val mufasa = AuthConfig.Digest(Secret("Mufasa"), Secret("Circle of Life"))
  private val request = HttpRequest("GET", "http://www.example.org/dir/index.html", Nil)
  private val cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"

  private def challenge(text: String*): DigestChallenge =
    DigestChallenge.strongest(text.map("www-authenticate" -> _)).getOrElse(fail(s"not understood: $text"))

  private def example(algorithm: String) = """Digest realm="http-auth@example.org", qop="auth, auth-int", """ +
    s"""algorithm=$algorithm, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", """ +
    """opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""""

  test("the example of RFC 7616 §3.9.1 gives the header of the RFC, with SHA-256 and with MD5") {
    assert(
      challenge(example("SHA-256")).answer(mufasa, request, 1, cnonce) ==
        """Digest username="Mufasa", realm="http-auth@example.org", """ +
        """nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", uri="/dir/index.html", algorithm=SHA-256, """ +
        s"""qop=auth, nc=00000001, cnonce="$cnonce", """ +
        """response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1", """ +
        """opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""""
    )
    assert(
      challenge(example("MD5"))
        .answer(mufasa, request, 1, cnonce)
        .contains(
          """response="8ca523f5e9506fed4657c9700eebdbec""""
        )
    )
    assert(challenge(example("MD5"), example("SHA-256")) == challenge(example("SHA-256")), "the stronger algorithm wins")
  }

  private val older = """Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", """ +
    """opaque="5ccc069c403ebaf9f0171e9517f40e41""""

  test("the example of RFC 2617 §3.5 gives the response of the RFC, and without qop the response of RFC 2069") {
    val user = mufasa.copy(password = Secret("Circle Of Life"))
    val answer = challenge(older + """, qop="auth"""").answer(user, request, 1, "0a4f113b")
    assert(answer.contains("""response="6629fae49393a05397450978507c4ef1"""") && !answer.contains("algorithm"))
    val plain = challenge(older).answer(user, request, 7, "0a4f113b")
    assert(plain.contains("""response="670fd8c2df070c60b045671b8b24ff02""""))
    assert(!Seq("nc=", "cnonce", "qop").exists(plain.contains(_)))
  }

  test("a challenge is found among other schemes, and a challenge of an unsupported kind is skipped") {
    val unknown = example("SHA-512-256")
    val integrity = """Digest realm="a", nonce="n", qop="auth-int""""
    assert(challenge(s"""Basic realm="a, Digest nonce=x", $older, Bearer""") == challenge(older))
    assert(challenge(s"Negotiate abc==, $unknown, $integrity, ${example("MD5")}") == challenge(example("MD5")))
    Seq(unknown, integrity, "Basic realm=\"a\"", "Digest realm=\"a\"", "", "=,;= \"", "Digest").foreach { text =>
      assert(DigestChallenge.strongest(Seq("WWW-Authenticate" -> text)).isEmpty, text)
    }
    val odd = challenge("""digest NONCE = n1 ,realm="a \"b\" c",ALGORITHM=sha-256-SESS,qop=auth,userhash=TRUE""")
    assert(odd == DigestChallenge("a \"b\" c", "n1", None, Some("sha-256-SESS"), counted = true, hashesUser = true))
  }

  test("a user name is quoted, or hashed if the server demands it, or encoded if it is not ASCII") {
    def name(user: String, more: String = "") =
      challenge(s"$older$more").answer(AuthConfig.Digest(Secret(user), Secret("p")), request, 1, "c").split(", ").head
    assert(name("a\"b\\") == """Digest username="a\"b\\"""")
    assert(name("Jäsøn") == "Digest username*=UTF-8''J%C3%A4s%C3%B8n")
    assert(name("Jäsøn", ", userhash=true").matches("""Digest username="[0-9a-f]{32}""""))
  }

  test("a long header of a hostile server is parsed within seconds") {
    val begun = System.nanoTime
    val long = "Digest " + "a=b," * 100000 + "x" * 100000 + "\"" * 1001
    assert(DigestChallenge.strongest(Seq("WWW-Authenticate" -> long)).isEmpty)
    assert(System.nanoTime - begun < 5e9)
  }

  /** Refuses a request without credentials or with an old nonce, and counts repeated counts. */
  final private class Server(first: String, next: Seq[String] = Nil) extends AutoCloseable {
    @volatile var nonce: String = first
    val counts: java.util.Set[String] = ConcurrentHashMap.newKeySet[String]()
    val repeated = new AtomicInteger
    private val infos = new java.util.concurrent.ConcurrentLinkedQueue[String]
    next.foreach(infos.add)
    val http = new LocalServer({ e =>
      val sent = Option(e.getRequestHeaders.getFirst("Authorization")).getOrElse("")
      if (sent.contains(s"""nonce="$nonce"""")) {
        if (!counts.add(s"$nonce/" + sent.replaceFirst(".*nc=", "").take(8))) repeated.incrementAndGet()
        Option(infos.poll()).foreach { n =>
          e.getResponseHeaders.add("Authentication-Info", s"""qop=auth, nextnonce="$n", rspauth="x"""")
          nonce = n
        }
        LocalServer.send(e, 200, "[]")
      } else
        LocalServer
          .send(e, 401, "no", "WWW-Authenticate" -> s"""Digest realm="r", nonce="$nonce", qop="auth", stale=true""")
    })
    def close(): Unit = http.close()
  }

  private def client(server: Server, more: (String, String)*): AuthorizedClient = {
    val options = Map("url" -> server.http.url, "authType" -> "Digest", "userId" -> "u", "userPassword" -> "s3cret")
    val config = RestConfig.parse(options ++ more).fold(e => fail(e.text), identity)
    new AuthorizedClient(config, new SttpClient(2000, 2000, () => false), None, () => java.time.Instant.EPOCH)
  }
  private def status(client: AuthorizedClient, server: Server, trusted: Boolean = true): Int = client
    .send(HttpRequest("GET", s"${server.http.url}/x?a=%2F", Nil, trusted = trusted))(r => Right(r.status))
    .fold(e => fail(e.text), identity)

  private def serving[A](server: Server)(test: Server => A): A =
    try test(server)
    finally server.close()

  test("all clients of the JVM share a challenge until the server refuses it") {
    serving(new Server("n1")) { server =>
      val (one, two) = (client(server), client(server))
      assert(Seq(one, one, two).map(status(_, server)) == Seq(200, 200, 200))
      assert(server.http.asked.length == 4, "only the first request was refused")
      assert(server.http.asked.head.headers.get("authorization").isEmpty)
      assert(server.http.asked.last.headers("authorization").contains("""uri="/x?a=%2F""""))
      server.nonce = "n2"
      assert(Seq(two, one).map(status(_, server)) == Seq(200, 200) && server.http.asked.length == 7)
      assert(server.counts.contains("n2/00000001") && server.counts.contains("n2/00000002") && server.repeated.get == 0)
      val query = HttpRequest("GET", s"${server.http.url}?n=1", Nil)
      assert(
        one.send(query)(r => Right(r.status)) == Right(200) && server.http.asked.length == 8,
        "another path of the origin uses the same challenge"
      )
      assert(status(client(server, "userId" -> "other"), server) == 200)
      assert(server.http.asked.length == 10, "another user needs another challenge")
    }
  }

  test("callStrictlyOnce permits the response to a challenge, because the API has not acted yet") {
    serving(new Server("n1")) { server =>
      val once = Seq("inputData" -> """[{"n": 1}]""", "callStrictlyOnce" -> "Y", "method" -> "GET")
      assert(status(client(server, once: _*), server) == 200 && server.http.asked.length == 2)
    }
  }

  test("the next request uses the nonce of Authentication-Info") {
    serving(new Server("n1", Seq("n2", "n3"))) { server =>
      val one = client(server)
      assert((1 to 4).map(_ => status(one, server)).distinct == Seq(200))
      assert(server.http.asked.length == 5)
      assert(Seq("n1/00000001", "n2/00000001", "n3/00000001", "n3/00000002").forall(server.counts.contains(_)))
    }
  }

  test("concurrent threads never send the same count twice") {
    serving(new Server("n1")) { server =>
      val one = client(server)
      val threads = (1 to 8).map(_ => new Thread(() => (1 to 10).foreach(_ => status(one, server))))
      threads.foreach(_.start())
      threads.foreach(_.join())
      assert(server.repeated.get == 0 && server.counts.size == 80)
    }
  }

  test("a second 401 is the response, and a request to another origin has no credentials and ignores challenges") {
    serving(new Server("n1")) { server =>
      val http = new LocalServer(e => LocalServer.send(e, 401, "no", "WWW-Authenticate" -> older))
      try {
        val one = client(server)
        def to(trusted: Boolean) = one.send(HttpRequest("GET", http.url, Nil, trusted = trusted))(r => Right(r.status))
        assert(to(trusted = false) == Right(401) && http.asked.length == 1)
        assert(to(trusted = false) == Right(401) && http.asked.forall(!_.headers.contains("authorization")))
        assert(to(trusted = true) == Right(401) && http.asked.length == 4)
        assert(http.asked.last.headers("authorization").startsWith("Digest username=\"u\""))
      } finally http.close()
    }
  }

  test("authType=Digest needs a userId without line breaks, and the error does not show it") {
    def auth(more: (String, String)*) = RestConfig.parse(Map("url" -> "http://h/", "authType" -> "Digest") ++ more)
    assert(auth("userId" -> "u").map(_.auth) == Right(AuthConfig.Digest(Secret("u"), Secret(""))))
    assert(auth().fold(_.text, _.toString).contains("userId: is required by authType=Digest"))
    val wrong = auth("userId" -> "s3cret\nX: y").fold(_.text, _.toString)
    assert(wrong.contains("userId: contains a line break") && !wrong.contains("s3cret"))
  }
}
