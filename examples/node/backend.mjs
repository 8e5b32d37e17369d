// Meetings of an imaginary backend, kept at Tencent RTC Conference.
//
// Nothing in here knows of guestlist: in production the same class is given the vendor's URL and
// the keys of a real app.

import { randomInt } from 'node:crypto';

import tlsSigApi from 'tls-sig-api-v2';

const TIMEOUT_MS = 10_000;
export const EXPIRED = 70001;

/** What the vendor's API did not do. */
export class Refused extends Error {
  constructor(code, info) {
    super(`${code}: ${info}`);
    this.code = code;
  }
}

/** The room API, as an administrator of the app sees it. */
export class Meetings {
  #url;
  #identity;

  constructor({ url, sdkappid, secretKey, identifier, signatureS = 86_400 }) {
    this.#url = url;
    // Made once: a signature is good for many requests, until it expires.
    const usersig = new tlsSigApi.Api(Number(sdkappid), secretKey).genSig(identifier, signatureS);
    this.#identity = { sdkappid, identifier, usersig };
  }

  async create(room, name) {
    const RoomInfo = { RoomId: room, RoomType: 'Conference', RoomName: name };
    await this.#call('room_engine_http_srv/create_room', { RoomInfo });
  }

  /** Yields the accounts of everybody in the room, however many pages they fill. */
  async *members(room, pageSize = 50) {
    let position = '';
    do {
      const body = { RoomId: room, Count: pageSize, Next: position };
      const { Response } = await this.#call('room_engine_http_srv/get_room_member_list', body);
      yield* Response.MemberList.map((member) => member.Member_Account);
      position = Response.Next;
    } while (position);
  }

  /** Has the vendor tell this URL of what happens in rooms. */
  async callBack(url, commands) {
    await this.#call('room_config/set_callback', { Url: url, CallbackCommandList: commands });
  }

  async #call(command, body) {
    const random = randomInt(2 ** 32);
    const query = new URLSearchParams({ ...this.#identity, random, contenttype: 'json' });
    const response = await fetch(`${this.#url}/v4/${command}?${query}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const reply = await response.json();
    // The HTTP status is always 200: what went wrong stands in the reply.
    if (reply.ErrorCode !== 0) throw new Refused(reply.ErrorCode, reply.ErrorInfo);
    return reply;
  }
}
