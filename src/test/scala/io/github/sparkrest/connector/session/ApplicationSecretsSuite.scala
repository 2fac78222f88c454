// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.session

import java.nio.file.{Files, Path}

import scala.jdk.CollectionConverters._
import scala.util.Try

import io.github.sparkrest.connector.tasks.TaskOptions
import io.github.sparkrest.http.LocalServer
import io.github.sparkrest.options.GivenOptions
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.security.alias.CredentialProviderFactory
import org.apache.spark.SparkConf
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.streaming.Trigger
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite

/** `conf:` and `hadoop:` against a real application and a real keystore. */
class ApplicationSecretsSuite extends AnyFunSuite with BeforeAndAfterAll {
  private val folder = Files.createTempDirectory("secrets").toRealPath()
  private val events = Files.createDirectory(folder.resolve("events"))
  private val providers = s"jceks://file$folder/api.jceks"
  private val InConf = "conf-s3cret-1"
  private val InHadoop = "hadoop-s3cret-2"

  private lazy val spark: SparkSession = {
    store("acme-token", InHadoop)
    store("fs.s3a.secret.key", "st0rage")
    SparkSession
      .builder()
      .master("local[2]")
      .config("spark.acme.token", InConf)
      .config("spark.acme.region", "eu")
      .config("spark.hadoop.fs.acme.secret", "st0rage")
      .config("spark.hadoop.clear-text", "clear")
      .config(s"spark.hadoop.${CredentialProviderFactory.CREDENTIAL_PROVIDER_PATH}", providers)
      .config("spark.eventLog.enabled", "true")
      .config("spark.eventLog.dir", events.toUri.toString)
      .config("spark.eventLog.compress", "false")
      .getOrCreate()
  }
  private lazy val server = new LocalServer(LocalServer.send(_, 200, """[{"id":1},{"id":2}]"""))

  override def afterAll(): Unit = {
    spark.stop()
    server.close()
  }

  /** As `hadoop credential create` does. */
  private def store(alias: String, value: String, path: String = providers): Unit = {
    val conf = new Configuration()
    conf.set(CredentialProviderFactory.CREDENTIAL_PROVIDER_PATH, path)
    val provider = CredentialProviderFactory.getProviders(conf).get(0)
    if (provider.getCredentialEntry(alias) != null) provider.deleteCredentialEntry(alias)
    provider.createCredentialEntry(alias, value.toCharArray)
    provider.flush()
  }

  private def streamed(name: String, token: String): Long = {
    val rows = spark.readStream
      .format("rest")
      .schema("id BIGINT")
      .options(Map("url" -> server.url, "offsetType" -> "incremental", "offsetField" -> "id"))
      .options(Map("authType" -> "Bearer", "oauthToken" -> token))
      .load()
    val query = rows.writeStream
      .queryName(name)
      .format("memory")
      .option("checkpointLocation", folder.resolve(s"checkpoint-$name").toString)
      .trigger(Trigger.AvailableNow())
      .start()
    query.awaitTermination()
    Files.write(folder.resolve(s"progress-$name"), query.recentProgress.map(_.json).mkString("\n").getBytes)
    Files.write(folder.resolve(s"plan-$name"), rows.queryExecution.toString.getBytes)
    spark.table(name).count()
  }

  /** The reason for which `load()` refuses the token. */
  private def refusal(token: String): String = Try {
    spark.read
      .format("rest")
      .options(Map("url" -> server.url, "authType" -> "Bearer", "oauthToken" -> token))
      .load()
  }.failed.get.getMessage

  private def filesIn(folder: Path): Seq[Path] = {
    val all = Files.walk(folder)
    try all.iterator.asScala.filter(Files.isRegularFile(_)).toList
    finally all.close()
  }

