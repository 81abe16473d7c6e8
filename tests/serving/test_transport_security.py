"""Both clients speak TLS, and only with a server whose certificate they trust."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Iterator

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from serving.asyncio_client import AsyncioRankingClient
from serving.client import RankingClient
from serving.ranking_calls import ClientSettings, Ranking
from serving.retrying import RetryPolicy
from tests.serving.prediction_server import PredictionServer, probabilities, serving

CONTENTS = ["c1", "c2", "c3"]
SETTINGS = ClientSettings(deadline=10, retries=RetryPolicy(attempts=1))


def certificate() -> tuple[bytes, bytes]:
    """A key and a self-signed certificate of localhost, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, built.public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def own() -> tuple[bytes, bytes]:
    return certificate()


@pytest.fixture(scope="module")
def target(own: tuple[bytes, bytes]) -> Iterator[str]:
    """A server that takes nothing but TLS."""
    server = PredictionServer(probabilities(CONTENTS).__getitem__)
    with serving(server, grpc.ssl_server_credentials([own])) as address:
        yield address


def asked(kind: type[RankingClient | AsyncioRankingClient], target: str, trusted: bytes | None) -> Ranking:
    """One ranking; without TLS where no certificate is trusted."""
    credentials = None if trusted is None else grpc.ssl_channel_credentials(trusted)
    if kind is RankingClient:
        with RankingClient(target, settings=SETTINGS, credentials=credentials) as client:
            return client.rank("u1", CONTENTS)

    async def ask() -> Ranking:
        async with AsyncioRankingClient(target, settings=SETTINGS, credentials=credentials) as client:
            return await client.rank("u1", CONTENTS)

    return asyncio.run(ask())


@pytest.mark.parametrize("kind", [RankingClient, AsyncioRankingClient])
def test_a_trusted_server_is_asked(
    kind: type[RankingClient | AsyncioRankingClient], target: str, own: tuple[bytes, bytes]
) -> None:
    ranking = asked(kind, target, own[1])
    assert (ranking.fallback, ranking.content_ids) == (None, ["c3", "c2", "c1"])


@pytest.mark.parametrize("kind", [RankingClient, AsyncioRankingClient])
@pytest.mark.parametrize("trusted", ["somebody else", None])
def test_no_other_server_is(kind: type[RankingClient | AsyncioRankingClient], target: str, trusted: str | None) -> None:
    """Another certificate, or no TLS at all: the page is filled by popularity."""
    assert asked(kind, target, certificate()[1] if trusted else None).fallback == "unavailable"
