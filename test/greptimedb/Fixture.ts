import { readdirSync, readFileSync } from "node:fs"
import * as path from "node:path"
import { assert } from "@effect/vitest"

/** One recorded pair of a request and its answer, as the files in `test/fixtures/greptimedb` hold it. */
export interface Fixture {
  readonly id: string
  readonly server: {
    readonly user_provider?: string
    readonly inject?: string
    readonly max_in_flight_write_bytes?: string
    readonly "http.timeout"?: string
  }
  readonly setup_sql: ReadonlyArray<string>
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly form?: Readonly<Record<string, string>>
  }
  readonly response: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly json?: unknown
    readonly text?: string
  }
  readonly match: {
    readonly body_contains?: ReadonlyArray<string>
    readonly body_ends_with?: string
  }
  readonly then?: ReadonlyArray<{
    readonly form: Readonly<Record<string, string>>
    readonly rows: ReadonlyArray<ReadonlyArray<unknown>>
  }>
}

const directory = path.resolve(import.meta.dirname, "../fixtures/greptimedb")

export const all: ReadonlyArray<Fixture> = readdirSync(directory)
  .filter(file => file.endsWith(".json"))
  .sort()
  .map(file => JSON.parse(readFileSync(path.join(directory, file), "utf8")))

/** An answer as it was read. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** Sends what a fixture says. */
export const send = async (url: string, request: Fixture["request"]): Promise<Answer> => {
  const form = request.form === undefined ? undefined : new URLSearchParams(request.form).toString()
  const response = await fetch(`${url}${request.url}`, {
    method: request.method,
    headers: request.headers,
    ...(form === undefined ? {} : { body: form })
  })
  return { status: response.status, headers: response.headers, body: await response.text() }
}

/** One statement as a test's own; fails when the server refuses it. */
export const query = async (
  url: string,
  form: Readonly<Record<string, string>>,
  authorization?: string
): Promise<ReadonlyArray<ReadonlyArray<unknown>>> => {
  const answer = await send(url, {
    method: "POST",
    url: "/v1/sql",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      ...(authorization === undefined ? {} : { authorization })
    },
    form
  })
  assert.strictEqual(answer.status, 200, `${form["sql"]}: ${answer.body}`)
  return JSON.parse(answer.body).output?.[0]?.records?.rows ?? []
}

const placeholder = /<[a-z]+>/

/** `<uint>` and its like stand for anything. */
const pattern = (text: string): RegExp =>
  new RegExp(
    `^${text
      .split(placeholder)
      .map(part => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join("[^]*")}$`
  )

/** A header holds visible ASCII only; the rest is there byte by byte. */
const escaped = (text: string): string =>
  [...Buffer.from(text)]
    .map(byte => (byte < 128 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`))
    .join("")

const same = (actual: unknown, expected: unknown, at: string): void => {
  if (typeof expected === "string") assert.match(String(actual), pattern(expected), at)
  else if (Array.isArray(expected)) {
    assert.isArray(actual, at)
    const list = actual as ReadonlyArray<unknown>
    assert.lengthOf(list, expected.length, at)
    for (const [index, item] of expected.entries()) same(list[index], item, `${at}[${index}]`)
  } else if (typeof expected === "object" && expected !== null) {
    assert.isObject(actual, at)
    const ignored = ["execution_time_ms", "metrics"]
    const known = (value: object) => Object.keys(value).filter(key => !ignored.includes(key))
    assert.sameMembers(known(actual as object), known(expected), at)
    for (const key of known(expected)) {
      same(
        (actual as Record<string, unknown>)[key],
        (expected as Record<string, unknown>)[key],
        `${at}.${key}`
      )
    }
  } else assert.strictEqual(actual, expected, at)
}

/** Fails unless the answer is the recorded one. */
export const check = ({ response, match }: Fixture, answer: Answer): void => {
  assert.strictEqual(answer.status, response.status, answer.body)
  for (const [name, value] of Object.entries(response.headers)) {
    assert.match(answer.headers.get(name) ?? "", pattern(escaped(value)), name)
  }
  if (response.json !== undefined) same(JSON.parse(answer.body), response.json, "body")
  else if (response.text !== undefined) assert.match(answer.body, pattern(response.text))
  for (const part of match.body_contains ?? []) assert.include(answer.body, part)
  if (match.body_ends_with !== undefined) assert.isTrue(answer.body.endsWith(match.body_ends_with))
}
