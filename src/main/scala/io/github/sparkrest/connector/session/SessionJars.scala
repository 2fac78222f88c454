// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.session

/** Jars that a running session got by `ADD JAR`. */
private[connector] object SessionJars {

  /** Whether this class is in one of them. The loader of such jars is not public. */
  def isLoaderOf(found: Class[_]): Boolean =
    Option(found.getClassLoader).exists(_.getClass.getSimpleName == "NonClosableMutableURLClassLoader")
}
