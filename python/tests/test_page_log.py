# SPDX-License-Identifier: Apache-2.0
"""A page log that driver and executors do not share is an error at the first poll, not a loss."""

from pathlib import Path

import pyspark
from apis import Feed, ids_from
from process import Driver


def test_a_page_log_that_is_not_shared_is_one_clear_error(tmp_path: Path) -> None:
    # The scripts of a Spark installation start the executors of a local cluster. pyspark is such an installation.
    home = {"SPARK_HOME": str(Path(pyspark.__file__).parent)}
    with ids_from(Feed({"id": 1})) as api:
        url = f"{api.url}/data?start_id={{id}}"
        with Driver("unshared_page_log.py", url, str(tmp_path / "c"), log=tmp_path / "log", env=home) as driver:
            assert driver.wait() == 1
    said = driver.output()
    assert "[REST_LOG_NOT_SHARED]" in said
    assert "pageLogLocation" in said
