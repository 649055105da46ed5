"""Figures of the live line, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

CONNECTIONS = Gauge("fairmatch_live_connections", "Greeted connections of this worker.", multiprocess_mode="livesum")
CLOSED = Counter("fairmatch_live_closed_total", "Connections closed by the server, by code.", ["code"])
REQUESTS = Counter("fairmatch_live_requests_total", "Requests by method and outcome.", ["method", "outcome"])
DELIVERIES = Counter("fairmatch_live_deliveries_total", "Events written to connections.")
FRAMES = Counter("fairmatch_live_frames_total", "Event frames written to connections.")
DROPS = Counter("fairmatch_live_drops_total", "Passing and state events not given to slow connections.")
RESYNCS = Counter("fairmatch_live_resyncs_total", "Slow or hidden connections caught up from their position.")
GAPS = Counter("fairmatch_live_gaps_total", "Gaps between bus and log that were healed from the database.")
READS = Counter("fairmatch_live_log_reads_total", "Reads of the log from the database: events, or tops.", ["what"])
READS.labels("events")  # so that it is told from the start that there was none
COMMIT_BATCH = Histogram(
    "fairmatch_live_commit_batch",
    "Events committed in one transaction.",
    buckets=(1, 2, 5, 10, 20, 50),
)
COMMIT_SECONDS = Histogram(
    "fairmatch_live_ack_seconds",
    "From the arrival of an append to its acknowledgement.",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5),
)
UNAVAILABLE = Counter("fairmatch_live_unavailable_total", "Appends refused because the database was away.")
BUS_SILENCE = Gauge(
    "fairmatch_live_bus_silence_seconds",
    "Since the bus last proved to deliver.",
    multiprocess_mode="max",
)
PRESENT = Gauge(
    "fairmatch_live_present",
    "People present in rooms, as this worker sees them.",
    multiprocess_mode="max",
)
