// SPDX-License-Identifier: Apache-2.0
// A login of your own. Compile it against the jar of spark-rest, and give Spark the jar with this class:
//
//   javac -cp spark-rest_2.13-0.1.0.jar -d classes AcmeSigner.java
//   jar --create --file acme-signer.jar -C classes .
//   spark-submit --jars acme-signer.jar …
//
// The options are then authType=Custom, authClass=com.acme.AcmeSigner and
// authSettings={"client": "c-17", "secret": "env:ACME_SECRET"}.
package com.acme;

import io.github.sparkrest.auth.RequestSigner;
import io.github.sparkrest.auth.SignableRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** An HMAC whose key is valid for one day: the secret of the client signs the date, and the result signs the request. */
public final class AcmeSigner implements RequestSigner {
  private String client;
  private String secret;

  @Override
  public void configure(Map<String, String> settings) {
    client = settings.get("client");
    secret = settings.get("secret");
    if (client == null || secret == null) {
      throw new IllegalArgumentException("authSettings needs client and secret");
    }
  }

  @Override
  public void sign(SignableRequest request) throws Exception {
    String time = request.time().toString();
    byte[] keyOfDay = hmac(secret.getBytes(StandardCharsets.UTF_8), time.substring(0, 10));
    String path = URI.create(request.url()).getRawPath();
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(request.body().getBytes(StandardCharsets.UTF_8));
    String text = request.method() + "\n" + path + "\n" + time + "\n" + Base64.getEncoder().encodeToString(hash);
    String signature = Base64.getEncoder().encodeToString(hmac(keyOfDay, text));
    request.setHeader("X-Acme-Time", time);
    request.setHeader("Authorization", "Acme " + client + ":" + signature);
  }

  private static byte[] hmac(byte[] key, String text) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }
}
