// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.github.sparkrest.rows.parser.ParserSettings;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Locale;
import org.apache.spark.sql.catalyst.json.JSONOptions;
import org.apache.spark.sql.catalyst.json.JacksonParser;
import org.apache.spark.sql.catalyst.json.JsonInferSchema;
import org.apache.spark.sql.catalyst.util.ParseMode;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.sources.Filter;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.collection.immutable.List;

/**
 * What Spark's JSON parser is made with. In Java because Spark 3.5 declares JSONOptions {@code private[sql]}, which Scala obeys
 * and the JVM does not know; for the same reason no signature here names that class.
 */
final class SparkJson {
  private final JSONOptions options;
  private JsonFactory factory;
  private JsonInferSchema inference;

  SparkJson(JsonRowSettings settings) {
    options = new JSONOptions(settings.options(), settings.timeZone(), settings.corruptColumn());
  }

  /** The column for corrupt records: from the option, otherwise from the session. */
  String corruptColumn() {
    return options.columnNameOfCorruptRecord();
  }

  ParseMode mode() {
    return options.parseMode();
  }

  /** @param noFilters the empty list: its type fits the constructors of Spark 3.5 and 4 alike */
  JacksonParser parser(StructType schema, List<Filter> noFilters) {
    return new JacksonParser(schema, options, true, noFilters);
  }

  /**
   * What of these options matters to {@link RecordParser}, which reads only strict JSON. The options that are not here only say
   * what else Spark's parser accepts.
   */
  ParserSettings parserSettings() {
    return new ParserSettings(
        options.dateFormatInRead().isEmpty(),
        options.timestampFormatInRead().isEmpty(),
        options.timestampNTZFormatInRead().isEmpty(),
        options.locale().equals(Locale.US),
        // Spark 3.5 formats a value that is not a string itself.
        !org.apache.spark.package$.MODULE$.SPARK_VERSION().startsWith("3.")
            && Boolean.parseBoolean(SQLConf.get().getConfString(EXACT_STRINGS, "true")),
        options.zoneId());
  }

  private static final String EXACT_STRINGS = "spark.sql.json.enableExactStringParsing";

  /** The type of one record, as {@code spark.read.json} infers it; {@code NullType} for null and for invalid JSON. */
  DataType infer(byte[] buf, int from, int to) {
    if (inference == null) inference = new JsonInferSchema(options);
    try (JsonParser parser = parserOf(buf, from, to)) {
      return parser.nextToken() == null ? DataTypes.NullType : inference.inferField(parser);
    } catch (IOException | RuntimeException e) {
      return DataTypes.NullType;
    }
  }

  /** Whether the text is JSON to its end, or a variant of JSON that the options allow. */
  boolean isJson(byte[] buf, int from, int to) {
    try (JsonParser parser = parserOf(buf, from, to)) {
      while (parser.nextToken() != null) {
        // Jackson checks a number when its text is read.
        if (parser.currentToken().isNumeric()) parser.getText();
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private JsonParser parserOf(byte[] buf, int from, int to) throws IOException {
    if (factory == null) factory = options.buildJsonFactory();
    return factory.createParser(buf, from, to - from);
  }

  /** The type for values of both types, as {@code spark.read.json} infers it. Spark 4 has an additional parameter: the type of text. */
  static DataType compatible(DataType one, DataType other) {
    try {
      return (DataType)
          (COMPATIBLE.getParameterCount() == 2
              ? COMPATIBLE.invoke(null, one, other)
              : COMPATIBLE.invoke(null, one, other, DataTypes.StringType));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("JsonInferSchema.compatibleType", e);
    }
  }

  private static final Method COMPATIBLE =
      Arrays.stream(JsonInferSchema.class.getMethods())
          .filter(m -> m.getName().equals("compatibleType"))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("this Spark has no JsonInferSchema.compatibleType"));
}
