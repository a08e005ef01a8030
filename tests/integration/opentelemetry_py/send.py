"""OpenTelemetry's Python SDK: OTLP over HTTP in protobuf, gzipped."""

import json
import os
import pathlib

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource

SEVERITY = {"info": SeverityNumber.INFO, "warn": SeverityNumber.WARN, "error": SeverityNumber.ERROR}

provider = LoggerProvider(Resource({"service.name": os.environ["NAME"], "host.name": "sender"}))
exporter = OTLPLogExporter(os.environ["URL"] + "/v1/logs", compression=Compression.Gzip)
provider.add_log_record_processor(BatchLogRecordProcessor(exporter, max_export_batch_size=100))
logger = provider.get_logger("orders", "1.2")
for line in pathlib.Path(os.environ["EVENTS"]).read_text().splitlines():
    event = json.loads(line)
    record = LogRecord(
        timestamp=event["ns"],
        severity_text=event["level"].upper(),
        severity_number=SEVERITY[event["level"]],
        body=event["message"],
        attributes={"n": event["n"], "paid": event["n"] % 2 == 0, "tags": ["a", "b"]},
    )
    logger.emit(record)
provider.shutdown()
