// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

import java.net.URI
import java.nio.file.{Path, Paths}

import scala.util.Try

import io.github.sparkrest.error.RestError
import io.github.sparkrest.options.tables.OptType
import io.github.sparkrest.options.values.Origin

/** The operator's limits on options: Spark settings `spark.rest.policy.…` of the application, which no option and no `SET`
  * changes. A list that is not set permits everything except the system's files and the cluster's credentials. An empty list
  * permits nothing.
  *
  * @param paths files and folders for `file:`, the `tls…` options and `saveTo`
  * @param env environment variables for `env:`; `APP_*` means all with this prefix
  * @param settings Spark settings for `conf:`, in the same form
  * @param aliases Hadoop credentials for `hadoop:`, in the same form
  * @param hosts hosts that requests may reach: a name, `name:port`, or `*.domain`
  * @param privateNetworks `false`: `allowPrivateHosts` is `false` for all queries
  * @param tokenStores files and folders for `oauth2TokenStore`
  * @param authClasses classes for `authClass`; `com.acme.*` means all with this prefix
  * @param bodyReferences whether references are read in `body`, `initialBody` and `inputData`
  */
final case class Policy(
    paths: Option[Seq[String]] = None,
    env: Option[Seq[String]] = None,
    hosts: Option[Seq[String]] = None,
    privateNetworks: Boolean = true,
    tokenStores: Option[Seq[String]] = None,
    bodyReferences: Boolean = false,
    settings: Option[Seq[String]] = None,
    aliases: Option[Seq[String]] = None,
    authClasses: Option[Seq[String]] = None
) {
  import Policy._

  /** The reason why this file may not be read. */
  def refusesFile(file: String): Option[String] = refuses(file, paths, AllowedPaths).orElse {
    // These show the state of the system, for example the environment variables of the JVM.
    if (Seq("/proc", "/sys").exists(real(file).startsWith(_))) Some(s"$file is not a regular file") else None
  }

  /** The reason why files may not be written to this folder.
    *
    * @param folder with its scheme, because without one the storage of the cluster would decide where it is
    */
  def refusesFolder(folder: String): Option[String] = Try(new URI(folder)).toOption.filter(_.getScheme != null) match {
    case None => Some(s"$folder is not a URL with a scheme, such as file:///data/files or s3a://bucket/files")
    case Some(u) if u.getScheme.equalsIgnoreCase("file") => refusesFile(u.getPath)
    case Some(u)                                         =>
      def within(allowed: String) = Try(new URI(allowed)).toOption.exists { a =>
        val path = s"${a.getPath.stripSuffix("/")}/"
        u.getScheme.equalsIgnoreCase(String.valueOf(a.getScheme)) && a.getAuthority == u.getAuthority &&
        s"${u.normalize.getPath.stripSuffix("/")}/".startsWith(path)
      }
      paths.filterNot(_.exists(within)).map(_ => s"$folder is not within the operator's $Prefix$AllowedPaths")
  }

  def refusesTokenStore(file: String): Option[String] = refuses(file, tokenStores, AllowedTokenStores)

  def refusesVariable(name: String): Option[String] =
    refusesName(s"the environment variable $name", name, env, AllowedEnv, Nil)

  def refusesSetting(key: String): Option[String] =
    refusesName(s"the Spark setting $key", key, settings, AllowedConf, ClusterSettings)

  def refusesAlias(alias: String): Option[String] =
    refusesName(s"the Hadoop credential $alias", alias, aliases, AllowedAliases, ClusterAliases)

  def refusesClass(name: String): Option[String] =
    refusesName(s"the class $name", name, authClasses, AllowedAuthClasses, Nil)

  def refusesHost(url: String): Option[String] = hosts
    .filterNot(h => Try(new URI(url)).toOption.exists(Origin.isAmong(h, _)))
    .map(_ => s"the host is not in the operator's $Prefix$AllowedHosts")

  /** @param cluster beginnings of names that only a list of the operator permits */
  private def refusesName(
      what: String,
      name: String,
      list: Option[Seq[String]],
      setting: String,
      cluster: Seq[String]
  ) =
    list match {
      case Some(listed) if listed.exists(p => if (p.endsWith("*")) name.startsWith(p.dropRight(1)) else name == p) =>
        None
      case Some(_)                                 => Some(s"$what is not in the operator's $Prefix$setting")
      case None if cluster.exists(name.startsWith) =>
        Some(s"$what is a credential of the cluster, and not in the operator's $Prefix$setting")
      case None => None
    }

  private def refuses(file: String, allowed: Option[Seq[String]], setting: String): Option[String] = allowed
    .filterNot(_.exists(folder => real(file).startsWith(real(folder))))
    .map(_ => s"$file is not within the operator's $Prefix$setting")
}

