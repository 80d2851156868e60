"""A proxy on loopback that tunnels (CONNECT) to one port, wherever the caller wanted to go.

Run as `python proxy.py LOG --to PORT`: it prints its port, and appends to LOG the target of each
tunnel with the proxy's password that came along.
"""

import argparse
import asyncio
import base64
import contextlib
import re
from pathlib import Path


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.close()


async def main(log: Path, port: int) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        told = re.search(r"proxy-authorization: basic (\S+)", head, re.I)
        with log.open("a") as stream:
            given = base64.b64decode(told[1]).decode() if told else "nobody"
            stream.write(f"{head.split()[0]} {head.split()[1]} {given}\n")
        inward, outward = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await asyncio.gather(pipe(reader, outward), pipe(inward, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("log", type=Path)
    parser.add_argument("--to", type=int, required=True)
    given = parser.parse_args()
    asyncio.run(main(given.log, given.to))
