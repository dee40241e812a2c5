"""What loads the page while it is measured, each a process: `python -m outrider_bringup.bench.voice_load WHAT`.

| WHAT | does | prints at its end |
|---|---|---|
| `camera` | publishes pictures, 60 kB each, 15/s | |
| `phones PORT` | opens video, state for each cookie on its standard input; with `stalls` the last reads not | JSON |
| `flood PORT RATE` | asks without a cookie, RATE times a second, each on a connection of its own | JSON |
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Coroutine
from typing import Any

PICTURES_HZ, PICTURE = 15.0, 60_000  # bytes of 848x480 at quality 80
AT_ONCE = 200  # requests that wait for their answer


def camera() -> None:
    """Publish until SIGTERM."""
    import rclpy
    from rclpy.signals import SignalHandlerOptions
    from sensor_msgs.msg import CompressedImage

    from outrider_node import qos

    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    node = rclpy.create_node('bench_camera')
    publisher = node.create_publisher(CompressedImage, 'camera/color/compressed', qos.SENSOR)
    message = CompressedImage(format='jpeg', data=b'\xff\xd8' + os.urandom(PICTURE) + b'\xff\xd9')
    due = time.monotonic()
    while True:
        due += 1 / PICTURES_HZ
        time.sleep(max(0.0, due - time.monotonic()))
        now = time.time_ns()
        message.header.stamp.sec, message.header.stamp.nanosec = now // 1_000_000_000, now % 1_000_000_000
        publisher.publish(message)


async def phones(port: int, cookies: list[str], stalls: bool) -> dict[str, Any]:
    """Be phones until cancelled; return how many pictures each has got a second."""
    from websockets.asyncio.client import connect
    from websockets.typing import Origin

    host = f'127.0.0.1:{port}'
    counts = [0] * len(cookies)

    def opened(path: str, cookie: str) -> Any:
        return connect(f'ws://{host}{path}', origin=Origin(f'http://{host}'),
                       additional_headers={'Cookie': f'outrider={cookie}'}, max_size=None)

    async def looks(number: int, cookie: str) -> None:
        async with opened('/ws/video', cookie) as link:
            async for _ in link:
                counts[number] += 1
                await link.send('next')

    async def listens(cookie: str) -> None:
        async with opened('/ws/state', cookie) as link:
            async for _ in link:
                pass

    began = time.monotonic()
    jobs: list[Coroutine[Any, Any, None]] = []
    links: list[socket.socket] = []
    for number, cookie in enumerate(cookies):
        if stalls and number == len(cookies) - 1:
            links += [_stalled(host, path, cookie) for path in ('/ws/video', '/ws/state')]
        else:
            jobs += [looks(number, cookie), listens(cookie)]
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*jobs)
    seconds = time.monotonic() - began
    return {'pictures_hz': [round(count / seconds, 2) for count in counts[:len(cookies) - stalls]],
            'stalled': len(links)}


def _stalled(host: str, path: str, cookie: str) -> socket.socket:
    """Open a socket and read nothing from it, as a phone that has left the network."""
    name, _, port = host.partition(':')
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    link.connect((name, int(port)))
    link.sendall((f'GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: outrider={cookie}\r\n'
                  'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
                  'Sec-WebSocket-Key: c3RhbGxlZCBpbiB0aGUgd29vZA==\r\n\r\n').encode())
    return link


async def flood(port: int, rate: float) -> dict[str, Any]:
    """Ask until cancelled; return how often, and what was answered."""
    request = f'GET /api/rides HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n'.encode()
    told: dict[str, int] = {}
    running: set[asyncio.Task[None]] = set()
    sent = 0

    async def one() -> None:
        word = 'nothing'
        try:
            reader, writer = await asyncio.open_connection('127.0.0.1', port)
            writer.write(request)
            word = (await reader.read(12)).decode('latin-1')[9:] or word
            writer.close()
        except OSError:
            pass
        told[word] = told.get(word, 0) + 1

    began = due = time.monotonic()
    try:
        while True:
            due += 1 / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if len(running) < AT_ONCE:
                sent += 1
                task = asyncio.ensure_future(one())
                running.add(task)
                task.add_done_callback(running.discard)
    except asyncio.CancelledError:
        pass
    return {'rate_hz': round(sent / (time.monotonic() - began), 1), 'answers': told}


async def _until_told(work: Coroutine[Any, Any, dict[str, Any]]) -> None:
    task = asyncio.ensure_future(work)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    print('begins', flush=True)
    print(json.dumps(await task), flush=True)


if __name__ == '__main__':
    if sys.argv[1] == 'camera':
        camera()
    elif sys.argv[1] == 'phones':
        asyncio.run(_until_told(phones(int(sys.argv[2]), json.loads(sys.stdin.readline()), 'stalls' in sys.argv)))
    else:
        asyncio.run(_until_told(flood(int(sys.argv[2]), float(sys.argv[3]))))
