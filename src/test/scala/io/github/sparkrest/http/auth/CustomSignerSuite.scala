// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.net.URLClassLoader
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path, Paths}
import java.security.MessageDigest
import java.time.Instant
import java.util.Base64
import java.util.concurrent.atomic.AtomicInteger
import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec
import javax.tools.ToolProvider

import io.github.sparkrest.auth.{RequestSigner, SignableRequest}
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.transport.SttpClient
import io.github.sparkrest.http.{HttpRequest, LocalServer}
import io.github.sparkrest.options.Policy
import org.scalatest.funsuite.AnyFunSuite

/** A login of the user: a class that signs requests. */
class CustomSignerSuite extends AnyFunSuite {
  import CustomSignerSuite._

  private def parse(policy: Policy, options: (String, String)*) =
    RestConfig.parse(Map("authType" -> "Custom", "url" -> "http://h/") ++ options, policy = policy)
  private def client(options: (String, String)*): AuthorizedClient = new AuthorizedClient(
    parse(Policy.Open, options: _*).fold(e => fail(e.text), identity),
    new SttpClient(2000, 2000, () => false),
    None,
    () => Instant.parse("2026-01-01T00:00:00Z")
  )
  private def status(client: AuthorizedClient, request: HttpRequest): Either[RestError, Int] =
    client.send(request)(r => Right(r.status))
  private def failure(options: (String, String)*): RestError =
    status(client(options: _*), HttpRequest("GET", "http://127.0.0.1:1/", Nil)).fold(identity, s => fail(s.toString))
  private def named(c: Class[_]): (String, String) = "authClass" -> c.getName

  /** The class of `examples/signer`, which is on the class path of no test. */
  private def example(): ClassLoader = {
    val classes: Path = Files.createTempDirectory("signer")
    val source = Paths.get("examples/signer/AcmeSigner.java").toString
    val interfaces = Paths.get(classOf[RequestSigner].getProtectionDomain.getCodeSource.getLocation.toURI).toString
    val errors = new java.io.ByteArrayOutputStream
    val compiled = ToolProvider.getSystemJavaCompiler
      .run(null, null, errors, "-cp", interfaces, "--release", "11", "-Xlint:all", "-d", classes.toString, source)
    assert(compiled == 0, errors.toString)
    new URLClassLoader(Array(classes.toUri.toURL), getClass.getClassLoader)
  }

  private def within[A](loader: ClassLoader)(body: => A): A = {
    val thread = Thread.currentThread
    val before = thread.getContextClassLoader
    thread.setContextClassLoader(loader)
    try body
    finally thread.setContextClassLoader(before)
  }

  test("the class of examples/signer compiles, and a server that computes its signatures again takes its requests") {
    def hmac(key: Array[Byte], text: String) = {
      val mac = Mac.getInstance("HmacSHA256")
      mac.init(new SecretKeySpec(key, "HmacSHA256"))
      mac.doFinal(text.getBytes(UTF_8))
    }
    val server = new LocalServer({ e =>
      val time = Option(e.getRequestHeaders.getFirst("X-Acme-Time")).getOrElse("")
      val hash = MessageDigest.getInstance("SHA-256").digest(e.getRequestBody.readAllBytes())
      val text =
        Seq(e.getRequestMethod, e.getRequestURI.getRawPath, time, Base64.getEncoder.encodeToString(hash)).mkString("\n")
      val expected = Base64.getEncoder.encodeToString(hmac(hmac("s3cret".getBytes(UTF_8), time.take(10)), text))
      val valid = Option(e.getRequestHeaders.getFirst("Authorization")).contains(s"Acme c-17:$expected")
      LocalServer.send(e, if (valid) 200 else 401, "[]")
    })
    try {
      val file = Files.createTempFile("secret", "")
      Files.write(file, "s3cret\n".getBytes("UTF-8"))
      val options =
        Seq("authClass" -> "com.acme.AcmeSigner", "authSettings" -> s"""{"client": "c-17", "secret": "file:$file"}""")
      val made = within(example())(client(options: _*))
      val request = HttpRequest("POST", s"${server.url}/a%20b?x=1", Nil, Some("ü"))
      assert(status(made, request) == Right(200), "another thread may not have the loader of the class")
      assert(status(made, request.copy(trusted = false)) == Right(401))
      assert(!server.asked.last.headers.contains("x-acme-time"), "another origin gets no credentials")
      val unknown = status(client(options: _*), request).fold(identity, s => fail(s.toString))
      assert(unknown.condition == Condition.AuthClassFailed && unknown.text.contains("com.acme.AcmeSigner is not on the"))
      val wrong = within(example())(status(client(options.take(1): _*), request)).fold(identity, s => fail(s.toString))
      assert(wrong.text.contains("threw java.lang.IllegalArgumentException: authSettings needs client and secret"))
    } finally server.close()
  }

  test("one instance of a class serves all clients of the JVM with the same settings") {
    val server = new LocalServer(LocalServer.send(_, 200, "[]"))
    try {
      def sent(settings: String) =
        status(client(named(classOf[Counting]), "authSettings" -> settings), HttpRequest("GET", server.url, Nil))
      val before = Counting.made.get
      assert(Seq("""{"a": "1"}""", """{"a": "1"}""", """{"a": "2"}""").map(sent).distinct == Seq(Right(200)))
      assert(Counting.made.get - before == 2)
    } finally server.close()
  }