object Policy {
  val Prefix = "spark.rest.policy."
  private val AllowedPaths = "allowedPaths"
  private val AllowedEnv = "allowedEnv"
  private val AllowedHosts = "allowedHosts"
  private val PrivateNetworks = "privateNetworks"
  private val AllowedTokenStores = "allowedTokenStores"
  private val BodyReferences = "bodyReferences"
  private val AllowedConf = "allowedConf"
  private val AllowedAliases = "allowedAliases"
  private val AllowedAuthClasses = "allowedAuthClasses"
  private val names = Seq(
    AllowedPaths,
    AllowedEnv,
    AllowedConf,
    AllowedAliases,
    AllowedHosts,
    PrivateNetworks,
    AllowedTokenStores,
    AllowedAuthClasses,
    BodyReferences
  )

  /** Settings of Spark's own logins, and of Hadoop with the keys of the storage. */
  private val ClusterSettings = Seq("spark.hadoop.", "spark.ssl.", "spark.authenticate.")

  /** Hadoop's components name their credentials after the setting that a credential replaces. */
  private val ClusterAliases = Seq("fs.", "dfs.", "ssl.", "hadoop.", "yarn.", "javax.jdo.")

  val Open: Policy = Policy()

  /** An unreadable setting is an error, because ignoring it would permit everything.
    *
    * @param settings without the prefix
    */
  def of(settings: Map[String, String]): Either[RestError, Policy] = {
    def list(name: String) = settings.get(name).map(_.split(",").toSeq.map(_.trim).filter(_.nonEmpty))
    def flag(name: String, default: Boolean) = settings.get(name).fold(Option(default))(OptType.Flag.read)
    val unknown = settings.keys.toSeq.sorted.filterNot(names.contains).map { n =>
      s"$Prefix$n: is not a setting; known: ${names.mkString(", ")}"
    }
    val wrong = Seq(PrivateNetworks, BodyReferences)
      .filter(flag(_, default = true).isEmpty)
      .map(n => s"""$Prefix$n: "${settings(n)}" is not allowed; allowed: true or false""")
    if (unknown.nonEmpty || wrong.nonEmpty)
      Left(RestError.wrongOptions(unknown ++ wrong, "Correct the Spark settings of the application."))
    else
      Right(
        Policy(
          list(AllowedPaths),
          list(AllowedEnv),
          list(AllowedHosts),
          flag(PrivateNetworks, default = true).contains(true),
          list(AllowedTokenStores),
          flag(BodyReferences, default = false).contains(true),
          list(AllowedConf),
          list(AllowedAliases),
          list(AllowedAuthClasses)
        )
      )
  }

  /** Resolves symbolic links and `..`, which could lead out of a permitted folder. A file that does not exist yet is resolved
    * by its folder.
    */
  private def real(file: String): Path = {
    val path = Paths.get(file.stripPrefix("file://").stripPrefix("file:")).toAbsolutePath.normalize
    def up(p: Path): Path = Try(p.toRealPath()).getOrElse {
      Option(p.getParent).fold(p)(parent => up(parent).resolve(p.getFileName))
    }
    up(path)
  }
}
