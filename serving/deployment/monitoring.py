"""monitoring.config: Prometheus reads the server's counters and latencies below its REST port."""

from __future__ import annotations

from google.protobuf import text_format

from serving.protos.monitoring_config_pb2 import MonitoringConfig

METRICS_PATH = "/monitoring/prometheus/metrics"


def monitoring_config() -> str:
    """The text of the file."""
    configuration = MonitoringConfig()
    configuration.prometheus_config.enable = True
    configuration.prometheus_config.path = METRICS_PATH
    text: str = text_format.MessageToString(configuration)
    return text
