// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.auth;

import java.util.Map;

/**
 * Your own login: a class that adds credentials to requests. Name it with the options {@code authType=Custom} and
 * {@code authClass}.
 *
 * <p>The class needs a public constructor without parameters. Each executor creates one instance for each combination of class
 * and settings, and several threads use it at the same time. An instance is never serialized.
 */
public interface RequestSigner {

  /**
   * Called once, right after the constructor.
   *
   * @param settings the option {@code authSettings}; references such as {@code env:NAME} are already values
   */
  default void configure(Map<String, String> settings) throws Exception {}

  /**
   * Adds credentials to one attempt of a request. A retry, a page and a redirect within the origin are further attempts.
   * The connector removes the values that this method sets from its messages. The text of an exception appears in errors, so it
   * must not contain a secret.
   */
  void sign(SignableRequest request) throws Exception;

  /**
   * Called when the API answered with 401. Return true if {@link #sign} has other credentials now. The request is then sent once
   * more.
   *
   * @param refused the request as it was sent
   */
  default boolean renew(SignableRequest refused) throws Exception {
    return false;
  }
}
