// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector;

import io.github.sparkrest.connector.preview.RestPreviewTable;
import io.github.sparkrest.connector.session.SparkLine;
import java.util.Map;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** What Spark finds for {@code format("rest-preview")}. In Java, as {@link RestSource}. */
public final class RestPreviewSource implements TableProvider, DataSourceRegister {
  @Override
  public String shortName() {
    return "rest-preview";
  }

  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    SparkLine.checkThisJar();
    return RestPreviewTable.Columns();
  }

  @Override
  public Table getTable(StructType schema, Transform[] partitioning, Map<String, String> properties) {
    return RestPreviewTable.apply(properties);
  }
}
