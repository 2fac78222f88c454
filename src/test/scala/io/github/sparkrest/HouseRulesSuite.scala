// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest

import java.nio.file.{Files, Path, Paths}

import scala.jdk.CollectionConverters._

import org.scalatest.funsuite.AnyFunSuite

/** The rules of the folder tree: packages use earlier packages only, Spark and sttp stay at the edges, files stay small. */
class HouseRulesSuite extends AnyFunSuite {
  // Also holds the Java sources, and the sources of a single Scala line.
  private val root = Paths.get("src/main")
  private val base = Paths.get("io/github/sparkrest")
  private val order = Seq(
    "auth",
    "error",
    "options.values",
    "secret",
    "options.tables",
    "options",
    "config",
    "http",
    "request",
    "http.limits",
    "http.tls",
    "http.auth",
    "http.transport",
    "http.client",
    "json",
    "response",
    "progress",
    "pagelog",
    "poll",
    "schedule",
    "preview",
    "rows.parser",
    "rows",
    "connector.session",
    "connector.input",
    "connector.tasks",
    "connector.schema",
    "connector.preview",
    "connector.checkpoint",
    "connector"
  )

  /** A sub-package that `order` does not list belongs to its parent: `progress.seen`, `pagelog.format`. */
  private def layer(name: String): Int = {
    val parents = order.filter(p => name == p || name.startsWith(s"$p."))
    if (parents.isEmpty) -1 else order.indexOf(parents.maxBy(_.length))
  }
  private val sources = filesIn(root).filter(_.toString.matches(".*\\.(scala|java)"))
  private def filesIn(folder: Path): Seq[Path] = {
    val all = Files.walk(folder)
    try all.iterator.asScala.filter(Files.isRegularFile(_)).toList
    finally all.close()
  }
  private def packageOf(p: Path): String = {
    // The first folder is the language, such as `scala` or `scala-2.12`.
    val inLanguage = root.relativize(p).subpath(1, root.relativize(p).getNameCount)
    if (inLanguage.startsWith(base)) Option(base.relativize(inLanguage).getParent).fold("")(_.toString.replace('/', '.'))
    else inLanguage.toString
  }
  private def withoutImports(p: Path): Seq[String] =
    lines(p).mkString("\n").replaceAll("""(?m)^import [^{\n]*(\{[^}]*\})?[^\n]*\n""", "").split("\n").toSeq
  private def lines(p: Path): Seq[String] = Files.readAllLines(p).asScala.toSeq

  test("every file is in a package of the data path") {
    assert(sources.count(_.toString.endsWith("ScalaLine.java")) == 2)
    assert(sources.filter(p => layer(packageOf(p)) < 0).isEmpty)
  }

  test("a package uses only the packages before it") {
    val use = """io\.github\.sparkrest\.([a-z]\w*(?:\.[a-z]\w*)*)""".r
    def tooLate(p: Path)(name: String): Boolean = layer(name) > layer(packageOf(p))
    val wrong = sources.flatMap { p =>
      lines(p)
        .filterNot(_.startsWith("package "))
        .filter(l => use.findAllMatchIn(l).map(_.group(1)).exists(tooLate(p)))
        .map(l => s"$p: $l")
    }
    assert(wrong.isEmpty)
  }

  test("only pagelog, rows and connector use Spark or Hadoop, and only http.transport uses sttp and OkHttp") {
    def rooms(word: String) =
      sources.filter(p => lines(p).exists(_.contains(word))).map(packageOf(_).takeWhile(_ != '.')).toSet
    val (spark, hadoop) = (rooms("org.apache.spark"), rooms("org.apache.hadoop"))
    assert(spark == Set("rows", "connector") && hadoop == Set("pagelog", "connector"))
    val transport =
      sources.filter(p => lines(p).exists(_.matches("import (sttp|okhttp3)\\..*"))).map(packageOf(_)).toSet
    assert(transport == Set("http.transport"))
  }

  test("no file uses Spark's checkpoint classes: they moved in Spark 4.1, and start a process per file on a local disk") {
    val spark = Seq("CheckpointFileManager", "HDFSMetadataLog", "execution.streaming")
    assert(sources.filter(p => lines(p).exists(l => spark.exists(l.contains))).isEmpty)
  }

  test("only options and config compare the texts of closed sets: all other code matches on the values") {
    val sets = "kind|order|boundary|pick|grant|method|offsetType|responseFormat|outputType"
    val compared =
      s"""\\b(?:offset|paging|options|config|o|p|c|s|k)\\.(?:$sets)\\s*(?:[=!]=\\s*"|match \\{\\s*case ")""".r
    val wrong = sources.filterNot(p => Set("options", "config")(packageOf(p).takeWhile(_ != '.'))).flatMap { p =>
      compared.findAllIn(lines(p).mkString("\n")).map(text => s"$p: $text")
    }
    assert(wrong.isEmpty)
  }

  test("the walks of ARCHITECTURE.md are short, and their files exist") {
    val walks = lines(Paths.get("ARCHITECTURE.md")).dropWhile(_ != "## Three walks").tail.takeWhile(!_.startsWith("## "))
    val stop = """(\d+)\. `([\w/]+\.scala)`.*""".r
    val stops = walks.collect { case stop(n, file) => n.toInt -> file }
    assert(stops.map(_._2).filterNot(file => Files.exists(root.resolve("scala").resolve(base).resolve(file))).isEmpty)
    val lengths = stops.map(_._1).zip(stops.map(_._1).drop(1) :+ 1).collect { case (last, 1) => last }
    assert(lengths.zip(Seq(15, 15, 10)).count { case (length, most) => length <= most } == 3, lengths)
  }

  test("no folder has more than 15 files") {
    val full =
      sources.groupBy(_.getParent).collect { case (folder, files) if files.length > 15 => s"$folder: ${files.length}" }
    assert(full.isEmpty)
  }

  test("no file has more than 250 lines without imports, and each file names its license") {
    sources.foreach { p =>
      // Imports do not count, because a deeper tree needs more of them.
      assert(withoutImports(p).length <= 250, p)
      assert(lines(p).head == "// SPDX-License-Identifier: Apache-2.0", p)
    }
  }
}
