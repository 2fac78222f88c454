// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.Condition
import io.github.sparkrest.pagelog.{LogOffset, LogPosition, SourceIdentity}
import org.scalatest.funsuite.AnyFunSuite

class LogOffsetSuite extends AnyFunSuite {
  private val golden =
    """{"version":1,"seq":17,"record":350,"endpoints":{"main":"1716840123.001900"},"source":{"url":"0123456789abcdef","offsetField":"ts","offsetType":"max_field"}}"""
  private val offset = LogOffset(
    LogPosition(17, 350),
    Map("main" -> Some("1716840123.001900")),
    SourceIdentity("0123456789abcdef", "ts", "max_field")
  )

  test("version 1 is read and written with exactly these bytes") {
    assert(offset.json == golden && LogOffset.parse(golden) == Right(offset))
  }

  test("the place of the page log follows the source, and offsets without it are readable") {
    val placed = offset.copy(log = Some("checkpoint"))
    val json = golden.stripSuffix("}") + ""","log":"checkpoint"}"""
    assert(placed.json == json && LogOffset.parse(json) == Right(placed))
    assert(LogOffset.parse(golden).exists(_.log.isEmpty))
  }

  test("a later version and a text that is not an offset are clear errors") {
    val later = LogOffset.parse("""{"version":2,"place":"elsewhere"}""").fold(identity, o => fail(o.json))
    assert(later.condition == Condition.CheckpointUnreadable && later.message.contains("version 2"))
    Seq("", "17", "{}", """{"version":1,"seq":"x"}""").foreach(t => assert(LogOffset.parse(t).isLeft, t))
  }

  test("the identity of a source does not contain a secret, and does not change with it") {
    def of(url: String) = SourceIdentity.of(RestConfig.parse(Map("url" -> url)).fold(e => fail(e.text), identity))
    assert(of("http://h/x?api_key=old") == of("http://h/x?api_key=new") && of("http://h/x") != of("http://h/y"))
    assert(of("http://h/x").differences(of("http://h/y")) == Seq("url"))
  }
}
