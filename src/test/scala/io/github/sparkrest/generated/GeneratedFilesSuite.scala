// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.generated

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Paths}

import org.scalatest.funsuite.AnyFunSuite

/** Compares generated files in the repository with the tables in the code. `UPDATE=1` (`make docs-options`) writes them. */
class GeneratedFilesSuite extends AnyFunSuite {
  Seq(
    "docs/options.md" -> OptionsDoc.markdown,
    "docs/errors.md" -> ErrorsDoc.markdown,
    "python/src/spark_rest/_options.py" -> PythonDoc.module,
    "python/src/spark_rest/_auth.py" -> PythonAuth.module
  ).foreach { case (file, text) =>
    test(s"$file matches the tables") {
      val path = Paths.get(file)
      if (sys.env.contains("UPDATE")) {
        Files.createDirectories(path.getParent)
        Files.write(path, text.getBytes(UTF_8))
      }
      assert(new String(Files.readAllBytes(path), UTF_8) == text, s"$file is out of date: run make docs-options")
    }
  }
}
