// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import java.nio.charset.StandardCharsets.UTF_8
import java.util.SplittableRandom
import java.util.concurrent.TimeUnit

import org.apache.spark.sql.catalyst.expressions.UnsafeProjection
import org.apache.spark.sql.types.StructType
import org.openjdk.jmh.annotations._

/** JSON to rows with our parser and with Spark's `JacksonParser`, both with the projection that a scan needs. One operation is
  * one record. `make bench-rows` prints both times and their ratio.
  */
@State(Scope.Thread)
@BenchmarkMode(Array(Mode.AverageTime))
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
class RowsBenchmark {
  import RowsBenchmark._

  @Param(Array("events", "flat", "wide"))
  var data: String = _

  private var json: JsonRows = _
  private var project: UnsafeProjection = _
  private var block: Array[Byte] = _
  private var ends: Array[Int] = _

  @Setup def setUp(): Unit = {
    val (schema, make) = sets(data)
    json = JsonRows(schema, JsonRowSettings(Map.empty, "UTC", "_corrupt_record"))
    project = UnsafeProjection.create(schema)
    val random = new SplittableRandom(1)
    val lines = Seq.fill(Records)(make(random).getBytes(UTF_8))
    block = lines.flatMap(_ :+ '\n'.toByte).toArray
    ends = lines.scanLeft(0)(_ + _.length + 1).toArray
    (0 until Records).foreach(i => require(json.row(block, ends(i), ends(i + 1) - 1) != null, "needs Spark's parser"))
  }

  @Benchmark @OperationsPerInvocation(Records) def direct(): Long = {
    var bytes = 0L
    var i = 0
    while (i < Records) {
      bytes += project(json.row(block, ends(i), ends(i + 1) - 1)).getSizeInBytes
      i += 1
    }
    bytes
  }

  @Benchmark @OperationsPerInvocation(Records) def jacksonParser(): Long = {
    var bytes = 0L
    var i = 0
    while (i < Records) {
      bytes += project(json.rows(block, ends(i), ends(i + 1) - 1).next()).getSizeInBytes
      i += 1
    }
    bytes
  }
}

object RowsBenchmark {
  final val Records = 1000

  private val sets: Map[String, (StructType, SplittableRandom => String)] = Map(
    "events" -> (
      StructType.fromDDL(
        """id STRING, seq BIGINT, type STRING, public BOOLEAN, created_at TIMESTAMP,
        |actor STRUCT<id: BIGINT, login: STRING, display_login: STRING, gravatar_id: STRING, url: STRING, avatar_url: STRING>,
        |repo STRUCT<id: BIGINT, name: STRING, url: STRING>,
        |payload STRUCT<push_id: BIGINT, size: BIGINT, distinct_size: BIGINT, ref: STRING, head: STRING, before: STRING, score: DOUBLE,
        |  commits: ARRAY<STRUCT<sha: STRING, author: STRUCT<email: STRING, name: STRING>, message: STRING, distinct: BOOLEAN,
        |    url: STRING>>>""".stripMargin
      ),
      event
    ),
    "flat" -> (StructType.fromDDL("id BIGINT, name STRING, score DOUBLE, at TIMESTAMP, active BOOLEAN"), flat),
    "wide" -> (
      StructType.fromDDL(
        "field_03 BIGINT, field_17 STRING, field_28 DOUBLE, field_41 STRING, field_59 BOOLEAN"
      ),
      wide
    )
  )

  private def time(r: SplittableRandom) =
    f"2024-${1 + r.nextInt(12)}%02d-${1 + r.nextInt(28)}%02dT${r.nextInt(24)}%02d:${r.nextInt(60)}%02d:${r.nextInt(60)}%02d"

  private def hex(r: SplittableRandom) = f"${r.nextLong()}%016x${r.nextLong()}%016x${r.nextInt()}%08x"

  /** A nested record of about 1 KB, like GitHub's events. */
  private def event(r: SplittableRandom): String = {
    val user = s"octo${r.nextInt(100000)}"
    val repo = s"$user/project-${r.nextInt(1000)}"
    val commits = Seq.fill(1 + r.nextInt(2)) {
      val sha = hex(r)
      s"""{"sha":"$sha","author":{"email":"$user@example.com","name":"$user"},"message":"Fix the build of ${r.nextInt(
          99
        )}",""" +
        s""""distinct":true,"url":"https://api.example.com/repos/$repo/commits/$sha"}"""
    }
    s"""{"id":"${r.nextInt(1 << 30)}","seq":${r.nextInt(1 << 30)},"type":"PushEvent","actor":{"id":${r.nextInt(
        1 << 30
      )},""" +
      s""""login":"$user","display_login":"$user","gravatar_id":"","url":"https://api.example.com/users/$user",""" +
      s""""avatar_url":"https://avatars.example.com/u/${r.nextInt(1 << 20)}"},"repo":{"id":${r.nextInt(
          1 << 30
        )},"name":"$repo",""" +
      s""""url":"https://api.example.com/repos/$repo"},"payload":{"push_id":${r.nextInt(
          1 << 30
        )},"size":1,"distinct_size":1,""" +
      s""""ref":"refs/heads/main","head":"${hex(r)}","before":"${hex(r)}","score":${r.nextInt(100000) / 100.0},""" +
      s""""commits":${commits.mkString("[", ",", "]")}},"public":true,"created_at":"${time(r)}Z"}"""
  }

  private def flat(r: SplittableRandom): String =
    s"""{"id":${1000000 + r.nextInt(90000000)},"name":"user ${r.nextInt(1 << 30)}","score":${r.nextInt(
        100000
      ) / 100.0},""" +
      s""""at":"${time(r)}.${100 + r.nextInt(900)}Z","active":${r.nextBoolean()}}"""

  private def wide(r: SplittableRandom): String = (0 until 60)
    .map { i =>
      val value = i match {
        case 3       => r.nextInt(1 << 30).toString
        case 17 | 41 => s""""text ${r.nextInt(1 << 30)}""""
        case 28      => (r.nextInt(100000) / 100.0).toString
        case 59      => r.nextBoolean().toString
        case _       =>
          i % 5 match {
            case 0 => r.nextInt(1 << 20).toString
            case 1 => s""""some text ${r.nextInt(1000)}""""
            case 2 => "null"
            case 3 => (r.nextInt(10000) / 10.0).toString
            case _ => "true"
          }
      }
      f""""field_$i%02d":$value"""
    }
    .mkString("{", ",", "}")
}
