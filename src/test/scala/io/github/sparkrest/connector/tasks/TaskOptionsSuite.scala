// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.options.GivenOptions
import org.scalatest.funsuite.AnyFunSuite

/** The parsed options that an executor keeps from one task to the next. */
class TaskOptionsSuite extends AnyFunSuite {
  private def task(options: (String, String)*) =
    TaskOptions(new GivenOptions(options.toMap + ("url" -> "https://api.example.com/")), Vector.empty)

  test("equal options are parsed once, and different options stay separate") {
    val first = task("pageSize" -> "10", "pagination" -> "page").config
    assert(task("pagination" -> "page", "pageSize" -> "10").config eq first)
    assert(task("pageSize" -> "20", "pagination" -> "page").config.paging.pageSize.contains(20L))
  }

  test("options that name a file are parsed in each task, because the file may have changed") {
    val file = Files.createTempFile("token", "")
    def token(text: String): RestConfig = {
      Files.write(file, text.getBytes(UTF_8))
      task("authType" -> "Bearer", "oauthToken" -> s"file:$file").config
    }
    assert(token("old").auth != token("new").auth)
  }

  test("wrong options are an error each time a task reads them") {
    assert((1 to 2).forall(_ => task("pageSize" -> "none").parsed.isLeft))
  }
}