  test("a request is sent once more after a 401 if the class has other credentials, and not with callStrictlyOnce") {
    val server = new LocalServer({ e =>
      val valid = Option(e.getRequestURI.getQuery).exists(_.endsWith("key=k3y & 2"))
      LocalServer.send(e, if (valid) 200 else 401, "[]")
    })
    try {
      val own = "authSettings" -> s"""{"at": "${server.url}"}"""
      val request = HttpRequest("GET", s"${server.url}/x?a=1&key=old", Nil)
      assert(status(client(named(classOf[Renewing]), own), request) == Right(200) && server.asked.length == 2)
      assert(server.asked.head.uri == "/x?a=1&key=k3y%20%26%201")
      val once = Seq("inputData" -> """[{"n": 1}]""", "callStrictlyOnce" -> "Y", "method" -> "GET")
      val strict = client(Seq(named(classOf[Renewing]), "authSettings" -> """{"at": "strict"}""") ++ once: _*)
      assert(status(strict, request) == Right(401) && status(strict, request) == Right(200))
      assert(server.asked.length == 4)
    } finally server.close()
  }

  test("what the class adds to a request is removed from texts") {
    val config = parse(Policy.Open, named(classOf[Renewing]), "authSettings" -> """{"at": "hidden"}""")
      .fold(e => fail(e.text), identity)
    val server = new LocalServer(e => LocalServer.send(e, 200, s"""["${e.getRequestURI}, token-0f-class"]"""))
    try {
      val made = client(named(classOf[Renewing]), "authSettings" -> """{"at": "hidden"}""")
      val shown = made.send(HttpRequest("GET", s"${server.url}/x?page=2", Nil)) { r =>
        Right(KnownSecrets(config, r.tokens).hide(new String(r.body.readAllBytes(), UTF_8)))
      }
      assert(shown == Right("""["/x?page=2&key=***, ***"]"""))
      val error = failure(named(classOf[Failing]), "authSettings" -> """{"password": "pa55word-1"}""")
      assert(
        error.text.contains("threw java.lang.IllegalStateException") && !error.text.contains("pa55word"),
        error.text
      )
    } finally server.close()
  }

  test("a class that is not a RequestSigner is not initialized") {
    val error = failure("authClass" -> s"${getClass.getName}$$Innocent$$")
    assert(error.text.contains("does not implement io.github.sparkrest.auth.RequestSigner") && !initialized)
    assert(failure("authClass" -> "no.Such").text.contains("not on the class path of this executor"))
    assert(failure(named(classOf[WithParameter])).text.contains("no public constructor without parameters"))
    val control = failure(named(classOf[Breaking]))
    assert(control.text.contains("the header X contains a control character") && !control.text.contains("s3cret"))
  }

  test("an operator can name the classes that options may name") {
    def policy(list: String) = Policy.of(Map("allowedAuthClasses" -> list)).fold(e => fail(e.text), identity)
    val refused = parse(policy("com.acme.*"), "authClass" -> "org.other.Signer").fold(_.text, c => fail(c.toString))
    assert(
      refused.contains(
        "authClass: the class org.other.Signer is not in the operator's spark.rest.policy.allowedAuthClasses"
      )
    )
    assert(parse(policy("com.acme.*"), "authClass" -> "com.acme.Signer").isRight)
    assert(parse(policy(""), "authClass" -> "com.acme.Signer").isLeft)
    assert(parse(Policy.Open).fold(_.text, c => fail(c.toString)).contains("authClass: is required by authType=Custom"))
  }
}

object CustomSignerSuite {
  @volatile private var initialized = false

  /** Its static initializer runs the body. */
  object Innocent {
    initialized = true
  }

  object Counting {
    val made = new AtomicInteger
  }
  class Counting extends RequestSigner {
    Counting.made.incrementAndGet()
    def sign(request: SignableRequest): Unit = request.setHeader("X-Counted", "yes")
  }

  class Renewing extends RequestSigner {
    private val keys = new AtomicInteger(1)
    def sign(request: SignableRequest): Unit = {
      request.setParameter("key", s"k3y & ${keys.get}")
      request.setHeader("X-Token", "token-0f-class")
    }
    override def renew(refused: SignableRequest): Boolean = keys.incrementAndGet() > 0
  }

  class Failing extends RequestSigner {
    private var settings: java.util.Map[String, String] = new java.util.HashMap
    override def configure(own: java.util.Map[String, String]): Unit = settings = own
    def sign(request: SignableRequest): Unit = throw new IllegalStateException(s"cannot use ${settings.get("password")}")
  }

  class WithParameter(n: Int) extends RequestSigner {
    def sign(request: SignableRequest): Unit = request.setHeader("X", n.toString)
  }

  class Breaking extends RequestSigner {
    def sign(request: SignableRequest): Unit = request.setHeader("X", "s3cret\r\nY: 1")
  }
}
