// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import io.github.sparkrest.config.{AuthConfig, AuthOptions, RestConfig}
import io.github.sparkrest.options.{OptionReader, RestOptions, SecretReference}

/** Reads the credentials of the options again. A poll with many pages, or a batch read, may take longer than a token is valid that
  * another process renews in its file, as Kubernetes does.
  */
final private class RenewedFiles(config: RestConfig) {
  private val mayChange =
    config.options.only(RestOptions.authentication.map(_.name)).values.exists(SecretReference.mayChange)

  /** `None`: no option refers to a file or a Hadoop credential, or they cannot be read now. */
  def read(): Option[AuthConfig] = if (!mayChange) None
  else {
    val reader = new OptionReader(config.options, config.policy, config.secrets)
    val auth = AuthOptions(reader, config.input.isDefined && !config.streaming)
    reader.result(auth).toOption
  }
}
