/**
 * Profiles and scripts from creation to deletion, on a sandbox tenant.
 */
import { effect } from "@effect/vitest"
import { catchReason, CustomProfiles, CustomScripts, SelfServiceCategories } from "effect-iru"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { readFileSync } from "node:fs"
import { describe, expect } from "vitest"
import { onSandbox, writes } from "../support/sandbox.js"

const profilePath = new URL("../../examples/assets/screen-lock.mobileconfig", import.meta.url).pathname
const mobileconfig = readFileSync(profilePath, "utf8")

/** The parts of a profile that the service does not change. */
const contentOf = (profile: string) => /<key>PayloadContent<\/key>\s*<array>[^]*<\/array>/.exec(profile)?.[0]

describe("a custom profile", () => {
  effect("is created, read, found in the listing, updated and deleted", () =>
    Effect.gen(function* () {
      const profiles = yield* CustomProfiles
      const made = yield* profiles.create({
        name: "Lock",
        runs_on_mac: true,
        active: false,
        file: { path: profilePath }
      })
      expect(made).toMatchObject({
        name: "Lock",
        active: false,
        runs_on_mac: true,
        runs_on_iphone: false,
        mdm_identifier: `com.kandji.profile.custom.${made.id}`
      })
      expect(contentOf(made.profile)).toBe(contentOf(mobileconfig))
      expect(contentOf(made.profile)).toBeDefined()
      expect(yield* profiles.get(made.id)).toEqual(made)
      expect(yield* profiles.get(made.id.toUpperCase())).toEqual(made)
      expect((yield* profiles.list()).results).toEqual([made])

      const renamed = yield* profiles.update(made.id, { name: "Screen lock" })
      expect(renamed).toMatchObject({ id: made.id, name: "Screen lock", active: false, runs_on_mac: true })
      expect(contentOf(renamed.profile)).toBe(contentOf(mobileconfig))
      const moved = yield* profiles.update(made.id, {
        active: true,
        runs_on_ipad: true,
        file: { content: mobileconfig.replace("</array>", "\t</array>") }
      })
      expect(moved).toMatchObject({ name: "Screen lock", active: true, runs_on_mac: true, runs_on_ipad: true })
      expect(contentOf(moved.profile)).toContain("\t</array>")

      yield* profiles.delete(made.id)
      expect(yield* Effect.flip(profiles.get(made.id))).toMatchObject({ reason: "NotFound", status: 404 })
      expect(yield* Effect.flip(profiles.delete(made.id))).toMatchObject({ reason: "NotFound", detail: "Not Found" })
      expect((yield* profiles.list()).count).toBe(0)
    }).pipe(onSandbox())
  )

  effect("that is not a profile is refused by the service, which names the field", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        (yield* CustomProfiles).create({ name: "x", runs_on_mac: true, file: { content: "no property list" } })
      )
      expect(error).toMatchObject({ reason: "BadRequest", status: 400, fieldErrors: { file: [expect.any(String)] } })
    }).pipe(onSandbox())
  )
})

describe("a custom script", () => {
  effect("is created, read, found in the listing, updated and deleted", () =>
    Effect.gen(function* () {
      const scripts = yield* CustomScripts
      const made = yield* scripts.create({
        name: "Inventory",
        execution_frequency: "every_day",
        script: "#!/bin/zsh\n\techo 'ü'\n\n",
        remediation_script: "exit 1",
        restart: true
      })
      expect(made).toMatchObject({
        name: "Inventory",
        execution_frequency: "every_day",
        script: "#!/bin/zsh\n\techo 'ü'",
        remediation_script: "exit 1",
        restart: true,
        show_in_self_service: false
      })
      expect(yield* scripts.get(made.id)).toEqual(made)

      const renamed = yield* scripts.update(made.id, { name: "Assets" })
      expect(renamed).toEqual({ ...made, name: "Assets", updated_at: renamed.updated_at })
      expect(yield* scripts.update(made.id, { remediation_script: "" })).toMatchObject({ remediation_script: null })

      const category = Option.getOrThrow(yield* (yield* SelfServiceCategories).find("utilities"))
      const shown = yield* scripts.update(made.id, {
        execution_frequency: "no_enforcement",
        show_in_self_service: true,
        self_service_category_id: category.id
      })
      expect(shown).toMatchObject({ self_service_category_id: category.id, self_service_recommended: false })
      const other = Option.getOrThrow(yield* (yield* SelfServiceCategories).find("Apps"))
      const moved = yield* scripts.update(made.id, { self_service_category_id: other.id })
      expect(moved).toMatchObject({ show_in_self_service: true, self_service_category_id: other.id })
      const hidden = yield* scripts.update(made.id, { execution_frequency: "once", show_in_self_service: false })
      expect(Object.keys(hidden)).not.toContain("self_service_category_id")

      yield* scripts.delete(made.id)
      const gone = yield* scripts.get(made.id).pipe(catchReason("NotFound", () => Effect.succeed("gone")))
      expect(gone).toBe("gone")
    }).pipe(onSandbox())
  )

  effect("comes once in a stream of many, in the server's order, for any page size", () =>
    Effect.gen(function* () {
      const scripts = yield* CustomScripts
      const names = Array.from({ length: 23 }, (_, index) => `script ${index}`)
      for (const name of names) yield* scripts.create({ name, execution_frequency: "once", script: "true" })
      for (const options of [{}, { pageSize: 1 }, { pageSize: 7, prefetch: 0 }, { pageSize: 10, prefetch: 5 }]) {
        const { count, results } = yield* scripts.list(options)
        expect(count).toBe(23)
        expect(results.map(({ name }) => name)).toEqual(names)
      }
      const some = yield* scripts.stream({ pageSize: 5 }).pipe(Stream.drop(3), Stream.take(4), Stream.runCollect)
      expect([...some].map(({ name }) => name)).toEqual(names.slice(3, 7))
      expect((yield* writes).length).toBe(23)
    }).pipe(onSandbox({ pageSize: 10 }))
  )
})

describe("Self Service categories", () => {
  effect("are found by name, in any case and with blanks around it; if none matches, there is no failure", () =>
    Effect.gen(function* () {
      const categories = yield* SelfServiceCategories
      const all = yield* categories.list()
      expect(all.map(({ name }) => name)).toEqual(["Apps", "Größen & Maße"])
      expect(yield* categories.find("apps")).toEqual(Option.some(all[0]))
      expect(yield* categories.find(" GRÖSSEN & MASSE ")).toEqual(Option.none())
      expect(yield* categories.find(" größen & MAßE ")).toEqual(Option.some(all[1]))
      expect(yield* categories.find("App")).toEqual(Option.none())
      expect(yield* categories.find("")).toEqual(Option.none())
    }).pipe(onSandbox({ categories: ["Apps", "Größen & Maße"] }))
  )

  effect("are all named if only the case of their names differs", () =>
    Effect.gen(function* () {
      const categories = yield* SelfServiceCategories
      const error = yield* Effect.flip(categories.find("apps"))
      expect(error).toMatchObject({ reason: "Conflict", operation: "SelfServiceCategories.find" })
      for (const { id } of yield* categories.list()) expect(error.detail).toContain(id)
    }).pipe(onSandbox({ categories: ["Apps", "APPS"] }))
  )
})
