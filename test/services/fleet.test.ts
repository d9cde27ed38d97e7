/** Devices, users, Prism and enrollment: what the library adds to the operations of the API. */
import { effect } from "@effect/vitest"
import {
  type ApiClientError,
  Blueprints,
  Devices,
  Prism,
  SelfServiceCategories,
  Tags,
  Users,
  Vulnerabilities
} from "effect-iru"
import { Example } from "effect-iru/testing"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { describe, expect } from "vitest"
import { lastRequest, requestsTo, routes } from "../support/server.js"
import { withTenant } from "../support/tenant.js"

const options = { pace: { perSecond: Infinity, perHour: Infinity }, retry: { times: 0 } }
const uuid = (n: number) => `0ff1ce00-0000-4000-8000-00000000000${n}`
const device = (n: number, serial_number: string) => ({
  device_id: uuid(n),
  device_name: `Mac ${n}`,
  serial_number,
  platform: "Mac",
  user: "",
  asset_tag: "",
  tags: []
})

describe("a record", () => {
  effect("is found by its whole serial number, in upper or lower case, with one request", () =>
    withTenant(
      () => ({ body: [device(1, "C02ABC"), device(2, "C02ABCD")] }),
      options
    )((server) =>
      Effect.gen(function* () {
        const devices = yield* Devices
        const found = yield* devices.find({ serial_number: "c02abc" })
        expect(Option.map(found, ({ device_id, user }) => ({ device_id, user }))).toEqual(
          Option.some({ device_id: uuid(1), user: null })
        )
        expect(server.received).toHaveLength(1)
        expect(lastRequest(server).query).toMatchObject({ serial_number: "C02ABC" })
        expect(yield* devices.find({ serial_number: "C02" })).toEqual(Option.none())
        expect(yield* Effect.flip(devices.find({ serial_number: " " }))).toMatchObject({ reason: "InvalidArgument" })
      })
    )
  )

  effect("is not found if several match: the failure names each of them", () =>
    withTenant(
      () => ({ body: [device(1, "C02ABC"), device(2, "C02ABC")] }),
      options
    )(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip((yield* Devices).find({ serial_number: "C02ABC" }))
        expect(error).toMatchObject({ reason: "Conflict", operation: "Devices.find" })
        expect(error.detail).toContain(uuid(1))
        expect(error.detail).toContain(uuid(2))
      })
    )
  )

  const two = (record: object) => [1, 2].map((n) => ({ id: uuid(n), ...record }))
  const envelope = (results: ReadonlyArray<object>) => ({ count: results.length, next: null, previous: null, results })
  type Find = Effect.Effect<unknown, ApiClientError, Users | Blueprints | Tags | SelfServiceCategories>
  const finds: ReadonlyArray<readonly [operation: string, body: unknown, find: Find]> = [
    [
      "Users.find",
      envelope(two({ email: "Ada@Accuhive.io" })),
      Effect.flatMap(Users, ({ find }) => find({ email: "ada@accuhive.io" }))
    ],
    ["Blueprints.find", envelope(two({ name: "Kiosk" })), Effect.flatMap(Blueprints, ({ find }) => find("Kiosk"))],
    ["Tags.find", envelope(two({ name: "Kiosk" })), Effect.flatMap(Tags, ({ find }) => find("Kiosk"))],
    [
      "SelfServiceCategories.find",
      two({ name: "Apps" }),
      Effect.flatMap(SelfServiceCategories, ({ find }) => find("Apps"))
    ]
  ]
  for (const [operation, body, find] of finds) {
    effect(`is found by ${operation} with one request, and if several match, the failure names them`, () =>
      withTenant(
        () => ({ body }),
        options
      )((server) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(find)
          expect(error).toMatchObject({ reason: "Conflict", operation })
          for (const n of [1, 2]) expect(error.detail).toContain(uuid(n))
          expect(server.received).toHaveLength(1)
        })
      )
    )
  }

  effect("is found on a later page too, also if the service's pages are short", () =>
    withTenant(({ query, path }) => {
      const all = ["Kiosk East", "Kiosk West", "Kiosk"].map((name, index) => ({ id: uuid(index), name }))
      const at = Number(query["offset"] ?? 0)
      const next = at + 1 < all.length ? `https://tenant.invalid${path}?offset=${at + 1}` : null
      return { body: { count: all.length, next, previous: null, results: all.slice(at, at + 1) } }
    }, options)(() =>
      Effect.gen(function* () {
        const [tag, blueprint] = yield* Effect.all([(yield* Tags).find("Kiosk"), (yield* Blueprints).find("Kiosk")])
        expect([tag, blueprint]).toMatchObject([{ value: { id: uuid(2) } }, { value: { id: uuid(2) } }])
      })
    )
  )

  effect("is found by the e-mail address of a user", () =>
    withTenant(
      () => ({ body: { next: null, previous: null, results: [{ id: uuid(1), email: "Ada@Accuhive.io" }] } }),
      options
    )(() =>
      Effect.gen(function* () {
        const found = yield* (yield* Users).find({ email: "ada@accuhive.io" })
        expect(Option.map(found, ({ id }) => id)).toEqual(Option.some(uuid(1)))
      })
    )
  )
})

