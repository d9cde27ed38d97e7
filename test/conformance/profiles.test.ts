import { effect } from "@effect/vitest"
import { type CreateCustomProfile, CustomProfiles, type UpdateCustomProfile } from "effect-iru"
import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import { multipartOf } from "../support/bodies.js"
import { read, temporaryFile, temporaryFolder } from "../support/files.js"
import { pageOf, profileId, profileRecord } from "../support/records.js"
import { type Handler, inTurn, lastRequest, requestsTo } from "../support/server.js"
import { withTenant } from "../support/tenant.js"

const root = "/api/v1/library/custom-profiles"
const notJson = { status: 201, body: "<html>not json</html>", headers: { "content-type": "text/html" } }
const plist =
  '<?xml version="1.0"?>\n<plist version="1.0">\n\t<dict><key>a</key>\t<string>ä</string></dict>\n</plist>\n'

/** Answers with the fields of the request, as the service does. */
const echo: Handler = async (request) => {
  const { fields, files } = await multipartOf(request)
  const sent = fields.map(([name, value]) => [name, name === "name" ? value : value === "true"])
  return {
    status: request.method === "POST" ? 201 : 200,
    body: profileRecord({
      ...Object.fromEntries(sent),
      ...(request.method === "PATCH" ? { id: request.path.split("/").at(-1) } : {}),
      ...(files[0] === undefined ? {} : { profile: files[0].content.toString("utf8") })
    })
  }
}

const create = (profile: CreateCustomProfile) => Effect.flatMap(CustomProfiles, (profiles) => profiles.create(profile))
const update = (id: string, changes: UpdateCustomProfile) =>
  Effect.flatMap(CustomProfiles, (profiles) => profiles.update(id, changes))

describe("create", () => {
  effect("PRC-1 PRC-2 PRC-4: from a path, the profile has the given name and the content of the file", () =>
    withTenant(echo)((server) =>
      Effect.gen(function* () {
        const path = yield* temporaryFile("wifi.mobileconfig", plist)
        const created = yield* create({ name: "Wi-Fi", runs_on_mac: true, file: { path } })
        expect([created.id, created.name]).toEqual([profileId, "Wi-Fi"])
        expect(created.profile).toBe((yield* read(path)).toString("utf8"))
        const { files } = yield* Effect.promise(() => multipartOf(lastRequest(server)))
        expect(files.map(({ field, filename }) => [field, filename])).toEqual([["file", "wifi.mobileconfig"]])
      })
    )
  )

  const content = { text: plist, bytes: new TextEncoder().encode(plist) }
  for (const [kind, value] of Object.entries(content)) {
    effect(`PRC-5 PRC-6 PRC-8 (improved: text or bytes, while Python needs an open file): from ${kind}`, () =>
      withTenant(echo)((server) =>
        Effect.gen(function* () {
          const created = yield* create({ name: "Wi-Fi", runs_on_mac: true, file: { content: value } })
          expect([created.id, created.name, created.profile]).toEqual([profileId, "Wi-Fi", plist])
          const { files } = yield* Effect.promise(() => multipartOf(lastRequest(server)))
          expect(files[0]?.filename).toBe("Wi-Fi.mobileconfig")
        })
      )
    )
  }

  effect("PRC-3 PRC-7 (improved: active is sent only if it is given, so that the service's default applies)", () =>
    withTenant(echo)((server) =>
      Effect.gen(function* () {
        const file = { content: plist }
        const sent = Effect.map(
          Effect.promise(() => multipartOf(lastRequest(server))),
          ({ fields }) => Object.fromEntries(fields)["active"]
        )
        yield* create({ name: "Wi-Fi", runs_on_mac: true, file })
        expect(yield* sent).toBeUndefined()
        const inactive = yield* create({ name: "Wi-Fi", runs_on_mac: true, file, active: false })
        expect(yield* sent).toBe("false")
        expect(inactive.active).toBe(false)
      })
    )
  )

  effect("PRC-9 PRC-10: a missing file and a folder are refused, and nothing is sent", () =>
    withTenant(echo)((server) =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        for (const path of [`${folder}/none.mobileconfig`, folder]) {
          const error = yield* Effect.flip(create({ name: "Wi-Fi", runs_on_mac: true, file: { path } }))
          expect(error.reason).toBe("InvalidArgument")
          expect(error.fieldErrors?.["file"]?.join()).toMatch(
            /none\.mobileconfig does not exist\.|is a folder, not a file\./
          )
        }
        expect(server.received).toEqual([])
      })
    )
  )

  effect("PRC-11: an answer that is not JSON is a Decode error", () =>
    withTenant(() => notJson)(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(create({ name: "Wi-Fi", runs_on_mac: true, file: { content: plist } }))
        expect([error.reason, error.status]).toEqual(["Decode", 201])
        expect(error.detail).toContain("Invalid JSON")
      })
    )
  )

  effect("PRC-12 PRC-13 PRC-14 PRC-15: only the given platform is sent", () =>
    withTenant(echo)((server) =>
      Effect.gen(function* () {
        const created = yield* create({ name: "Macs", runs_on_mac: true, file: { content: plist } })
        expect([created.id, created.name, created.runs_on_mac]).toEqual([profileId, "Macs", true])
        const { fields } = yield* Effect.promise(() => multipartOf(lastRequest(server)))
        expect(fields).toEqual([
          ["name", "Macs"],
          ["runs_on_mac", "true"]
        ])
      })
    )
  )

  effect("PRC-16: a profile for no platform is refused, and nothing is sent", () =>
    withTenant(echo)((server) =>
      Effect.gen(function* () {
        const file = { content: plist }
        for (const platforms of [{}, { runs_on_mac: false, runs_on_ipad: false }]) {
          const error = yield* Effect.flip(create({ name: "Nowhere", file, ...platforms }))
          expect(error.reason).toBe("InvalidArgument")
          expect(error.message).toContain("at least one runs_on_* must be true")
        }
        expect(server.received).toEqual([])
      })
    )
  )
})

