// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.io.InputStream
import java.net.InetAddress

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.{RestConfig, TransportOptions}
import io.github.sparkrest.request.HttpRequest
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
    "2001:db8::1"
  ).foreach(ip => test(s"$ip is private")(assert(isPrivate(ip))))

  Seq(
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "126.0.0.1",
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
    "2a00:1450::1"
  )
    .foreach(ip => test(s"$ip is public")(assert(!isPrivate(ip))))

  test("nothing is sent to a private host, however it is spelled, unless that is allowed") {
    val server = new LocalServer(LocalServer.send(_, 200, "[]"))
    val port = server.url.split(":").last
    def send(host: String, allowed: Boolean) =
      new SttpClient(2000, 2000, () => false, TransportOptions(allowPrivateHosts = allowed))
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

  test("a redirect leads to no private host, though allowedHosts names it") {
    val server = new LocalServer(LocalServer.send(_, 200, "[]"))
    val options = Map("url" -> "http://public.example/", "allowedHosts" -> "127.0.0.1", "allowPrivateHosts" -> "false")
    val config = RestConfig.parse(options).fold(e => fail(e.text), identity)
    val network = SttpClient(config, () => false)
    // The name is nobody's: what is at it is made up, and nothing else.
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

  test("a JVM that does not cache names cannot keep the promise") {
    val before = java.security.Security.getProperty("networkaddress.cache.ttl")
    java.security.Security.setProperty("networkaddress.cache.ttl", "0")
    try assert(PrivateHosts.refuse("http://1.1.1.1/").exists(_.message.contains("networkaddress.cache.ttl")))
    finally java.security.Security.setProperty("networkaddress.cache.ttl", Option(before).getOrElse("30"))
    assert(PrivateHosts.refuse("http://1.1.1.1/").isEmpty)
  }

  test("the option") {
    def allowed(options: (String, String)*) =
      RestConfig.parse(Map("url" -> "http://h/") ++ options).fold(e => fail(e.text), _.transport.allowPrivateHosts)
    assert(allowed() && !allowed("allowPrivateHosts" -> "false"))
  }
}
