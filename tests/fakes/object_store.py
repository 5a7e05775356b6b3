"""An S3 server of our own on this machine (moto), reached over HTTP as any other would be."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from moto.server import ThreadedMotoServer

from clearance.storage.object_documents import ObjectDocuments, open_store
from tests.fakes.records_keys import SEAL

BUCKET = "cards"
REGION = "ap-south-1"
KEY, SECRET = "AKIDTESTTESTTEST", "not-a-secret-of-anybody"


@dataclass(frozen=True, kw_only=True)
class LocalStore:
    """The running server: `endpoint` is its address, `client` goes past our code."""

    endpoint: str
    client: Any

    def documents(self, *, prefix: str = "", bucket: str = BUCKET) -> ObjectDocuments:
        return open_store(f"s3://{bucket}/{prefix}", endpoint=self.endpoint, region=REGION, credentials=None, seal=SEAL)

    def objects(self) -> dict[str, bytes]:
        listed = self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return {
            entry["Key"]: self.client.get_object(Bucket=BUCKET, Key=entry["Key"])["Body"].read() for entry in listed
        }


@contextmanager
def local_store() -> Iterator[LocalStore]:
    """A server with one empty bucket; the environment holds its credentials meanwhile."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    urlopen(Request(f"{endpoint}/moto-api/reset", method="POST")).close()  # its memory outlives earlier servers
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", KEY)
        environment.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        client = boto3.client("s3", endpoint_url=endpoint, region_name=REGION)
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        try:
            yield LocalStore(endpoint=endpoint, client=client)
        finally:
            client.close()
            server.stop()
