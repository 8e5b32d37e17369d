"""The backend against a server of its own: guestlist exec -- python3 -m pytest examples/python"""

import json
import os
import queue
import threading
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from backend import EXPIRED, Meetings, Refused

DAY_S = 86_400

# `guestlist exec` sets these.
URL = os.environ["GUESTLIST_URL"]
CONTROL_URL = os.environ["GUESTLIST_CONTROL_URL"]
SDKAPPID = os.environ["GUESTLIST_SDKAPPID"]
SECRET_KEY = os.environ["GUESTLIST_SECRET_KEY"]


def control(method, path, body=None):
    """Asks the control plane, where everything is that the vendor leaves to apps and to time."""
    url = f"{CONTROL_URL}/_guestlist/v1/apps/{SDKAPPID}/{path}"
    data = json.dumps(body or {}).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, method=method)) as response:
        answer = response.read()
    return json.loads(answer) if answer else None


def enter(room, account):
    """Somebody opens the app and walks in."""
    control("PUT", f"rooms/{room}/members/{account}")


@pytest.fixture
def meetings():
    # One server is there for the whole run. A reset takes away rooms, receivers and moved clocks.
    control("POST", "reset")
    return Meetings(URL, SDKAPPID, SECRET_KEY, "administrator", signature_s=DAY_S)


@pytest.fixture
def room():
    return f"room-{uuid.uuid4()}"


@pytest.fixture
def receiver():
    """A server for callbacks on a free port: its URL, and a queue of what came."""
    came = queue.Queue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            came.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            answer = b'{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/callback", came
        server.shutdown()


def test_everybody_in_the_room_is_listed_page_by_page(meetings, room):
    meetings.create(room, "The board")
    guests = [f"guest-{number}" for number in range(5)]
    for guest in guests:
        enter(room, guest)
    # Three pages. Whoever created the room stands first: its owner.
    assert list(meetings.members(room, page_size=2)) == ["administrator", *guests]


def test_the_backend_hears_who_comes_in(meetings, room, receiver):
    url, came = receiver
    meetings.call_back(url, ["Room.CallbackAfterMemberEnter"])
    meetings.create(room, "The board")
    enter(room, "alice")
    told = came.get(timeout=10)
    assert told["CallbackCommand"] == "Room.CallbackAfterMemberEnter"
    assert (told["RoomId"], told["MemberList_Account"]) == (room, ["alice"])


def test_a_signature_expires(meetings, room):
    meetings.create(room, "The board")
    assert list(meetings.members(room)) == ["administrator"]
    # A day goes by at once: the clock is the app's, not this machine's. The signature is the same.
    control("POST", "clock/advance", {"ms": (DAY_S + 1) * 1000})
    with pytest.raises(Refused) as refused:
        list(meetings.members(room))
    assert refused.value.code == EXPIRED
