// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.tls

import java.io.FileInputStream
import java.net.InetSocketAddress
import java.nio.file.{Files, Path, Paths, StandardCopyOption}
import java.security.KeyStore
import java.util.Base64
import java.util.concurrent.Executors
import javax.net.ssl.{KeyManagerFactory, SSLContext, TrustManagerFactory}

import com.sun.net.httpserver.{HttpsConfigurator, HttpsParameters, HttpsServer}
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.transport.SttpClient
import io.github.sparkrest.http.{HttpRequest, LocalServer}
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite

/** A server in this JVM with a certificate of a private authority. It demands a certificate of the client. */
class TlsSuite extends AnyFunSuite with BeforeAndAfterAll {
  private val folder = Files.createTempDirectory("tls")
  private val password = "store-password"
  private def path(name: String): Path = folder.resolve(name)

  private def keytool(arguments: String*): Unit = {
    val tool = Paths.get(System.getProperty("java.home"), "bin", "keytool").toString
    val process = new ProcessBuilder((tool +: arguments): _*).redirectErrorStream(true).directory(folder.toFile).start()
    val said = new String(process.getInputStream.readAllBytes(), "UTF-8")
    assert(process.waitFor() == 0, said)
  }

  private def store(file: String) = Seq("-keystore", file, "-storepass", password, "-storetype", "PKCS12")

  /** A key with a chain of two certificates: its own, signed by `by`, and the certificate of `by`. */
  private def signed(name: String, by: String, extension: String*): Unit = {
    keytool(
      Seq("-genkeypair", "-alias", name, "-keyalg", "RSA", "-keysize", "2048", "-dname", s"CN=$name") ++ store(
        s"$name.p12"
      ): _*
    )
    keytool(Seq("-certreq", "-alias", name, "-file", s"$name.csr") ++ store(s"$name.p12"): _*)
    keytool(
      Seq("-gencert", "-alias", by, "-infile", s"$name.csr", "-outfile", s"$name.crt", "-rfc") ++ store(
        s"$by.p12"
      ) ++ extension: _*
    )
    keytool(Seq("-importcert", "-noprompt", "-alias", "ca", "-file", s"$by.pem") ++ store(s"$name.p12"): _*)
    keytool(Seq("-importcert", "-noprompt", "-alias", name, "-file", s"$name.crt") ++ store(s"$name.p12"): _*)
  }

  private def authority(name: String): Unit = {
    keytool(
      Seq("-genkeypair", "-alias", name, "-keyalg", "EC", "-dname", s"CN=$name", "-ext", "bc:c") ++ store(
        s"$name.p12"
      ): _*
    )
    keytool(Seq("-exportcert", "-alias", name, "-rfc", "-file", s"$name.pem") ++ store(s"$name.p12"): _*)
  }

  private def opened(name: String): KeyStore = {
    val opened = KeyStore.getInstance("PKCS12")
    val in = new FileInputStream(path(name).toFile)
    try opened.load(in, password.toCharArray)
    finally in.close()
    opened
  }

