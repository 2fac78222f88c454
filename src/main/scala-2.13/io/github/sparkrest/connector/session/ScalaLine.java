// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.session;

/** What this jar is compiled for, as a constant: {@code BuildInfo} is Scala, and may not load on the other line. */
final class ScalaLine {
  static final String VERSION = "2.13";

  private ScalaLine() {}
}
