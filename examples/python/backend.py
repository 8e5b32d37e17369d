"""Meetings of an imaginary backend, kept at Tencent RTC Conference.

Nothing in here knows of guestlist: in production the same class is given the vendor's URL and the
keys of a real app.
"""

import json
import random
import urllib.parse
import urllib.request

from TLSSigAPIv2 import TLSSigAPIv2

TIMEOUT_S = 10
EXPIRED = 70001


class Refused(Exception):
    """What the vendor's API did not do."""

    def __init__(self, code, info):
        super().__init__(f"{code}: {info}")
        self.code = code


class Meetings:
    """The room API, as an administrator of the app sees it."""

    def __init__(self, url, sdkappid, secret_key, identifier, signature_s=86_400):
        self.url = url
        self.sdkappid = int(sdkappid)
        self.identifier = identifier
        # Made once: a signature is good for many requests, until it expires.
        self.usersig = TLSSigAPIv2(self.sdkappid, secret_key).gen_sig(identifier, signature_s)

    def create(self, room, name):
        self._call("room_engine_http_srv/create_room",
                   {"RoomInfo": {"RoomId": room, "RoomType": "Conference", "RoomName": name}})

    def members(self, room, page_size=50):
        """Yields the accounts of everybody in the room, however many pages they fill."""
        position = ""
        while True:
            reply = self._call("room_engine_http_srv/get_room_member_list",
                               {"RoomId": room, "Count": page_size, "Next": position})
            for member in reply["Response"]["MemberList"]:
                yield member["Member_Account"]
            position = reply["Response"]["Next"]
            if not position:
                return

    def call_back(self, url, commands):
        """Has the vendor tell this URL of what happens in rooms."""
        self._call("room_config/set_callback", {"Url": url, "CallbackCommandList": commands})

    def _call(self, command, body):
        query = urllib.parse.urlencode({
            "sdkappid": self.sdkappid,
            "identifier": self.identifier,
            "usersig": self.usersig,
            "random": random.randrange(2**32),
            "contenttype": "json",
        })
        request = urllib.request.Request(f"{self.url}/v4/{command}?{query}",
                                         data=json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
            reply = json.load(response)
        # The HTTP status is always 200: what went wrong stands in the reply.
        if reply["ErrorCode"] != 0:
            raise Refused(reply["ErrorCode"], reply["ErrorInfo"])
        return reply
