// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.net.{InetSocketAddress, ServerSocket, Socket}
import java.nio.charset.StandardCharsets.{ISO_8859_1, UTF_8}

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.client.ApiClient
import io.github.sparkrest.http.{HttpClient, HttpRequest, RawServer, TestTls}
import io.netty.bootstrap.ServerBootstrap
import io.netty.buffer.Unpooled
import io.netty.channel.nio.NioEventLoopGroup
import io.netty.channel.socket.SocketChannel
import io.netty.channel.socket.nio.NioServerSocketChannel
import io.netty.channel.{ChannelHandlerContext, ChannelInboundHandlerAdapter, ChannelInitializer}
import io.netty.handler.codec.http2._
import io.netty.handler.ssl.ApplicationProtocolConfig._
import io.netty.handler.ssl._
import org.scalatest.funsuite.AnyFunSuite

/** The number of connections, their protocol, and the timeouts. */
class TransportSuite extends AnyFunSuite {
  private def get(client: HttpClient, url: String): Either[RestError, String] =
    client.send(HttpRequest("GET", url, Nil))(r => Right(new String(r.body.readAllBytes(), UTF_8)))

  private def timed[A](test: => A): (A, Long) = {
    val began = System.nanoTime
    val a = test
    (a, (System.nanoTime - began) / 1000000)
  }

  private def fails(result: Either[RestError, String]): RestError = {
    val e = result.fold(identity, b => fail(s"got $b"))
    assert(e.condition == Condition.ConnectionFailed, e.text)
    e
  }

