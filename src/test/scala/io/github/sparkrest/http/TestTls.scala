// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.io.FileInputStream
import java.nio.file.{Files, Path}
import java.security.KeyStore
import javax.net.ssl.{KeyManagerFactory, SSLContext, TrustManagerFactory}

/** A key of `localhost`, made by the JDK's keytool. The JVM trusts it while a test runs. */
object TestTls {
  private val password = "changeit"

  lazy val store: Path = {
    val file = Files.createTempDirectory("tls").resolve("store.p12")
    val tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString
    val made = new ProcessBuilder(
      tool,
      "-genkeypair",
      "-alias",
      "localhost",
      "-keyalg",
      "EC",
      "-dname",
      "CN=localhost",
      "-ext",
      "san=dns:localhost,ip:127.0.0.1",
      "-storetype",
      "PKCS12",
      "-storepass",
      password,
      "-keystore",
      file.toString
    )
      .inheritIO()
      .start()
    assert(made.waitFor() == 0)
    file
  }

  private lazy val keys: KeyStore = {
    val loaded = KeyStore.getInstance("PKCS12")
    val in = new FileInputStream(store.toFile)
    try loaded.load(in, password.toCharArray)
    finally in.close()
    loaded
  }

  lazy val keyManagers: KeyManagerFactory = {
    val f = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm)
    f.init(keys, password.toCharArray)
    f
  }

  lazy val context: SSLContext = {
    val trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm)
    trust.init(keys)
    val c = SSLContext.getInstance("TLS")
    c.init(keyManagers.getKeyManagers, trust.getTrustManagers, null)
    c
  }

  /** A client takes the JVM's context when it is created. So `test` needs a client with a setting that no other test has. */
  def trusted[A](test: => A): A = {
    val before = SSLContext.getDefault
    SSLContext.setDefault(context)
    try test
    finally SSLContext.setDefault(before)
  }
}
