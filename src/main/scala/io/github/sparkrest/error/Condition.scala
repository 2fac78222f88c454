// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.error

/** What kind of failure it was, by name. The docs page of errors is generated from [[Condition.all]].
  *
  * @param name stands in the message as `[REST_NAME]`; never changes once released
  * @param effect what a stream does when a poll ends so
  */
sealed abstract class Condition(val name: String, val effect: Effect, val doc: String) extends Product with Serializable

/** What follows for the stream. */
sealed trait Effect
object Effect {

  /** Asked again within the poll (`maxRetries`), then at the next interval, at the same offset. */
  case object Retry extends Effect

  /** Asked again at the next interval, at the same offset. */
  case object NextInterval extends Effect

  /** As [[NextInterval]], but fatal on the first poll of a new checkpoint: nothing ever worked, so it is a wrong setting. */
  case object FatalAtFirst extends Effect

  /** The query fails: repeating cannot help. */
  case object Fatal extends Effect
}

object Condition {
  import Effect._

  case object InvalidOptions
      extends Condition(
        "INVALID_OPTIONS",
        Fatal,
        "Options are missing, unknown or have values that are not allowed. All of them are listed."
      )
  case object ApiError
      extends Condition(
        "API_ERROR",
        Retry,
        "The API answered with a status that may pass: 408, 429, 5xx, or one of `retryStatusCodes`."
      )
  case object ApiRefused
      extends Condition(
        "API_REFUSED",
        FatalAtFirst,
        "The API refused the request for good: 401, 403, 404 or another 4xx, or a 3xx that leads nowhere."
      )
  case object ConnectionFailed
      extends Condition("CONNECTION_FAILED", Retry, "No connection, a connection that broke, or no answer in time.")
  case object TokenUnavailable
      extends Condition(
        "TOKEN_UNAVAILABLE",
        Retry,
        "`oauth2TokenUrl` answered with a status that may pass: 408, 429 or 5xx."
      )
  case object TokenRefused
      extends Condition(
        "TOKEN_REFUSED",
        FatalAtFirst,
        "`oauth2TokenUrl` gave no access token: the client, the grant or the scope is not accepted."
      )
  case object TokenExpired
      extends Condition(
        "TOKEN_EXPIRED",
        NextInterval,
        "The API no longer takes an access token of `oauth2GrantType=refresh_token`; the driver fetches another one."
      )
  case object TokenStoreFailed
      extends Condition(
        "TOKEN_STORE_FAILED",
        FatalAtFirst,
        "`oauth2TokenStore` cannot be read or written by the driver."
      )
  case object TlsInvalid
      extends Condition("TLS_INVALID", Fatal, "A certificate, key or key store of the `tls…` options cannot be used.")
  case object TlsFailed
      extends Condition(
        "TLS_FAILED",
        FatalAtFirst,
        "The server's certificate is not trusted, or the server does not take the client's."
      )
  case object AddressRefused
      extends Condition(
        "ADDRESS_REFUSED",
        Fatal,
        "The API named a next page at an address that must not be followed: another origin, or no http(s). Or an address is not public, and `allowPrivateHosts` is `false`; or the operator's policy does not permit the host."
      )
  case object ValueRefused
      extends Condition(
        "VALUE_REFUSED",
        FatalAtFirst,
        "A value of an input row, or an offset, cannot stand where its placeholder is: in a path it is empty or `..`, in a header it has a line break, or it names a host that `allowedHosts` does not."
      )
  case object RedirectRefused
      extends Condition(
        "REDIRECT_REFUSED",
        FatalAtFirst,
        "The API redirected the request to an address that is not followed: another origin, http after https, in a circle, or more than 10 times."
      )
  case object PageRepeated
      extends Condition("PAGE_REPEATED", NextInterval, "The API named a page that was already read: it would never end.")
  case object CursorExpired
      extends Condition(
        "CURSOR_EXPIRED",
        Fatal,
        "The API no longer accepts the stored cursor, and `onCursorExpired` is `fail`."
      )
  case object ApiReportedError
      extends Condition("API_REPORTED_ERROR", Retry, "A successful status, with a body that `errorWhen` calls an error.")
  case object PagesEndEarly
      extends Condition(
        "PAGES_END_EARLY",
        NextInterval,
        "The API names more records than its pages hold. The offset stays where it is: the other records would be lost."
      )
  case object InvalidResponse
      extends Condition(
        "INVALID_RESPONSE",
        NextInterval,
        "The body is not the JSON that was promised: cut short, HTML, or no JSON at all."
      )
  case object DataFieldNotFound
      extends Condition(
        "DATA_FIELD_NOT_FOUND",
        FatalAtFirst,
        "The response has no records where `dataField` says. The paths that exist are listed."
      )
  case object ResponseTooLarge
      extends Condition(
        "RESPONSE_TOO_LARGE",
        Fatal,
        "A response or a single record is larger than `maxResponseBytes` allows."
      )
  case object OffsetFieldNotFound
      extends Condition(
        "OFFSET_FIELD_NOT_FOUND",
        Fatal,
        "Neither the response nor its records have the field named by `offsetField`. The fields found are listed."
      )
  case object OffsetValueInvalid
      extends Condition(
        "OFFSET_VALUE_INVALID",
        Fatal,
        "The value of `offsetField` cannot be used by the `offsetType` that was asked for."
      )
  case object CallLost
      extends Condition(
        "CALL_LOST",
        Fatal,
        "With `callStrictlyOnce`, a task ended after its calls may have been made and before it told their results."
      )
  case object SchemaChanged
      extends Condition(
        "SCHEMA_CHANGED",
        Fatal,
        "A record has fields that the schema lacks. With `schemaEvolutionMode=addNewColumns` the schema with them is stored: start the query again. With `failOnNewColumns` it is not."
      )
  case object SchemaLocationUnusable
      extends Condition(
        "SCHEMA_LOCATION_UNUSABLE",
        Fatal,
        "What is stored in `schemaLocation` cannot be understood, is of a later version of spark-rest, or is not seen by the executors."
      )
  case object NothingToInfer
      extends Condition("NOTHING_TO_INFER", Fatal, "The first response has no record to infer a schema from.")
  case object LogNotShared
      extends Condition("LOG_NOT_SHARED", Fatal, "Driver and executors do not see the same files where the page log is.")
  case object NewerRun
      extends Condition(
        "NEWER_RUN",
        Fatal,
        "Another run of the query took over this checkpoint. The newer goes on, this one stops."
      )
  case object SourceChanged
      extends Condition(
        "SOURCE_CHANGED",
        Fatal,
        "url, offsetField or offsetType are not those that the checkpoint was made with."
      )
  case object CheckpointUnreadable
      extends Condition(
        "CHECKPOINT_UNREADABLE",
        Fatal,
        "An offset, a manifest or a page file cannot be understood, or is of a later version of spark-rest."
      )
  case object PageMissing
      extends Condition("PAGE_MISSING", Fatal, "A batch to be run again needs pages that are no longer in the page log.")
  case object TooManyErrors
      extends Condition(
        "TOO_MANY_ERRORS",
        Fatal,
        "`maxConsecutiveErrors` polls failed, or one did with `onError=fail` or under Trigger.AvailableNow."
      )
  case object WrongSpark
      extends Condition(
        "WRONG_SPARK",
        Fatal,
        "The jar on the class path is for another Spark or Scala line: `spark-rest_2.12` is for Spark 3.5, `spark-rest_2.13` for Spark 4."
      )
  case object PollerStopped
      extends Condition("POLLER_STOPPED", Fatal, "The poller ended by an error inside the connector or in Spark.")

  val all: Seq[Condition] = Seq(
    InvalidOptions,
    ApiError,
    ApiRefused,
    ConnectionFailed,
    TokenUnavailable,
    TokenRefused,
    TokenExpired,
    TokenStoreFailed,
    TlsInvalid,
    TlsFailed,
    AddressRefused,
    ValueRefused,
    RedirectRefused,
    PageRepeated,
    CursorExpired,
    ApiReportedError,
    PagesEndEarly,
    InvalidResponse,
    DataFieldNotFound,
    ResponseTooLarge,
    OffsetFieldNotFound,
    OffsetValueInvalid,
    CallLost,
    SchemaChanged,
    SchemaLocationUnusable,
    NothingToInfer,
    LogNotShared,
    NewerRun,
    SourceChanged,
    CheckpointUnreadable,
    PageMissing,
    TooManyErrors,
    WrongSpark,
    PollerStopped
  )

  def named(name: String): Option[Condition] = all.find(_.name == name)
}