describe("get and delete", () => {
  effect("PRG-1 PRG-2: get gives the profile with this id", () =>
    withTenant(({ path }) => ({ body: profileRecord({ id: path.split("/").at(-1) }) }))((server) =>
      Effect.gen(function* () {
        const profile = yield* (yield* CustomProfiles).get(profileId)
        expect(profile).toMatchObject({ id: profileId, mdm_identifier: `com.kandji.profile.custom.${profileId}` })
        expect(requestsTo(server)).toEqual([`GET ${root}/${profileId}`])
      })
    )
  )

  effect("PRG-3: an answer that is not JSON is a Decode error", () =>
    withTenant(() => ({ ...notJson, status: 200 }))(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip((yield* CustomProfiles).get(profileId))
        expect([error.reason, error.operation]).toEqual(["Decode", "CustomProfiles.get"])
      })
    )
  )

  effect("PRD-1 PRD-2: delete sends DELETE to the profile's path, and a 204 is a success", () =>
    withTenant(() => ({ status: 204 }))((server) =>
      Effect.gen(function* () {
        expect(yield* (yield* CustomProfiles).delete(profileId)).toBeUndefined()
        expect(requestsTo(server)).toEqual([`DELETE ${root}/${profileId}`])
      })
    )
  )
})

describe("list", () => {
  const list = Effect.flatMap(CustomProfiles, (profiles) => profiles.list())

  effect("PRL-1 PRL-2: a single page is the whole list, in the server's order", () =>
    withTenant(() => ({ body: pageOf([profileRecord({ name: "b" }), profileRecord({ name: "a" })]) }))(() =>
      Effect.gen(function* () {
        const { results, ...rest } = yield* list
        expect(rest).toEqual({ count: 2, next: null, previous: null })
        expect(results.map(({ name }) => name)).toEqual(["b", "a"])
      })
    )
  )

  effect(
    "PRL-3 PRL-4 PRL-5 PRL-6 PRL-7: two pages become one list with the server's count and no next or previous",
    () =>
      withTenant(
        inTurn(
          {
            body: pageOf([profileRecord({ name: "1" }), profileRecord({ name: "2" })], {
              count: 4,
              next: `https://tenant.api.kandji.io${root}?limit=2&offset=2`
            })
          },
          {
            body: pageOf([profileRecord({ name: "3" }), profileRecord({ name: "4" })], {
              count: 4,
              previous: `https://tenant.api.kandji.io${root}?limit=2`
            })
          }
        )
      )((server) =>
        Effect.gen(function* () {
          const { results, ...rest } = yield* list
          expect(rest).toEqual({ count: 4, next: null, previous: null })
          expect(results.map(({ name }) => name)).toEqual(["1", "2", "3", "4"])
          expect(server.received.map(({ query }) => [query["limit"], query["offset"]])).toEqual([
            [undefined, undefined],
            ["2", "2"]
          ])
        })
      )
  )

  effect("PRL-8: an answer that is not JSON is a Decode error", () =>
    withTenant(() => ({ ...notJson, status: 200 }))(() =>
      Effect.gen(function* () {
        expect((yield* Effect.flip(list)).reason).toBe("Decode")
      })
    )
  )
})

describe("update", () => {
  effect("PRU-1 PRU-2 PRU-3 PRU-4: with a path, the profile has the new name and the new file's content", () =>
    withTenant(echo)((server) =>
      Effect.gen(function* () {
        const path = yield* temporaryFile("new.mobileconfig", plist)
        const updated = yield* update(profileId, { name: "Renamed", file: { path } })
        expect([updated.id, updated.name, updated.profile]).toEqual([profileId, "Renamed", plist])
        expect(requestsTo(server)).toEqual([`PATCH ${root}/${profileId}`])
      })
    )
  )

  effect("PRU-5: a path that does not exist is refused, and nothing is sent", () =>
    withTenant(echo)((server) =>
      Effect.gen(function* () {
        const path = `${yield* temporaryFolder}/none.mobileconfig`
        const error = yield* Effect.flip(update(profileId, { file: { path } }))
        expect(error.reason).toBe("InvalidArgument")
        expect(error.message).toContain("does not exist.")
        expect(server.received).toEqual([])
      })
    )
  )

  effect("PRU-6: an answer that is not JSON is a Decode error", () =>
    withTenant(() => ({ ...notJson, status: 200 }))(() =>
      Effect.gen(function* () {
        expect((yield* Effect.flip(update(profileId, { name: "x" }))).reason).toBe("Decode")
      })
    )
  )

  effect("PRU-7 PRU-8 PRU-9: without a file, the profile has the new name, and no file is sent", () =>
    withTenant(echo)((server) =>
      Effect.gen(function* () {
        const updated = yield* update(profileId, { name: "Renamed" })
        expect([updated.id, updated.name]).toEqual([profileId, "Renamed"])
        const sent = yield* Effect.promise(() => multipartOf(lastRequest(server)))
        expect(sent).toEqual({ fields: [["name", "Renamed"]], files: [], order: ["name"] })
      })
    )
  )
})
