// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.connector.input.InputEndpoints
import io.github.sparkrest.pagelog.Endpoint
import org.apache.spark.sql.SparkSession
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite

/** The endpoints of a stream are those of the run before, whichever session reads the rows. */
class InputEndpointsSuite extends AnyFunSuite with BeforeAndAfterAll {
  private lazy val spark = SparkSession.builder().master("local[1]").config("spark.ui.enabled", "false").getOrCreate()

  override def afterAll(): Unit = spark.stop()

  private def endpoints(view: String, zone: String, known: Set[String] = Set.empty): Vector[Endpoint] = {
    val session = spark.newSession()
    session.conf.set("spark.sql.session.timeZone", zone)
    session.sql(view).createOrReplaceTempView("rows")
    val options = Map(
      "url" -> "http://h/?a={since}&next={timestamp}",
      "streaming" -> "true",
      "input" -> "rows",
      "offsetField" -> "timestamp"
    )
    val config = RestConfig.parse(options, session.table("rows").columns.toSeq).fold(e => fail(e.text), identity)
    new InputEndpoints(config.input.getOrElse(fail("no input")), session).read(Set.empty, known)
  }

  test("the time zone of the session identifies no endpoint, and requests have the times of the session") {
    val at = "timestamp_micros(1767225600120000)"
    val view =
      s"SELECT $at AS since, named_struct('t', $at) AS s, array($at) AS a, timestamp_ntz'2026-01-01 01:00' AS n"
    val (utc, berlin) = (endpoints(view, "UTC"), endpoints(view, "Europe/Berlin"))
    assert(utc.map(_.key) == berlin.map(_.key))
    assert(utc.flatMap(_.row).exists(_.contains("\"since\":\"2026-01-01T00:00:00.120Z\"")))
    assert(berlin.flatMap(_.row).exists(_.contains("\"since\":\"2026-01-01T01:00:00.120+01:00\"")))
    assert(endpoints(view.replace("120000", "120001"), "UTC").map(_.key) != utc.map(_.key))
  }

  test("an endpoint keeps the key of a checkpoint that was made with the time zone in it") {
    val view = "SELECT timestamp_micros(1767225600120000) AS since"
    val berlin = endpoints(view, "Europe/Berlin").head
    val former = Endpoint.of(berlin.row.getOrElse(fail("no row")), Set.empty).key
    assert(former != berlin.key)
    assert(endpoints(view, "Europe/Berlin", Set(former)).map(_.key) == Vector(former))
    assert(endpoints(view, "Europe/Berlin", Set(former, berlin.key)).map(_.key) == Vector(berlin.key))
    assert(endpoints(view, "UTC", Set(former)).map(_.key) == Vector(berlin.key))
  }
}