  test("many polls share one connection, which over http speaks HTTP/1.1 and offers no upgrade") {
    val heads = new java.util.concurrent.CopyOnWriteArrayList[String]
    val server = new RawServer({ (s, _) =>
      var head = RawServer.head(s.getInputStream)
      while (head.nonEmpty) {
        heads.add(head)
        s.getOutputStream.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]".getBytes(ISO_8859_1))
        head = RawServer.head(s.getInputStream)
      }
    })
    try {
      (1 to 20).foreach(_ => assert(get(new SttpClient(20000, 20000, () => false), server.url) == Right("[]")))
      assert(server.connections == 1 && heads.size == 20)
      heads.forEach { h =>
        assert(h.startsWith("GET ") && h.contains("HTTP/1.1\r\n") && !h.toLowerCase.contains("upgrade"), h)
        ()
      }
    } finally server.close()
  }

  test("closeIdleConnections, which a query calls when it stops, closes the idle connection") {
    @volatile var closed = false
    val server = new RawServer({ (s, _) =>
      RawServer.head(s.getInputStream)
      s.getOutputStream.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]".getBytes(ISO_8859_1))
      closed = RawServer.head(s.getInputStream).isEmpty
    })
    try {
      assert(get(new SttpClient(20000, 20000, () => false), server.url) == Right("[]"))
      Thread.sleep(100)
      assert(!closed)
      ApiClient.closeIdleConnections()
      (1 to 400).takeWhile { _ => Thread.sleep(50); !closed }
      assert(closed)
    } finally server.close()
  }

  test("a connection that takes longer than connectTimeout is an error") {
    // Nobody accepts connections here. With a backlog of 1, Linux completes two of them, and does not answer the others.
    val full = new ServerSocket()
    full.bind(new InetSocketAddress("127.0.0.1", 0), 1)
    val waiting = (1 to 4).map { _ =>
      val s = new Socket
      try s.connect(full.getLocalSocketAddress, 200)
      catch { case _: java.net.SocketTimeoutException => () }
      s
    }
    try {
      val (result, ms) = timed(get(new SttpClient(400, 20000, () => false), s"http://127.0.0.1:${full.getLocalPort}/"))
      assert(fails(result).hint.contains("connectTimeout") && ms >= 350 && ms < 15000, s"$ms ms")
    } finally {
      waiting.foreach(_.close())
      full.close()
    }
  }

  test("a response head that is missing or incomplete after readTimeout is an error") {
    Seq("", "HTTP/1.1 200 OK\r\nContent-Le").foreach { begin =>
      val server = new RawServer({ (s, _) => s.getOutputStream.write(begin.getBytes); Thread.sleep(40000) })
      try {
        val (result, ms) = timed(get(new SttpClient(20000, 400, () => false), server.url))
        assert(fails(result).hint.contains("readTimeout") && ms >= 350 && ms < 20000, s"$ms ms")
      } finally server.close()
    }
  }

  test("a slow body is read to its end if no pause exceeds readTimeout") {
    val slow = new RawServer({ (s, _) =>
      RawServer.head(s.getInputStream)
      s.getOutputStream.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n".getBytes)
      (1 to 10).foreach { _ => s.getOutputStream.write('1'); s.getOutputStream.flush(); Thread.sleep(200) }
    })
    try {
      // All pauses together exceed readTimeout, but no single pause does.
      assert(get(new SttpClient(20000, 1500, () => false), slow.url) == Right("1111111111"))
      fails(get(new SttpClient(20000, 50, () => false), slow.url))
    } finally slow.close()
  }

  test("with an https server that supports HTTP/2, all polls share one HTTP/2 connection") {
    val server = new H2Server
    try
      TestTls.trusted {
        // The server's response to an HTTP/1.1 request would not be valid HTTP.
        val client = new SttpClient(20005, 20000, () => false)
        (1 to 20).foreach(n => assert(get(client, s"https://localhost:${server.port}/p?n=$n") == Right(s"/p?n=$n")))
        assert(server.connections.get == 1)
        // A server refuses a request that came on the connection of another host (421).
        assert(get(client, s"https://127.0.0.1:${server.port}/p") == Right("/p") && server.connections.get == 2)
      }
    finally server.close()
  }

  test("after a silent HTTP/2 connection, the retry has a new connection, and other requests keep the old one") {
    val server = new H2Server
    try
      TestTls.trusted {
        val url = s"https://localhost:${server.port}"
        // All clients with this connectTimeout share connections.
        val client = new SttpClient(20006, 20000, () => false)
        assert(get(client, s"$url/a") == Right("/a") && server.connections.get == 1)
        // The network forgot the connection: nothing arrives, and no end of it either.
        server.silent = 1
        val hasty = new SttpClient(20006, 400, () => false)
        assert(fails(get(hasty, s"$url/b")).message.contains("no data for 0.4 s"))
        assert(get(client, s"$url/b") == Right("/b") && get(client, s"$url/c") == Right("/c"))
        assert(server.connections.get == 2)
        // A poll that is cancelled earlier than readTimeout has seen the silence too.
        server.ignored = None
        server.silent = 2
        val impatient = new SttpClient(20006, 60000, () => server.ignored.exists(System.nanoTime - _ > 1200000000L))
        assert(fails(get(impatient, s"$url/d")).message.contains("cancelled"))
        assert(get(new SttpClient(20006, 60000, () => false), s"$url/e") == Right("/e") && server.connections.get == 3)
      }
    finally server.close()
  }

  /** A server that only speaks HTTP/2 (ALPN), and responds with the requested path. */
  final private class H2Server extends AutoCloseable {
    val connections = new java.util.concurrent.atomic.AtomicInteger
    private val threads = new NioEventLoopGroup(1)
    private val tls = SslContextBuilder
      .forServer(TestTls.keyManagers)
      .sslProvider(SslProvider.JDK)
      .applicationProtocolConfig(
        new ApplicationProtocolConfig(
          Protocol.ALPN,
          SelectorFailureBehavior.NO_ADVERTISE,
          SelectedListenerFailureBehavior.ACCEPT,
          ApplicationProtocolNames.HTTP_2
        )
      )
      .build()

    /** The connections up to this one get no response. */
    @volatile var silent = 0

    /** When the last request without a response arrived. */
    @volatile var ignored = Option.empty[Long]

    private class Answer(connection: Int) extends ChannelInboundHandlerAdapter {
      override def channelRead(c: ChannelHandlerContext, message: Any): Unit = message match {
        case h: Http2HeadersFrame if connection > silent =>
          val path = h.headers.path.toString
          c.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200")).stream(h.stream))
          c.writeAndFlush(
            new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(path.getBytes(UTF_8)), true).stream(h.stream)
          )
          ()
        case _: Http2HeadersFrame => ignored = Some(System.nanoTime)
        case other                => io.netty.util.ReferenceCountUtil.release(other); ()
      }
    }

    private val channel = new ServerBootstrap()
      .group(threads)
      .channel(classOf[NioServerSocketChannel])
      .childHandler(new ChannelInitializer[SocketChannel] {
        def initChannel(c: SocketChannel): Unit = {
          val answer = new Answer(connections.incrementAndGet())
          c.pipeline.addLast(tls.newHandler(c.alloc), Http2FrameCodecBuilder.forServer().build(), answer)
          ()
        }
      })
      .bind("127.0.0.1", 0)
      .sync()
      .channel

    def port: Int = channel.localAddress.asInstanceOf[InetSocketAddress].getPort
    def close(): Unit = {
      channel.close().sync()
      threads.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS)
      ()
    }
  }
}
