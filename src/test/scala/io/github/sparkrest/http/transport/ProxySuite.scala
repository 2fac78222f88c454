// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.net.InetSocketAddress
import java.nio.charset.StandardCharsets.UTF_8

import com.sun.net.httpserver.{HttpsConfigurator, HttpsServer}
import io.github.sparkrest.config.{ProxyConfig, RestConfig, TransportConfig}
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.client.StatusPolicy
import io.github.sparkrest.http.{HttpClient, HttpRequest, HttpResponse, LocalServer, SmallProxy, TestTls}
import io.github.sparkrest.secret.Secret
import org.scalatest.funsuite.AnyFunSuite

/** Requests through a real proxy that demands credentials, to real http and https servers. */
class ProxySuite extends AnyFunSuite {
  private val user = "ann"
  private val word = "pä:ss"

  private def client(proxy: SmallProxy, password: String = word, known: Boolean = true, timeout: Long = 2001) = {
    val credentials = if (known) Some(user -> Secret(password)) else None
    new SttpClient(
      timeout,
      3000,
      () => false,
      TransportConfig(proxy = Some(ProxyConfig("127.0.0.1", proxy.port, credentials)))
    )
  }

  private def get(client: HttpClient, url: String): Either[RestError, (Int, String)] =
    client.send(HttpRequest("GET", url, Seq("X-Mine" -> "1")))(r =>
      Right((r.status, new String(r.body.readAllBytes(), UTF_8)))
    )

  private def proxied(test: SmallProxy => Unit): Unit = {
    val proxy = new SmallProxy(Some(s"$user:$word"))
    try test(proxy)
    finally proxy.close()
  }

  test("an http request goes through the proxy, and the server never receives the proxy's credentials") {
    val server = new LocalServer(LocalServer.send(_, 200, "here"))
    try
      proxied { proxy =>
        (1 to 2).foreach(n => assert(get(client(proxy), s"${server.url}/a?n=$n") == Right((200, "here"))))
        assert(proxy.passed.head == s"GET ${server.url}/a?n=1 HTTP/1.1" && proxy.passed.length == 2)
        assert(server.asked.forall(a => a.headers("x-mine") == "1" && !a.headers.contains("proxy-authorization")))
      }
    finally server.close()
  }

  test(
    "an https request goes through a tunnel with Basic, which the JVM disables, and the server receives no credentials"
  ) {
    assert(System.getProperty("jdk.http.auth.tunneling.disabledSchemes") == null)
    val seen = new java.util.concurrent.CopyOnWriteArrayList[String]
    val server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0)
    server.setHttpsConfigurator(new HttpsConfigurator(TestTls.context))
    server.createContext(
      "/",
      { (e: com.sun.net.httpserver.HttpExchange) =>
        e.getRequestHeaders.keySet.forEach { k => seen.add(k.toLowerCase); () }
        LocalServer.send(e, 200, "secretly")
        e.close()
      }
    )
    server.start()
    val url = s"https://localhost:${server.getAddress.getPort}/x"
    try
      TestTls.trusted(proxied { proxy =>
        val through = client(proxy, timeout = 2002)
        (1 to 3).foreach(_ => assert(get(through, url) == Right((200, "secretly"))))
        assert(
          proxy.passed == List(s"CONNECT localhost:${server.getAddress.getPort} HTTP/1.1"),
          "all requests share a tunnel"
        )
        assert(proxy.agents == java.util.Arrays.asList(s"spark-rest/${io.github.sparkrest.BuildInfo.version}"))
        assert(seen.contains("x-mine") && !seen.contains("proxy-authorization"))
        val wrong = get(client(proxy, password = "wrong", timeout = 2003), url)
        assert(wrong.left.exists(_.hint.contains("proxyPassword")) && proxy.passed.length == 1, wrong)
        assert(!wrong.toString.contains("wrong"), wrong)
      })
    finally server.stop(0)
  }

  test("the proxy receives the User-Agent also without credentials") {
    val proxy = new SmallProxy(None)
    try {
      assert(get(client(proxy, known = false), "https://127.0.0.1:1/x").isLeft)
      assert(proxy.agents == java.util.Arrays.asList(s"spark-rest/${io.github.sparkrest.BuildInfo.version}"))
    } finally proxy.close()
  }

  test("the refusal of a proxy names the options for its credentials") {
    proxied { proxy =>
      Seq(client(proxy, "wrong"), client(proxy, known = false)).foreach { c =>
        assert(get(c, "http://127.0.0.1:1/").map(_._1) == Right(407))
      }
      assert(proxy.passed.isEmpty)
    }
    val response = HttpResponse(407, Nil, new java.io.ByteArrayInputStream(Array.emptyByteArray))
    val config = RestConfig.parse(Map("url" -> "http://h/")).fold(e => fail(e.text), identity)
    StatusPolicy(response, "GET", java.time.Instant.EPOCH, config) match {
      case StatusPolicy.Failed(e) => assert(e.hint.contains("proxyUser"))
      case other                  => fail(other.toString)
    }
  }

  test("invalid proxy options are errors, and no error or text contains the password") {
    def problems(options: (String, String)*) =
      RestConfig.parse(Map("url" -> "http://h/") ++ options).fold(_.text, _ => "")
    val refused = problems("proxy" -> "http://ann:hidden@proxy:3128")
    assert(refused.contains("proxy:") && refused.contains("http://host:port") && !refused.contains("hidden"))
    assert(problems("proxy" -> "proxy:3128").nonEmpty && problems("proxy" -> "https://p:1").nonEmpty)
    assert(problems("proxy" -> "http://p:70000").nonEmpty)
    assert(problems("proxyUser" -> "u").contains("proxy: is required by proxyUser"))
    assert(problems("proxy" -> "http://p:1", "proxyPassword" -> "x").contains("proxyUser: is required"))
    val config = RestConfig
      .parse(Map("url" -> "http://h/", "proxy" -> "http://[::1]:3128/", "proxyUser" -> "u", "proxyPassword" -> "hidden"))
      .fold(e => fail(e.text), identity)
    assert(config.transport.proxy.contains(ProxyConfig("::1", 3128, Some("u" -> Secret("hidden")))))
    assert(!config.transport.toString.contains("hidden"))
  }

  test("without the option `proxy`, the JVM's proxy settings apply") {
    val server = new LocalServer(LocalServer.send(_, 200, "here"))
    val proxy = new SmallProxy(None)
    val before = java.net.ProxySelector.getDefault
    // The JVM's proxy properties do not apply to loopback addresses, so the test replaces the proxy selector.
    java.net.ProxySelector.setDefault(java.net.ProxySelector.of(new InetSocketAddress("127.0.0.1", proxy.port)))
    try {
      assert(get(new SttpClient(2004, 3000, () => false), s"${server.url}/a") == Right((200, "here")))
      assert(proxy.passed.length == 1)
    } finally {
      java.net.ProxySelector.setDefault(before)
      proxy.close()
      server.close()
    }
  }
}
