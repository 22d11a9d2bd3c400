"""A Log Analytics workspace on this machine: queries run on sample rows, Microsoft's analyzer reads them."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import duckdb
import duckdb_kql

from local.checks.packages import package
from local.node import node_at_hand
from shared.log import FIELDS
from tests.infra.logged import LOGGED, MEASURED, OF_EVERY_LINE
from tests.paths import ROOT

COMMON = {"TimeGenerated": "datetime", "OperationId": "string", "Properties": "dynamic"}
TABLES: Mapping[str, Mapping[str, str]] = {
    "AppTraces": {**COMMON, "Message": "string", "SeverityLevel": "int"},
    "AppRequests": {**COMMON, "Name": "string", "ResultCode": "string"},
    "AppDependencies": {**COMMON, "Name": "string"},
    "AppMetrics": {
        **COMMON,
        "Name": "string",
        "ItemCount": "int",
        "Sum": "real",
        "Min": "real",
        "Max": "real",
    },
}
"""Columns as Azure Monitor's reference has them, so far as queries use them."""
_SQL = {"datetime": "TIMESTAMP", "string": "VARCHAR", "dynamic": "JSON", "int": "INTEGER", "real": "DOUBLE"}
BEGAN = datetime.now(UTC).replace(tzinfo=None, microsecond=0) - timedelta(hours=1)
Cell = str | int | float | datetime | None


@dataclass
class Workspace:
    """Its tables, filled row by row; each row comes a second after the one before."""

    connection: duckdb.DuckDBPyConnection = field(default_factory=duckdb_kql.connect)
    rows: int = 0

    def __post_init__(self) -> None:
        for name, columns in TABLES.items():
            typed = ", ".join(f"{column} {_SQL[kind]}" for column, kind in columns.items())
            self.connection.execute(f"CREATE TABLE {name} ({typed})")

    def line(self, event: str, request_id: str = "", **fields: str | int | float | None) -> None:
        """A line that the code logs, with such fields and no others."""
        assert set(fields) <= LOGGED[event] & FIELDS | OF_EVERY_LINE, event
        of = {"request_id": request_id} if request_id else {}
        self._add("AppTraces", Message=json.dumps({"event": event, **of, **fields}))

    def noise(self) -> None:
        """What the host and others write into the same table."""
        self._add("AppTraces", Message="Executing 'Functions.run_request' (Reason='New queue message')")
        self._add("AppTraces", Message='{"not": "ours"}')

    def metric(self, name: str, *values: float, **attributes: str) -> None:
        """A measurement as the exporter sums it up: of an instrument, with its attributes and no others."""
        of = {key.replace("__", "."): value for key, value in attributes.items()}
        assert set(of) <= MEASURED[name]
        total, least, most = sum(values), min(values), max(values)
        self._add(
            "AppMetrics",
            Name=name,
            ItemCount=len(values),
            Sum=total,
            Min=least,
            Max=most,
            Properties=json.dumps(of),
        )

    def span(self, name: str, trace: str, **attributes: str) -> None:
        """A span of ours."""
        self._add("AppDependencies", Name=name, OperationId=trace, Properties=json.dumps(attributes))

    def request(self, name: str, code: int) -> None:
        """What the host notes of a call."""
        self._add("AppRequests", Name=name, ResultCode=str(code))

    def ask(self, query: str) -> list[dict[str, Cell]]:
        """The answer, row by row, without times."""
        answer = duckdb_kql.query(self.connection, query)
        rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()]
        return [{name: cell for name, cell in row.items() if not isinstance(cell, datetime)} for row in rows]

    def _add(self, table: str, **cells: Cell) -> None:
        self.rows += 1
        given = {"TimeGenerated": BEGAN + timedelta(seconds=self.rows), **cells}
        names, places = ", ".join(given), ", ".join("?" * len(given))
        self.connection.execute(
            f"INSERT INTO {table} ({names}) VALUES ({places})",  # noqa: S608 - names of ours
            list(given.values()),
        )


def text_of(path: str) -> str:
    """A query of `infra/`, by folder and name."""
    return (ROOT / "infra" / f"{path}.kql").read_text()


def faults_found(queries: Mapping[str, str]) -> dict[str, list[str]]:
    """What Microsoft's analyzer says of each query, over the tables above."""
    asked = {
        "package": str(package("@kusto/language-service-next")),
        "tables": TABLES,
        "queries": dict(queries),
    }
    done = subprocess.run(
        [node_at_hand().node, str(ROOT / "tests/infra/analyze.js")],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found
