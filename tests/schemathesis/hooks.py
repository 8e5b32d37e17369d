"""What schemathesis cannot know: how a query is signed, and which rooms there are.

Most cases are led to where something can happen: signed, for rooms that exist and people who are
in them. One in eight stays as it was generated, and so does every part of a case that is meant to
be wrong. What was answered is counted and told at the end.
"""

import atexit
import collections
import json
import os
import random

import requests
import schemathesis
import TLSSigAPIv2

MAIN = os.environ["GUESTLIST_MAIN"]
CONTROL = os.environ["GUESTLIST_CONTROL"]
# The app of `guestlist dev`, whose key is known to everybody.
APP = 88888888
KEY = "67756573746c69737420646576656c6f706d656e74206b657920303030303031"
ADMIN = "admin"
ROOMS = ["fuzz-1", "fuzz-2", "fuzz-3"]
PEOPLE = [ADMIN, "bob", "carol", "dave", "用户"]
STRANGER = "mallory"

SIGNED = {
    "sdkappid": APP,
    "identifier": ADMIN,
    "usersig": TLSSigAPIv2.TLSSigAPIv2(APP, KEY).gen_sig(ADMIN),
    "random": 99999999,
    "contenttype": "json",
}
choices = random.Random(20)
seen = collections.Counter()


def seed():
    """Makes the rooms that are not there, and lets everybody in."""
    for room in ROOMS:
        seats = room != ROOMS[0]
        body = {"RoomInfo": {"RoomId": room, "RoomType": "Conference", "IsSeatEnabled": seats}}
        url = f"{MAIN}/v4/room_engine_http_srv/create_room"
        requests.post(url, params=SIGNED, json=body, timeout=5)
        url = f"{CONTROL}/_guestlist/v1/apps/{APP}/rooms/{room}/members"
        requests.post(url, json={"accounts": PEOPLE}, timeout=5)


def meant_to_be_wrong(case, part):
    """Whether this part of a case was made to break its schema."""
    components = case.meta.components if case.meta else {}
    return any(
        where.value == part and component.mode.value == "negative"
        for where, component in components.items()
    )


def known(fields, names, values):
    """Puts something known into those of the fields that are there."""
    for name in names:
        if isinstance(fields, dict) and isinstance(fields.get(name), str):
            fields[name] = choices.choice(values)


def signed(query):
    """The query of a genuine client; in one of eight something stays as it was generated."""
    kept = choices.choice(list(SIGNED)) if choices.randrange(8) == 0 else None
    return {**(query or {}), **{name: SIGNED[name] for name in SIGNED if name != kept}}


@schemathesis.hook
def before_call(ctx, case, kwargs):
    if choices.randrange(8) == 0:
        return
    if case.operation.path.startswith("/v4/"):
        case.query = signed(case.query)
        if isinstance(case.body, dict) and not meant_to_be_wrong(case, "body"):
            new = case.operation.path.endswith("/create_room") and choices.randrange(2)
            for fields in (case.body, case.body.get("RoomInfo"), case.body.get("MemberInfo")):
                known(fields, [] if new else ["RoomId"], ROOMS)
                known(fields, ["Member_Account"], [*PEOPLE, STRANGER])
            if new and isinstance(case.body.get("RoomInfo"), dict):
                # Two numbers that were thrown are hardly ever a start and an end.
                case.body["RoomInfo"].pop("ScheduleEndTime", None)
    elif case.path_parameters and not meant_to_be_wrong(case, "path"):
        case.path_parameters["app"] = APP
        known(case.path_parameters, ["room"], ROOMS)
        known(case.path_parameters, ["account"], [*PEOPLE, STRANGER])


@schemathesis.hook
def after_call(ctx, case, response):
    answer = str(response.status_code)
    if response.headers.get("content-type", [""])[0].endswith("json"):
        body = json.loads(response.content)
        code = body.get("ErrorCode", body.get("code"))
        answer += "" if code is None else f" {code}"
    seen[(case.operation.label, answer)] += 1
    path = case.operation.path
    if "/clock" in path and case.method != "GET" and choices.randrange(2):
        # Rooms are reclaimed and tickets expire when time passes: back to the beginning.
        requests.post(f"{CONTROL}/_guestlist/v1/apps/{APP}/reset", timeout=5)
        seed()
    elif path.endswith(("/reset", "/destroy_room")):
        seed()


@atexit.register
def tell():
    if not seen:
        return
    print(f"\n{sum(seen.values())} requests were answered:")
    for operation in sorted({operation for operation, _ in seen}):
        answers = {answer: n for (of, answer), n in seen.items() if of == operation}
        row = ", ".join(f"{answer}: {answers[answer]}" for answer in sorted(answers))
        print(f"  {operation}\n    {row}")


seed()
