// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}
import java.time.Instant

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.transport.SttpClient
import io.github.sparkrest.http.{HttpRequest, LocalServer}
import org.scalatest.funsuite.AnyFunSuite

/** A token in a file that another process renews, while a poll with many pages goes on. */
class RenewedFilesSuite extends AnyFunSuite {
  private def write(file: Path, token: String): Unit = { Files.write(file, s"$token\n".getBytes(UTF_8)); () }

  private def config(options: (String, String)*): RestConfig =
    RestConfig.parse(Map("url" -> "http://h/", "authType" -> "Bearer") ++ options).fold(e => fail(e.text), identity)

  private def serving[A](test: (LocalServer, Path, Array[String]) => A): A = {
    val valid = Array("first-t0ken", "401")
    val server = new LocalServer({ e =>
      val token = Option(e.getRequestHeaders.getFirst("Authorization")).getOrElse("").stripPrefix("Bearer ")
      LocalServer.send(e, if (token == valid(0)) 200 else valid(1).toInt, s"""["$token"]""")
    })
    val file = Files.createTempFile("token", "")
    write(file, "first-t0ken")
    try test(server, file, valid)
    finally server.close()
  }

  private def client(c: RestConfig) =
    new AuthorizedClient(c, new SttpClient(2000, 2000, () => false), None, () => Instant.EPOCH)
  private def status(client: AuthorizedClient, server: LocalServer): Int =
    client.send(HttpRequest("GET", server.url, Nil))(r => Right(r.status)).fold(e => fail(e.text), identity)

  test(
    "after a 401 or a 403 a changed file is read, the request is sent once more, and later requests have the new token"
  ) {
    serving { (server, file, valid) =>
      val made = client(config("oauthToken" -> s"file:$file"))
      assert(status(made, server) == 200)
      Seq("401" -> "second-t0ken", "403" -> "third-t0ken").foreach { case (refusal, token) =>
        valid(0) = token
        valid(1) = refusal
        assert(status(made, server) == refusal.toInt, "the file is still the same, so another attempt has no use")
        write(file, token)
        val before = server.asked.length
        assert(status(made, server) == 200 && server.asked.length == before + 2)
        assert(status(made, server) == 200 && server.asked.length == before + 3)
      }
      Files.delete(file)
      valid(0) = "fourth"
      assert(status(made, server) == 403, "a file that cannot be read leaves the response of the API")
    }
  }

  test("a request to another origin, and a token that is no file, lead to no second attempt") {
    serving { (server, file, valid) =>
      val made = client(config("oauthToken" -> s"file:$file"))
      valid(0) = "second-t0ken"
      write(file, "second-t0ken")
      val other = made.send(HttpRequest("GET", server.url, Nil, trusted = false))(r => Right(r.status))
      assert(other == Right(401) && server.asked.length == 1)
      assert(status(client(config("oauthToken" -> "first-t0ken")), server) == 401 && server.asked.length == 2)
    }
  }

  test("with callStrictlyOnce the refusal is the response, and the next request has the new token") {
    serving { (server, file, valid) =>
      val once = Seq("inputData" -> """[{"n": 1}]""", "callStrictlyOnce" -> "Y", "method" -> "GET")
      val made = client(config(once :+ ("oauthToken" -> s"file:$file"): _*))
      valid(0) = "second-t0ken"
      write(file, "second-t0ken")
      assert(status(made, server) == 401 && status(made, server) == 200 && server.asked.length == 2)
    }
  }

  test("a further client of the same options begins with the new token") {
    serving { (server, file, valid) =>
      val c = config("oauthToken" -> s"file:$file")
      valid(0) = "second-t0ken"
      write(file, "second-t0ken")
      assert(status(client(c), server) == 200 && server.asked.length == 1)
    }
  }

  test("a renewed token is removed from texts, as the first one is") {
    serving { (server, file, valid) =>
      val c = config("oauthToken" -> s"file:$file")
      val made = client(c)
      valid(0) = "second-t0ken"
      write(file, "second-t0ken")
      val shown = made.send(HttpRequest("GET", server.url, Nil)) { r =>
        Right(KnownSecrets(c, r.tokens).hide(new String(r.body.readAllBytes(), UTF_8)))
      }
      assert(shown == Right("""["***"]"""))
    }
  }
}
