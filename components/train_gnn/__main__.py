"""`python -m components.train_gnn`: the step from a shell.

`torchrun --nproc-per-node 2 -m components.train_gnn ...` trains in two processes, on two GPUs where there are any.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from components.command_line import exit_code_of


def main() -> int:
    """Parses the arguments and trains the network."""
    parser = argparse.ArgumentParser(prog="python -m components.train_gnn", description=__doc__)
    parser.add_argument("--graph", type=Path, required=True, help="train graph, an artifact of build_graph")
    parser.add_argument(
        "--test-graph", type=Path, help="graph of the test days, on which the trained network is measured"
    )
    parser.add_argument("--output", type=Path, required=True, help="folder of the network artifact")
    parser.add_argument("--network-end", required=True, help="end of the training days, ISO 8601 UTC, exclusive")
    parser.add_argument(
        "--checkpoints",
        type=Path,
        help="folder of checkpoints, from which a killed training goes on (default <output>.checkpoints)",
    )
    parser.add_argument(
        "--earlier", type=Path, help="network artifact to start from; where both agree enough, its space is kept"
    )
    parser.add_argument("--config", type=Path, help="run configuration; its section 'network' is used")
    arguments = parser.parse_args()

    def action() -> None:
        from components.train_gnn.settings import NetworkSettings
        from components.train_gnn.step import train_gnn
        from components.train_gnn.training.processes import joined_processes
        from schemas.instants import parse_instant
        from schemas.settings import read_settings_section
        from schemas.step_report import step_report

        settings = (
            read_settings_section(NetworkSettings, arguments.config, "network")
            if arguments.config
            else NetworkSettings()
        )
        network_end = parse_instant(arguments.network_end)
        with joined_processes() as processes, step_report("train_gnn") as report:
            train_gnn(
                graph=arguments.graph,
                output=arguments.output,
                network_end=network_end,
                settings=settings,
                report=report,
                test_graph=arguments.test_graph,
                checkpoints=arguments.checkpoints,
                processes=processes,
                earlier=arguments.earlier,
            )

    return exit_code_of(action)


if __name__ == "__main__":
    raise SystemExit(main())
