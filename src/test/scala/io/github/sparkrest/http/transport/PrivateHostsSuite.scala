// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.io.InputStream
import java.net.InetAddress

import io.github.sparkrest.config.{ProxyConfig, RestConfig, TransportConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.client.Redirects
import io.github.sparkrest.http.{HttpClient, HttpRequest, HttpResponse, LocalServer, SmallProxy, TestTls}
import io.github.sparkrest.options.Policy
import org.scalatest.funsuite.AnyFunSuite

class PrivateHostsSuite extends AnyFunSuite {
  private def isPrivate(ip: String) = PrivateHosts.isPrivate(InetAddress.getByName(ip))

  Seq(
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.8.8.8",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "192.0.0.8",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::10.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "2002:a00:1::1",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "fc00::1",
    "fdff::1",
    "ff02::1",
    "2001::1",
    "2001:db8::1",
    "2a00:1450::5efe:a00:1",
    "2a00:1450::200:5efe:a9fe:a9fe"
  ).foreach(ip => test(s"$ip is private")(assert(isPrivate(ip))))

  Seq(
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "126.0.0.1",
    "168.63.129.17",
    "169.253.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "192.167.0.1",
    "192.169.0.1",
    "223.255.255.255",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
    "2a00:1450::1",
    "2a00:1450::5efe:808:808"
  )
    .foreach(ip => test(s"$ip is public")(assert(!isPrivate(ip))))

  test("no request goes to a private host, in any spelling, unless the option allows it") {
    val server = new LocalServer(LocalServer.send(_, 200, "[]"))
    val port = server.url.split(":").last
    def send(host: String, allowed: Boolean) =
      new SttpClient(2000, 2000, () => false, TransportConfig(allowPrivateHosts = allowed))
        .send(HttpRequest("GET", s"http://$host:$port/?token=hidden", Nil))(r => Right(r.status))
    try {
      assert(send("127.0.0.1", allowed = true) == Right(200))
      val spelled = Seq("127.0.0.1", "localhost", "2130706433", "127.1", "[::1]", "[::ffff:127.0.0.1]")
      spelled.foreach { host =>
        val e = send(host, allowed = false).fold(identity, s => fail(s"$host answered $s"))
        assert(
          e.condition == Condition.AddressRefused && e.hint.contains("allowPrivateHosts") && !e.text.contains("hidden"),
          e
        )
      }
      assert(server.asked.length == 1)
    } finally server.close()
  }

  test("a redirect to a private host is refused even if allowedHosts contains it") {
    val server = new LocalServer(LocalServer.send(_, 200, "[]"))
    val options = Map("url" -> "http://public.example/", "allowedHosts" -> "127.0.0.1", "allowPrivateHosts" -> "false")
    val config = RestConfig.parse(options).fold(e => fail(e.text), identity)
    val network = SttpClient(config, () => false)
    // The name does not exist, so this client makes up its response.
    val client = new HttpClient {
      def send[A](r: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] =
        if (r.url != config.url) network.send(r)(use)
        else use(HttpResponse(302, Seq("location" -> s"${server.url}/inside"), InputStream.nullInputStream()))
    }
    try {
      val e = new Redirects(config, client)
        .send(HttpRequest("GET", config.url, Nil))(r => Right(r.status))
        .fold(identity, s => fail(s"answered $s"))
      assert(e.condition == Condition.AddressRefused && e.message.contains("127.0.0.1"), e.text)
      assert(server.asked.isEmpty)
    } finally server.close()
  }

  private def client(
      addresses: String => Either[RestError, Seq[InetAddress]],
      transport: TransportConfig = TransportConfig(allowPrivateHosts = false)
  ) =
    new SttpClient(2000, 2000, () => false, transport, addresses = (host: String) => addresses(host))
  private val loopback = Seq(InetAddress.getByName("127.0.0.1"))
  private def refusal = PrivateHosts.checked("127.0.0.1").left.toOption.toLeft(loopback)
  private def get(c: SttpClient, url: String, body: Option[String] = None) =
    c.send(HttpRequest(if (body.isEmpty) "GET" else "POST", url, Seq("X-Mine" -> "1"), body))(r =>
      Right(s"${r.status} ${new String(r.body.readAllBytes(), "UTF-8")}")
    )

  test("the connection uses the checked IP address, so the name need not resolve") {
    val server = new LocalServer({ e =>
      LocalServer.send(e, 200, s"${e.getRequestURI} <${new String(e.getRequestBody.readAllBytes(), "UTF-8")}>")
    })
    val port = server.url.split(":").last
    try {
      val c = client(_ => Right(loopback))
      (1 to 3).foreach { n =>
        assert(get(c, s"http://api$n.invalid:$port/a%2Fb?n=$n") == Right(s"200 /a%2Fb?n=$n <>"))
        assert(get(c, s"http://api$n.invalid:$port/p", Some("é" * 50000)) == Right(s"200 /p <${"é" * 50000}>"))
      }
      assert(server.asked.map(_.headers("host")) == (1 to 3).flatMap(n => Seq.fill(2)(s"api$n.invalid:$port")))
      assert(server.asked.forall(a => a.headers("x-mine") == "1" && !a.headers.keys.exists(_.startsWith("proxy"))))
    } finally server.close()
  }

  test("an https connection uses the checked IP address, with the certificate of the name") {
    val server = com.sun.net.httpserver.HttpsServer.create(new java.net.InetSocketAddress("127.0.0.1", 0), 0)
    server.setHttpsConfigurator(new com.sun.net.httpserver.HttpsConfigurator(TestTls.context))
    server.createContext(
      "/",
      { (e: com.sun.net.httpserver.HttpExchange) => LocalServer.send(e, 200, "secretly"); e.close() }
    )
    server.start()
    try
      TestTls.trusted {
        val c = client(_ => Right(loopback))
        (1 to 2).foreach(_ => assert(get(c, s"https://localhost:${server.getAddress.getPort}/x") == Right("200 secretly")))
      }
    finally server.stop(0)
  }

  test("a name is resolved once, and the connection uses the checked IP address (DNS rebinding)") {
    val server = new LocalServer(LocalServer.send(_, 200, "[]"))
    val port = server.url.split(":").last
    try {
      val lookups = new java.util.concurrent.atomic.AtomicInteger
      val rebinding = client(_ => if (lookups.getAndIncrement() == 0) Right(loopback) else refusal)
      assert(get(rebinding, s"http://rebound.invalid:$port/") == Right("200 []"))
      assert(lookups.get == 1 && server.asked.length == 1)
      val e = get(rebinding, s"http://other.invalid:$port/").fold(identity, s => fail(s))
      assert(e.condition == Condition.AddressRefused && server.asked.length == 1)
    } finally server.close()
  }

  test("a name that does not resolve is refused, because a moment later it may resolve to any IP address") {
    val e = get(client(PrivateHosts.checked(_)), "http://no-such-name.invalid/").fold(identity, s => fail(s))
    assert(
      e.condition == Condition.ConnectionFailed && e.message.contains("Nothing was sent: the name no-such-name.invalid")
    )
  }

  test("the host of the proxy is checked too, unless the operator's settings contain it") {
    val proxy = new SmallProxy(None)
    val server = new LocalServer(LocalServer.send(_, 200, "[]"))
    try {
      def through(policy: Policy) = client(
        h => if (h == "127.0.0.1") Right(loopback) else PrivateHosts.checked(h),
        TransportConfig(allowPrivateHosts = false, Some(ProxyConfig("localhost", proxy.port)), policy)
      )
      val e = get(through(Policy.Open), server.url).fold(identity, s => fail(s))
      assert(e.condition == Condition.AddressRefused && e.message.contains("localhost is 127.0.0.1"), e.text)
      assert(get(through(Policy(hosts = Some(Seq("localhost", "127.0.0.1")))), s"${server.url}/x") == Right("200 []"))
      assert(proxy.passed.length == 1)
    } finally {
      proxy.close()
      server.close()
    }
  }

  test("private hosts are allowed by default, and allowPrivateHosts=false refuses them") {
    def allowed(options: (String, String)*) =
      RestConfig.parse(Map("url" -> "http://h/") ++ options).fold(e => fail(e.text), _.transport.allowPrivateHosts)
    assert(allowed() && !allowed("allowPrivateHosts" -> "false"))
  }
}
