// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.nio.file.Files

import scala.util.Try

import io.github.sparkrest.connector.tasks.TaskOptions
import io.github.sparkrest.error.RestException
import io.github.sparkrest.http.LocalServer
import io.github.sparkrest.options.GivenOptions
import org.apache.spark.sql.SparkSession
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite

/** The operator's settings come from the application. A user who can only write SQL cannot change them. */
class OperatorPolicySuite extends AnyFunSuite with BeforeAndAfterAll {
  private val allowed = Files.createTempDirectory("policy").toRealPath()
  private lazy val spark: SparkSession = SparkSession
    .builder()
    .master("local[2]")
    .config("spark.rest.policy.allowedPaths", allowed.toString)
    .config("spark.rest.policy.allowedHosts", "127.0.0.1")
    .getOrCreate()
  private lazy val server = new LocalServer(LocalServer.send(_, 200, """[{"id":1}]"""))

  override def afterAll(): Unit = {
    spark.stop()
    server.close()
  }

  private def read(url: String, token: String): Try[Array[org.apache.spark.sql.Row]] = Try {
    spark.sql(
      s"""CREATE OR REPLACE TEMPORARY VIEW v USING rest
         |OPTIONS (url '$url', authType 'Bearer', oauthToken '$token')""".stripMargin
    )
    spark.sql("SELECT * FROM v").collect()
  }

  private def message(of: Try[_]): String = of.failed.get match {
    case e: RestException => e.getMessage
    case e => Iterator.iterate(e: Throwable)(_.getCause).takeWhile(_ != null).map(_.getMessage).mkString("\n")
  }

  test("SQL can read only what the operator permits, and SET does not permit more") {
    val good = Files.write(allowed.resolve("token"), "t0ken".getBytes)
    val bad = Files.write(Files.createTempFile("secret", ""), "5ecret".getBytes)
    assert(read(server.url, s"file:$good").get.length == 1)
    assert(server.asked.forall(_.headers("authorization") == "Bearer t0ken"))
    val before = server.asked.length
    Try(spark.sql("SET spark.rest.policy.allowedPaths=/"))
    Try(spark.conf.set("spark.rest.policy.allowedHosts", "localhost"))
    assert(message(read(server.url, s"file:$bad")).contains("spark.rest.policy.allowedPaths"))
    val elsewhere = server.url.replace("127.0.0.1", "localhost")
    assert(message(read(elsewhere, s"file:$good")).contains("spark.rest.policy.allowedHosts"))
    assert(server.asked.length == before)
  }

  test("a task checks its options against the operator's settings again") {
    val options =
      new GivenOptions(Map("url" -> server.url, "authType" -> "Bearer", "oauthToken" -> "file:/etc/hostname"))
    spark.sparkContext.version
    assert(TaskOptions(options, Vector.empty).parsed.left.exists(_.text.contains("spark.rest.policy.allowedPaths")))
  }
}
