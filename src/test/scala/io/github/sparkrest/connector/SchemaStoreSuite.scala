// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}
import java.util.concurrent.{Callable, Executors}

import scala.jdk.CollectionConverters._

import io.github.sparkrest.connector.schema.{SchemaStore, StoredSchema}
import io.github.sparkrest.error.RestException
import io.github.sparkrest.pagelog.store.LocalLogStore
import org.apache.hadoop.conf.Configuration
import org.apache.spark.sql.types.StructType
import org.scalatest.funsuite.AnyFunSuite

class SchemaStoreSuite extends AnyFunSuite {
  private def t(ddl: String) = StructType.fromDDL(ddl)
  private def folder(): Path = Files.createTempDirectory("schema")
  private def store(at: Path) = new SchemaStore(new LocalLogStore(at))
  private def files(at: Path): Seq[String] = at.resolve("schemas").toFile.list().toSeq.sorted

  test("a stored version has exactly these bytes, and reads back as the same schema") {
    val root = folder()
    store(root).keep(t("id BIGINT, `ü` ARRAY<STRUCT<n: DECIMAL(3,1)>>"))
    val text = new String(Files.readAllBytes(root.resolve("schemas/0.json")), UTF_8)
    val element = """{"type":"struct","fields":[{"name":"n","type":"decimal(3,1)","nullable":true,"metadata":{}}]}"""
    assert(
      text == """{"version":1,"type":{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}},""" +
        s"""{"name":"ü","type":{"type":"array","elementType":$element,"containsNull":true},"nullable":true,"metadata":{}}]}}"""
    )
    assert(store(root).newest().contains(StoredSchema(0, t("id BIGINT, `ü` ARRAY<STRUCT<n: DECIMAL(3,1)>>"))))
  }

  test("only new fields make a new version: an inferred schema and known fields do not") {
    val root = folder()
    assert(store(root).newest().isEmpty)
    assert(store(root).keep(t("a INT")) == StoredSchema(0, t("a INT")))
    assert(store(root).keep(t("b INT")) == StoredSchema(0, t("a INT")))
    assert(store(root).add(t("a STRING, c INT"), 0) == StoredSchema(1, t("a INT, c INT")))
    assert(store(root).add(t("c DATE"), 0) == StoredSchema(1, t("a INT, c INT")))
    assert(files(root) == Seq("0.json", "1.json"))
  }

  test("when tasks add fields at the same time, each field is stored once and no version number is missing") {
    val root = folder()
    store(root).keep(t("a INT"))
    val threads = Executors.newFixedThreadPool(8)
    try {
      val tasks =
        (0 until 40).map(i => (() => store(root).add(t(s"f${i % 10} INT, same INT"), 0)): Callable[StoredSchema])
      threads.invokeAll(tasks.asJava).asScala.foreach(_.get())
    } finally threads.shutdownNow()
    val newest = store(root).newest().getOrElse(fail())
    val names = newest.recordType.asInstanceOf[StructType].fieldNames.toSeq
    assert(names.sorted == ("a" +: (0 until 10).map("f" + _) :+ "same"))
    assert(newest.version <= 10 && files(root).length == newest.version + 1)
  }

  test("an unreadable schema file and a folder that is not shared are errors") {
    def message(f: => Any) = intercept[RestException](f).getMessage
    for (
      (text, why) <- Seq(
        "torn" -> "is no JSON",
        """{"version":9,"type":"long"}""" -> "is of version 9",
        """{"version":1,"type":"nosuch"}""" -> "has a type that this Spark does not know"
      )
    ) {
      val root = folder()
      Files.createDirectories(root.resolve("schemas"))
      Files.write(root.resolve("schemas/0.json"), text.getBytes(UTF_8))
      assert(message(store(root).newest()).startsWith("[REST_SCHEMA_LOCATION_UNUSABLE]"))
      assert(message(store(root).newest()).contains(s"schemas/0.json $why"))
    }
    assert(message(store(folder()).add(t("a INT"), 0)).contains("an executor does not see schemas/0.json"))
    val unknown = message(SchemaStore.at("nosuch://host/x", new Configuration))
    assert(unknown.contains("[REST_INVALID_OPTIONS]") && unknown.contains("schemaLocation: \"nosuch://host/x\""))
  }
}
