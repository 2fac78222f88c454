// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.error

/** The kind of a failure. The docs page of errors is generated from [[Condition.all]].
  *
  * @param name appears in messages as `[REST_NAME]`; it never changes once released
  * @param effect of a failed poll on the stream
  */
sealed abstract class Condition(val name: String, val effect: Effect)(val doc: String) extends Product with Serializable {

  /** A failure of this kind: see [[RestError]]. */
  def apply(
      message: String,
      hint: String,
      retryAfterMs: Option[Long] = None,
      repeatable: Boolean = true
  ): RestError = RestError(this, message, hint, retryAfterMs, repeatable)

  /** The same, to be thrown. */
  def exception(message: String, hint: String): RestException = apply(message, hint).toException
}

object Condition {
  import Effect._

  case object InvalidOptions
      extends Condition("INVALID_OPTIONS", Fatal)(
        "Options are missing, unknown or have values that are not allowed. The message lists all of them."
      )
  case object ApiError
      extends Condition("API_ERROR", Retry)(
        "The API responded with a transient status code: 408, 429, 5xx, or a code in `retryStatusCodes`."
      )
  case object ApiRefused
      extends Condition("API_REFUSED", FatalAtFirst)(
        "The API refused the request permanently: 401, 403, 404 or another 4xx, or a 3xx without a usable `Location`."
      )
  case object ConnectionFailed
      extends Condition("CONNECTION_FAILED", Retry)(
        "The connection failed or broke, or the response did not arrive in time."
      )
  case object TokenUnavailable
      extends Condition("TOKEN_UNAVAILABLE", Retry)(
        "`oauth2TokenUrl` or `sessionUrl` responded with a transient status code: 408, 429 or 5xx."
      )
  case object TokenRefused
      extends Condition("TOKEN_REFUSED", FatalAtFirst)(
        "`oauth2TokenUrl` issued no access token, because it does not accept the client, the grant or the scope. Or the login at `sessionUrl` failed."
      )
  case object TokenExpired
      extends Condition("TOKEN_EXPIRED", NextInterval)(
        "The API no longer accepts an access token of `oauth2GrantType=refresh_token`. The driver fetches a new token."
      )
  case object TokenStoreFailed
      extends Condition("TOKEN_STORE_FAILED", FatalAtFirst)(
        "The driver cannot read or write `oauth2TokenStore`."
      )
  case object AuthClassFailed
      extends Condition("AUTH_CLASS_FAILED", FatalAtFirst)(
        "The class `authClass` is not on the class path of an executor, is not a `RequestSigner`, or threw an exception."
      )
  case object TlsInvalid
      extends Condition("TLS_INVALID", Fatal)(
        "The `tls…` options name a certificate, key or key store that cannot be used."
      )
  case object TlsFailed
      extends Condition("TLS_FAILED", FatalAtFirst)(
        "The certificate of the server is not trusted, or the server does not accept the certificate of the client."
      )
  case object AddressRefused
      extends Condition("ADDRESS_REFUSED", Fatal)(
        "A URL must not be requested. The next page has another origin or is not http(s), the host is not public and `allowPrivateHosts` is `false`, or the operator's policy does not permit the host."
      )
  case object ValueRefused
      extends Condition("VALUE_REFUSED", FatalAtFirst)(
        "A value of an input row, or an offset, cannot replace its placeholder. In a path it is empty or `..`, in a header it contains a line break, or it is a host that `allowedHosts` does not contain."
      )
  case object RedirectRefused
      extends Condition("REDIRECT_REFUSED", FatalAtFirst)(
        "The API redirected the request to a URL that is not followed: another origin, http after https, a cycle, or more than 10 redirects."
      )
  case object PageRepeated
      extends Condition("PAGE_REPEATED", NextInterval)(
        "The API named a page that was already read, so the poll would never end."
      )
  case object CursorExpired
      extends Condition("CURSOR_EXPIRED", Fatal)(
        "The API no longer accepts the stored cursor, and `onCursorExpired` is `fail`."
      )
  case object ApiReportedError
      extends Condition("API_REPORTED_ERROR", Retry)(
        "The status code means success, but the body matches `errorWhen`."
      )
  case object JobFailed
      extends Condition("JOB_FAILED", Retry)(
        "The API created no job, or reports that the job failed, no longer knows it, or did not finish it within `jobTimeout`. The next job begins at the same offset."
      )
  case object PagesEndEarly
      extends Condition("PAGES_END_EARLY", NextInterval)(
        "The API reports more records than its pages contain. The offset does not move, because the other records would be lost."
      )
  case object InvalidResponse
      extends Condition("INVALID_RESPONSE", NextInterval)(
        "The body is not valid JSON, CSV or XML: it is truncated, HTML, or another format. Or it is a zip archive that is cut or encrypted. Or its records do not have the form that `dataField` and `addedFields` describe."
      )
  case object DataFieldNotFound
      extends Condition("DATA_FIELD_NOT_FOUND", FatalAtFirst)(
        "The response has no records at `dataField`. The message lists the paths that exist."
      )
  case object ResponseTooLarge
      extends Condition("RESPONSE_TOO_LARGE", Fatal)(
        "A response is larger than `maxResponseBytes`, or a single record is larger than its share of the memory of the JVM (an eighth for JSON)."
      )
  case object OffsetFieldNotFound
      extends Condition("OFFSET_FIELD_NOT_FOUND", Fatal)(
        "Neither the response nor its records have the field `offsetField`. The message lists the fields that exist."
      )
  case object BackfillFieldWrong
      extends Condition("BACKFILL_FIELD_WRONG", NextInterval)(
        "A backfill cannot tell by `offsetField` to which slice a record belongs: no record has the field, or the API selects by another time. The live lane goes on."
      )
  case object RecordKeyUnusable
      extends Condition("RECORD_KEY_UNUSABLE", FatalAtFirst)(
        "With `readChanges` or `offsetType=queue`, a record lacks a field of `recordKey` or of its acknowledgement, or its key is longer than 1,000 characters."
      )
  case object OffsetValueInvalid
      extends Condition("OFFSET_VALUE_INVALID", Fatal)(
        "The value of `offsetField` does not fit `offsetType`."
      )
  case object CallLost
      extends Condition("CALL_LOST", Fatal)(
        "With `callStrictlyOnce`, a task ended before it reported its results. Its calls may have been made."
      )
  case object SchemaChanged
      extends Condition("SCHEMA_CHANGED", Fatal)(
        "A record has fields that the schema lacks. With `schemaEvolutionMode=addNewColumns` the new schema is stored; restart the query. With `failOnNewColumns` it is not stored."
      )
  case object SchemaLocationUnusable
      extends Condition("SCHEMA_LOCATION_UNUSABLE", Fatal)(
        "The schema in `schemaLocation` is unreadable, was written by a later version of spark-rest, or is not visible to the executors."
      )
  case object NothingToInfer
      extends Condition("NOTHING_TO_INFER", Fatal)(
        "The first response has no records, so no schema can be inferred."
      )
  case object LogNotShared
      extends Condition("LOG_NOT_SHARED", Fatal)(
        "Driver and executors do not see the same files in the folder of the page log."
      )
  case object StoreUnsupported
      extends Condition("STORE_UNSUPPORTED", Fatal)(
        "Two runs would not notice each other on this object store."
      )
  case object NewerRun
      extends Condition("NEWER_RUN", Fatal)(
        "Another run of the query took over this checkpoint. The newer run continues, and this run stops."
      )
  case object SourceChanged
      extends Condition("SOURCE_CHANGED", Fatal)(
        "`url`, `offsetField` or `offsetType` differ from the checkpoint, or with `readChanges` the `recordKey`."
      )
  case object SourceMoved
      extends Condition("SOURCE_MOVED", Fatal)(
        "The checkpoint has the source under another name: `name()` was added, changed or removed. Or `pageLogLocation` has changed, and the page log is still in the former folder."
      )
  case object CheckpointUnreadable
      extends Condition("CHECKPOINT_UNREADABLE", Fatal)(
        "An offset, a manifest or a page file is unreadable, or was written by a later version of spark-rest."
      )
  case object PageMissing
      extends Condition("PAGE_MISSING", Fatal)(
        "A batch has to run again, but its pages are no longer in the page log."
      )
  case object TooManyErrors
      extends Condition("TOO_MANY_ERRORS", Fatal)(
        "`maxConsecutiveErrors` polls failed in a row, or one poll failed with `onError=fail`, `Trigger.AvailableNow` or `Trigger.Once`."
      )
  case object WrongSpark
      extends Condition("WRONG_SPARK", Fatal)(
        "The jar on the class path is for another version of Spark or Scala. `spark-rest_2.12` is for Spark 3.5, `spark-rest_2.13` for Spark 4."
      )
  case object PollerStopped
      extends Condition("POLLER_STOPPED", Fatal)(
        "The poller ended because of an error inside the connector or Spark."
      )