  private lazy val server: HttpsServer = {
    val keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm)
    keys.init(opened("server.p12"), password.toCharArray)
    val trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm)
    trust.init(opened("trusted.p12"))
    val context = SSLContext.getInstance("TLS")
    context.init(keys.getKeyManagers, trust.getTrustManagers, null)
    val s = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0)
    s.setHttpsConfigurator(new HttpsConfigurator(context) {
      override def configure(p: HttpsParameters): Unit = {
        val wanted = context.getDefaultSSLParameters
        wanted.setNeedClientAuth(true)
        p.setSSLParameters(wanted)
      }
    })
    s.createContext(
      "/",
      e => {
        LocalServer.send(
          e,
          200,
          e.asInstanceOf[com.sun.net.httpserver.HttpsExchange].getSSLSession.getPeerPrincipal.getName
        )
        e.close()
      }
    )
    s.setExecutor(Executors.newCachedThreadPool { r =>
      val t = new Thread(r)
      t.setDaemon(true)
      t
    })
    s.start()
    s
  }

  override def beforeAll(): Unit = {
    authority("authority")
    authority("stranger")
    signed("server", "authority", "-ext", "san=ip:127.0.0.1")
    signed("client", "authority")
    keytool(Seq("-importcert", "-noprompt", "-alias", "a", "-file", "authority.pem") ++ store("trusted.p12"): _*)
    val keys = opened("client.p12")
    def pem(kind: String, der: Array[Byte]) =
      s"-----BEGIN $kind-----\n${Base64.getMimeEncoder.encodeToString(der)}\n-----END $kind-----\n"
    Files.write(path("key.pem"), pem("PRIVATE KEY", keys.getKey("client", password.toCharArray).getEncoded).getBytes)
    val chain = keys
      .getCertificateChain("client")
      .map(c => pem("CERTIFICATE", c.getEncoded))
      .mkString("for humans: client\n", "", "")
    Files.write(path("chain.pem"), chain.getBytes("UTF-8"))
    ()
  }

  override def afterAll(): Unit = server.stop(0)

  private def ask(options: (String, String)*): Either[RestError, String] = {
    val url = s"https://127.0.0.1:${server.getAddress.getPort}/?api_key=hidden"
    val files = options.map { case (k, v) => k -> (if (k.matches(".*(File|Store)")) path(v).toString else v) }
    val config = RestConfig.parse(Map("url" -> url) ++ files).fold(e => fail(e.text), identity)
    SttpClient(config, () => false).send(HttpRequest("GET", url, Nil))(r =>
      Right(new String(r.body.readAllBytes(), "UTF-8"))
    )
  }
  private def error(options: (String, String)*): RestError = {
    val e = ask(options: _*).fold(identity, said => fail(s"the server accepted it: $said"))
    assert(!e.text.contains("hidden") && !e.text.contains(password), e.text)
    e
  }

  private val byPem = Seq("tlsCaFile" -> "authority.pem", "tlsCertFile" -> "chain.pem", "tlsKeyFile" -> "key.pem")
  private val byStore = Seq(
    "tlsTrustStore" -> "trusted.p12",
    "tlsTrustStorePassword" -> password,
    "tlsKeyStore" -> "client.p12",
    "tlsKeyStorePassword" -> password
  )

  test("client and server authenticate each other by PEM files and by key stores") {
    assert(ask(byPem: _*) == Right("CN=client"))
    assert(ask(byStore: _*) == Right("CN=client"))
    assert(ask(byStore :+ ("tlsKeyStoreType" -> "PKCS12"): _*) == Right("CN=client"))
  }

  test("key stores in the older format JKS work, with and without their type") {
    def asJks(name: String): Unit = keytool(
      Seq("-importkeystore", "-noprompt", "-srckeystore", s"$name.p12", "-srcstoretype", "PKCS12") ++
        Seq("-srcstorepass", password, "-deststorepass", password) ++
        Seq("-destkeystore", s"$name.jks", "-deststoretype", "JKS"): _*
    )
    Seq("trusted", "client").foreach(asJks)
    val stores = Seq("tlsTrustStore" -> "trusted.jks", "tlsKeyStore" -> "client.jks")
    val passwords = Seq("tlsTrustStorePassword" -> password, "tlsKeyStorePassword" -> password)
    val types = Seq("tlsTrustStoreType" -> "JKS", "tlsKeyStoreType" -> "JKS")
    assert(ask(stores ++ passwords ++ types: _*) == Right("CN=client"))
    assert(ask(stores ++ passwords: _*) == Right("CN=client"), "the JDK recognizes the format by the first bytes")
  }

  test("a server of an unknown authority is not trusted, and the error names the options") {
    val own = error(byPem.drop(1): _*)
    assert(own.condition == Condition.TlsFailed && own.text.contains("tlsCaFile"), own.text)
    val other = error(byPem.updated(0, "tlsCaFile" -> "stranger.pem"): _*)
    assert(other.condition == Condition.TlsFailed && other.text.contains("not trusted"), other.text)
  }

  test("the next request reads a file that was replaced, and a file that is half written changes nothing") {
    def replaced(by: String) = Files.copy(path(by), path("bundle.pem"), StandardCopyOption.REPLACE_EXISTING)
    val options = byPem.updated(0, "tlsCaFile" -> "bundle.pem")
    replaced(by = "stranger.pem")
    assert(error(options: _*).condition == Condition.TlsFailed)
    replaced(by = "authority.pem")
    assert(ask(options: _*) == Right("CN=client"))
    Files.write(path("bundle.pem"), "-----BEGIN".getBytes)
    assert(ask(options: _*) == Right("CN=client"))
    replaced(by = "stranger.pem")
    assert(error(options: _*).condition == Condition.TlsFailed)
  }

  test("the error of a client without a certificate names tlsCertFile if the server demands a certificate") {
    val e = error(byPem.take(1): _*)
    // With TLS 1.3 the server may only close the connection.
    assert(Set[Condition](Condition.TlsFailed, Condition.ConnectionFailed)(e.condition), e.text)
    assert(e.text.contains("tlsCertFile"), e.text)
  }

  test("the error for an unusable file names the file and its option") {
    def says(e: RestError, texts: String*) =
      assert(e.condition == Condition.TlsInvalid && texts.forall(e.text.contains), e.text)
    says(error(byPem.updated(0, "tlsCaFile" -> "missing.pem"): _*), "tlsCaFile: ", "missing.pem", "no such file")
    says(error(byPem.updated(0, "tlsCaFile" -> "key.pem"): _*), "tlsCaFile: ", "BEGIN CERTIFICATE")
    says(error(byPem.updated(2, "tlsKeyFile" -> "chain.pem"): _*), "tlsKeyFile: ", "PRIVATE KEY")
    says(error(byStore.updated(3, "tlsKeyStorePassword" -> "wrong"): _*), "tlsKeyStore: ", "tlsKeyStorePassword")
    says(error(byStore.updated(2, "tlsKeyStore" -> "trusted.p12"): _*), "tlsKeyStore: ", "no private key")
    Files.copy(Paths.get("src/test/resources/keys/rsa-encrypted.pem"), path("encrypted.pem"))
    says(error(byPem.updated(2, "tlsKeyFile" -> "encrypted.pem"): _*), "tlsKeyFile: ", "tlsKeyPassword")
  }
}