describe("details of a device", () => {
  const details = (platform: string, more: object) => ({
    general: { device_id: uuid(1), device_name: "x", platform },
    ...more
  })

  for (const [platform, family] of [
    ["Mac", "apple"],
    ["AppleTV", "apple"],
    ["Windows", "windows"],
    ["Android", "android"],
    ["Fridge", "other"]
  ] as const) {
    effect(`of a ${platform} have the fields of the family ${family}`, () =>
      withTenant(
        () => ({ body: details(platform, { tags: ["a"], shelf: { door: "open" } }) }),
        options
      )(() =>
        Effect.gen(function* () {
          const found = yield* (yield* Devices).details(uuid(1))
          expect(found).toMatchObject({ family, general: { platform } })
          if (found.family === "other") expect(found["shelf"]).toEqual({ door: "open" })
          else expect(found.tags).toEqual(["a"])
        })
      )
    )
  }
})

describe("Prism", () => {
  effect("takes a filter as an object and sends it as JSON", () =>
    withTenant(
      () => ({ body: { offset: 0, limit: 300, total: 0, data: [], cursor: null } }),
      options
    )((server) =>
      Effect.gen(function* () {
        const prism = yield* Prism
        yield* Stream.runDrain(
          prism.fileVault({ filter: { status: { eq: false } }, device_families: ["Mac"], blueprint_ids: ["a", "b"] })
        )
        expect(lastRequest(server).query).toMatchObject({
          filter: '{"status":{"eq":false}}',
          device_families: "Mac",
          blueprint_ids: "a,b",
          cursor: "",
          limit: "300"
        })
        const wrong = yield* Effect.flip(Stream.runDrain(prism.apps({ filter: { name: { likes: ["x"] } } as never })))
        expect(wrong.reason).toBe("InvalidArgument")
      })
    )
  )

  const job = (status: string, more: object = {}) => ({
    body: { id: uuid(1), status, category: "apps", args: {}, error_msg: null, signed_url: null, ...more }
  })

  effect("waits for an export, and reads its file without sending the token", () => {
    let asked = 0
    return withTenant(
      (request, raw) =>
        routes({
          "POST /api/v1/prism/export": job("pending"),
          [`GET /api/v1/prism/export/${uuid(1)}`]: () =>
            asked++ === 0
              ? job("pending")
              : job("success", { signed_url: `http://${request.headers.host}/storage/apps.csv?signature=s` }),
          "GET /storage/apps.csv": { body: "name\nFirefox\n" }
        })(request, raw),
      options
    )((server) =>
      Effect.gen(function* () {
        const prism = yield* Prism
        const finished = yield* prism.export("apps", { polling: Schedule.recurs(5), device_families: ["Mac"] })
        expect(JSON.stringify(finished)).not.toContain("signature")
        const text = yield* Stream.mkString(Stream.decodeText(prism.download(finished)))
        expect(text).toBe("name\nFirefox\n")
        expect(lastRequest(server).headers.authorization).toBeUndefined()
      })
    )
  })

  effect("asks again for an export whose address has expired", () =>
    withTenant(
      (request, raw) =>
        routes({
          [`GET /api/v1/prism/export/${uuid(1)}`]: job("success", {
            signed_url: `http://${request.headers.host}/storage/new.csv`
          }),
          "GET /storage/old.csv": {
            status: 403,
            body: "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
            headers: { "content-type": "application/xml" }
          },
          "GET /storage/new.csv": { body: "name\nFirefox\n" }
        })(request, raw),
      options
    )((server) =>
      Effect.gen(function* () {
        const old = Example.prismExport({ id: uuid(1), signed_url: Redacted.make(`${server.origin}/storage/old.csv`) })
        const text = yield* Stream.mkString(Stream.decodeText((yield* Prism).download(old)))
        expect(text).toBe("name\nFirefox\n")
        expect(requestsTo(server)).toEqual([
          "GET /storage/old.csv",
          `GET /api/v1/prism/export/${uuid(1)}`,
          "GET /storage/new.csv"
        ])
      })
    )
  )

  effect("fails with a message if an export does not end", () =>
    withTenant(
      routes({
        "POST /api/v1/prism/export": job("pending"),
        [`GET /api/v1/prism/export/${uuid(1)}`]: job("pending")
      }),
      options
    )(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip((yield* Prism).export("apps", { polling: Schedule.recurs(2) }))
        expect(error).toMatchObject({ reason: "Timeout", operation: "Prism.export" })
      })
    )
  )

  for (const status of ["failed", "pending"]) {
    effect(`says why an export failed, also if its status is "${status}"`, () =>
      withTenant(
        routes({
          "POST /api/v1/prism/export": job("pending"),
          [`GET /api/v1/prism/export/${uuid(1)}`]: job(status, { error_msg: "Unknown column." })
        }),
        options
      )(() =>
        Effect.gen(function* () {
          const error = yield* Effect.flip((yield* Prism).export("apps", { polling: Schedule.recurs(2) }))
          expect(error).toMatchObject({ reason: "BadRequest", detail: "Unknown column." })
        })
      )
    )
  }
})