  test("a stream sends the secret, and no file of it contains the secret") {
    Seq("by_conf" -> "conf:spark.acme.token", "by_hadoop" -> "hadoop:acme-token").foreach { case (name, token) =>
      assert(streamed(name, token) == 2, name)
    }
    val sent = server.asked.map(_.headers("authorization")).distinct
    assert(sent == Seq(s"Bearer $InConf", s"Bearer $InHadoop"))

    val files = filesIn(folder).filterNot(_.toString.endsWith(".jceks"))
    val texts = files.map(f => f -> new String(Files.readAllBytes(f), "ISO-8859-1"))
    // The search covers the places that it names.
    Seq("offsets", "manifests", "progress-by_hadoop", "plan-by_conf", "events").foreach { place =>
      assert(files.exists(_.toString.contains(place)), place)
    }
    assert(texts.exists { case (f, text) => f.startsWith(events) && text.contains("spark.acme.token") })
    val found = for ((f, text) <- texts; secret <- Seq(InConf, InHadoop) if text.contains(secret)) yield s"$f: $secret"
    assert(found.isEmpty)
  }

  test("conf: reads only redacted settings of the application") {
    spark.conf.set("spark.session.token", "t")
    assert(refusal("conf:spark.session.token").contains("settings of a session are not read"))
    val shown = refusal("conf:spark.acme.region")
    assert(shown.contains("oauthToken: Spark does not redact the setting spark.acme.region"), shown)
    assert(shown.contains("spark.redaction.regex"), shown)
    assert(refusal("conf:acme.token").contains("does not begin with spark."))
  }

  test("spark.redaction.regex of the application decides which settings are secrets") {
    val conf =
      new SparkConf(false).set("spark.redaction.regex", "region").set("spark.acme.region", "eu").set("spark.token", "t")
    assert(ApplicationSecrets(conf).setting("spark.acme.region") == Right("eu"))
    assert(ApplicationSecrets(conf).setting("spark.token").left.exists(_.contains("does not redact")))
  }

  test("hadoop: reads providers, and never a setting in clear text") {
    assert(refusal("hadoop:clear-text").contains("in none of the providers"))
    val without = ApplicationSecrets(new SparkConf(false)).credential("a")
    assert(without.left.exists(_.contains("set spark.hadoop.hadoop.security.credential.provider.path")))
    Files.write(folder.resolve("broken.jceks"), "no keystore".getBytes)
    val broken = new SparkConf(false)
      .set("spark.hadoop.hadoop.security.credential.provider.path", s"jceks://file$folder/broken.jceks")
    assert(ApplicationSecrets(broken).credential("a").left.exists(_.contains("cannot be read (")))
  }

  test("credentials of the cluster are not read, unless the operator lists them") {
    assert(refusal("conf:spark.hadoop.fs.acme.secret").contains("spark.rest.policy.allowedConf"))
    assert(refusal("hadoop:fs.s3a.secret.key").contains("spark.rest.policy.allowedAliases"))
  }

  test("a credential that changes takes effect within a minute") {
    var now = 0L
    val path = s"jceks://file$folder/rotated.jceks"
    val conf = new SparkConf(false).set("spark.hadoop.hadoop.security.credential.provider.path", path)
    val read = new HadoopCredentials(() => now)
    store("a", "old", path)
    assert(read(conf, "a") == Right("old"))
    store("a", "new", path)
    now = 59999
    assert(read(conf, "a") == Right("old"))
    now = 60000
    assert(read(conf, "a") == Right("new"))
  }

  test("a task resolves the references again, by the settings of its application") {
    spark.sparkContext.version
    def task(token: String) = {
      val options = Map("url" -> server.url, "authType" -> "Bearer", "oauthToken" -> token)
      TaskOptions(new GivenOptions(options), Vector.empty)
    }
    val (hadoop, conf) = (task("hadoop:acme-token"), task("conf:spark.acme.token"))
    assert(hadoop.config.auth.secrets.map(_.reveal) == Seq(InHadoop))
    assert(conf.config.auth.secrets.map(_.reveal) == Seq(InConf))
    assert(conf.config eq conf.config)
    assert(hadoop.config ne hadoop.config, "a kept configuration would keep an old credential")
  }
}
