"""What the storage service refuses, as messages that name the address and the remedy."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from schemas.errors import ContractError

EMULATOR_VARIABLE = "STORAGE_EMULATOR_HOST"
"""Where it is set, google-cloud-storage asks the server that it names, without credentials."""


@contextlib.contextmanager
def storage_refusals(url: str) -> Iterator[None]:
    """Turns the errors of google-cloud-storage, which come after its own retries, into refusals.

    Args:
        url: What the block reads or writes.

    Raises:
        ContractError: The service refused or did not answer, or what arrived is not what is stored.
    """
    import requests
    from google.api_core import exceptions as service
    from google.auth import exceptions as authentication
    from google.cloud.storage import exceptions as transfer

    try:
        yield
    except service.NotFound as error:
        raise ContractError(
            f"{url}: there is no such bucket or object at {_server()}, or it was replaced while it was read; "
            "check the address and run again"
        ) from error
    except service.PreconditionFailed as error:
        raise ContractError(
            f"{url}: another writer has changed it since it was read; let only one write there, and run again"
        ) from error
    except (service.Forbidden, service.Unauthorized, authentication.GoogleAuthError) as error:
        raise ContractError(
            f"{url}: no access at {_server()} ({_first_line(error)}); sign in with `gcloud auth application-default "
            f"login` as an account that may use the bucket, or set {EMULATOR_VARIABLE} for an emulator"
        ) from error
    except transfer.DataCorruption as error:
        raise ContractError(f"{url}: arrived with another checksum than it is stored with; run again") from error
    except (service.GoogleAPIError, transfer.InvalidResponse, requests.RequestException) as error:
        raise ContractError(f"{url}: {_server()} did not serve it ({_first_line(error)}); run again later") from error


def _server() -> str:
    host = os.environ.get(EMULATOR_VARIABLE)
    return f"{host} ({EMULATOR_VARIABLE})" if host else "Google Cloud Storage"


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