  // format: off
  val all: Seq[Condition] = Seq(
    InvalidOptions, ApiError, ApiRefused, ConnectionFailed, TokenUnavailable, TokenRefused, TokenExpired,
    TokenStoreFailed, AuthClassFailed, TlsInvalid, TlsFailed, AddressRefused, ValueRefused, RedirectRefused,
    PageRepeated, CursorExpired, ApiReportedError, JobFailed, PagesEndEarly, InvalidResponse, DataFieldNotFound,
    ResponseTooLarge, OffsetFieldNotFound, BackfillFieldWrong, RecordKeyUnusable, OffsetValueInvalid, CallLost,
    SchemaChanged, SchemaLocationUnusable, NothingToInfer, LogNotShared, StoreUnsupported, NewerRun, SourceChanged, SourceMoved,
    CheckpointUnreadable, PageMissing, TooManyErrors, WrongSpark, PollerStopped
  )
  // format: on

  def named(name: String): Option[Condition] = all.find(_.name == name)
}

/** The effect of a failed poll on the stream. */
sealed trait Effect
object Effect {

  /** The request is retried within the poll (`maxRetries`), then at the next interval, at the same offset. */
  case object Retry extends Effect

  /** The next poll, after the interval, begins at the same offset. */
  case object NextInterval extends Effect

  /** The same as [[NextInterval]], but fatal on the first poll of a new checkpoint. No poll has ever succeeded, so a setting is
    * likely to be wrong.
    */
  case object FatalAtFirst extends Effect

  /** The query fails, because a retry cannot succeed. */
  case object Fatal extends Effect
}
