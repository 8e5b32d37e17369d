// The backend against a server of its own: guestlist exec -- npm test --prefix examples/node

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { beforeEach, test } from 'node:test';

import { EXPIRED, Meetings, Refused } from './backend.mjs';

const DAY_S = 86_400;

// `guestlist exec` sets these.
const {
  GUESTLIST_URL: url,
  GUESTLIST_CONTROL_URL: controlUrl,
  GUESTLIST_SDKAPPID: sdkappid,
  GUESTLIST_SECRET_KEY: secretKey,
} = process.env;

/** Asks the control plane, where everything is that the vendor leaves to apps and to time. */
async function control(method, path, body = {}) {
  const response = await fetch(`${controlUrl}/_guestlist/v1/apps/${sdkappid}/${path}`, {
    method,
    body: JSON.stringify(body),
  });
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${await response.text()}`);
}

/** Somebody opens the app and walks in. */
const enter = (room, account) => control('PUT', `rooms/${room}/members/${account}`);

/** All of what comes one by one. */
async function all(items) {
  const list = [];
  for await (const item of items) list.push(item);
  return list;
}

/** A server for callbacks on a free port, until the test ends: its URL, and the first that comes. */
async function receiver(t) {
  let arrived;
  const first = new Promise((resolve) => { arrived = resolve; });
  const server = createServer(async (request, response) => {
    arrived(await json(request));
    response.end('{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { callbackUrl: `http://127.0.0.1:${server.address().port}/callback`, first };
}

let meetings;
let room;

beforeEach(async () => {
  // One server is there for the whole run. A reset takes away rooms, receivers and moved clocks.
  await control('POST', 'reset');
  room = `room-${randomUUID()}`;
  const identifier = 'administrator';
  meetings = new Meetings({ url, sdkappid, secretKey, identifier, signatureS: DAY_S });
});

test('everybody in the room is listed, page by page', async () => {
  await meetings.create(room, 'The board');
  const guests = ['ann', 'bob', 'carol', 'dan', 'eve'];
  for (const guest of guests) await enter(room, guest);
  // Three pages. Whoever created the room stands first: its owner.
  assert.deepEqual(await all(meetings.members(room, 2)), ['administrator', ...guests]);
});

test('the backend hears who comes in', { timeout: 10_000 }, async (t) => {
  const { callbackUrl, first } = await receiver(t);
  await meetings.callBack(callbackUrl, ['Room.CallbackAfterMemberEnter']);
  await meetings.create(room, 'The board');
  await enter(room, 'alice');
  const told = await first;
  assert.equal(told.CallbackCommand, 'Room.CallbackAfterMemberEnter');
  assert.deepEqual([told.RoomId, told.MemberList_Account], [room, ['alice']]);
});

test('a signature expires', async () => {
  await meetings.create(room, 'The board');
  assert.deepEqual(await all(meetings.members(room)), ['administrator']);
  // A day goes by at once: the clock is the app's, not this machine's. The signature is the same.
  await control('POST', 'clock/advance', { ms: (DAY_S + 1) * 1000 });
  const expired = (error) => error instanceof Refused && error.code === EXPIRED;
  await assert.rejects(all(meetings.members(room)), expired);
});