describe("a filter of vulnerabilities", () => {
  effect("accepts only the columns that exist", () =>
    withTenant(
      () => ({ body: { total: 0, page: 1, size: 50, results: [] } }),
      options
    )((server) =>
      Effect.gen(function* () {
        const vulnerabilities = yield* Vulnerabilities
        yield* vulnerabilities.list({ filter: { cve_id: { in: ["CVE-2024-24795"] } }, sort_by: "-cvss_score" })
        expect(lastRequest(server).query).toMatchObject({
          filter: '{"cve_id":{"in":["CVE-2024-24795"]}}',
          sort_by: "-cvss_score",
          page: "1",
          size: "50"
        })
      })
    )
  )
})

describe("the enrollment profile", () => {
  effect("is a file with its name, or the address of a sign-in page", () =>
    withTenant(
      ({ query }) =>
        query["sso"] === "true"
          ? { body: { url: "https://accuhive.kandji.io/sign-in" } }
          : {
              body: "<plist/>",
              headers: {
                "content-type": "application/x-apple-aspen-config",
                "content-disposition": "attachment;filename=kandji-enroll.mobileconfig"
              }
            },
      options
    )(() =>
      Effect.gen(function* () {
        const blueprints = yield* Blueprints
        expect(yield* blueprints.enrollmentProfile(uuid(1))).toMatchObject({
          _tag: "Profile",
          fileName: "kandji-enroll.mobileconfig"
        })
        expect(yield* blueprints.enrollmentProfile(uuid(1), { sso: true })).toEqual({
          _tag: "SignIn",
          url: "https://accuhive.kandji.io/sign-in"
        })
      })
    )
  )
})
