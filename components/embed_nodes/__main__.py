"""`python -m components.embed_nodes`: the step from a shell."""

from __future__ import annotations

import argparse
from pathlib import Path

from components.command_line import exit_code_of


def main() -> int:
    """Parses the arguments and embeds the nodes."""
    parser = argparse.ArgumentParser(prog="python -m components.embed_nodes", description=__doc__)
    parser.add_argument("--graph", type=Path, required=True, help="graph artifact that reaches up to the last refresh")
    parser.add_argument("--network", type=Path, required=True, help="network artifact of train_gnn")
    parser.add_argument("--output", type=Path, required=True, help="root folder of the embeddings")
    parser.add_argument("--first", required=True, help="first refresh, ISO 8601 UTC")
    parser.add_argument("--last", help="last refresh, ISO 8601 UTC; the first alone by default")
    parser.add_argument("--refresh", default="30m", help="distance between refreshes (default 30m)")
    parser.add_argument("--window-days", type=int, default=7, help="how far views and clicks reach back (default 7)")
    parser.add_argument("--cold-content-views", type=int, default=500, help="content below it is cold (default 500)")
    parser.add_argument("--config", type=Path, help="run configuration; its section 'embedding' is used")
    parser.add_argument("--shard", type=int, default=1, help="which range of the nodes to embed, from 1")
    parser.add_argument("--of", type=int, default=1, help="how many ranges; join_shards joins them (default 1)")
    parser.add_argument("--earlier", type=Path, help="embeddings of the same network: only what changed is computed")
    parser.add_argument("--earlier-instant", help="which of its instants; the last before --first by default")
    arguments = parser.parse_args()

    def action() -> None:
        from components.embed_nodes.settings import EmbeddingSettings
        from components.embed_nodes.step import embed_nodes
        from schemas.instants import DAY, parse_duration, parse_instant
        from schemas.settings import read_settings_section
        from schemas.step_report import step_report

        first = parse_instant(arguments.first)
        last = parse_instant(arguments.last) if arguments.last else first
        settings = (
            read_settings_section(EmbeddingSettings, arguments.config, "embedding")
            if arguments.config
            else EmbeddingSettings()
        )
        with step_report("embed_nodes") as report:
            embed_nodes(
                graph=arguments.graph,
                network=arguments.network,
                output=arguments.output,
                instants=list(range(first, last + 1, parse_duration(arguments.refresh))),
                window=arguments.window_days * DAY,
                cold_content_views=arguments.cold_content_views,
                settings=settings,
                report=report,
                shard=arguments.shard,
                shards=arguments.of,
                earlier=arguments.earlier,
                earlier_instant=parse_instant(arguments.earlier_instant) if arguments.earlier_instant else None,
            )

    return exit_code_of(action)


if __name__ == "__main__":
    raise SystemExit(main())
