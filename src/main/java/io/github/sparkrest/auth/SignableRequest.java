// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.auth;

import java.time.Instant;
import java.util.Optional;

/** One attempt of a request, as it will be sent. */
public interface SignableRequest {

  /** The HTTP method in upper case. */
  String method();

  /** The complete URL, percent-encoded. */
  String url();

  /** The value of a header, by a name in any case. */
  Optional<String> header(String name);

  /** The body, which is sent as UTF-8. Empty if the request has no body. */
  String body();

  /** The time of this attempt. */
  Instant time();

  /** Sets a header, and replaces another value of it. */
  void setHeader(String name, String value);

  /** Sets a query parameter, and replaces another value of it. Name and value are percent-encoded for you. */
  void setParameter(String name, String value);
}
