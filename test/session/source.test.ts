/**
 * The query parameter `source`, with which the vendor counts the clients that are used.
 */
import { effect } from "@effect/vitest"
import { Tags } from "effect-iru"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import type { Iru } from "effect-iru/node"
import { withTenant } from "../support/tenant.js"

const page = { body: { count: 0, next: null, previous: null, results: [] } }

/** The path and query of the tenant's request. */
const asked = (options: Partial<Iru.Options>, variables: Readonly<Record<string, string>> = {}) =>
  withTenant(
    () => page,
    options
  )((server) =>
    Effect.gen(function* () {
      const tags = yield* Tags
      yield* tags.list()
      yield* tags.list({ search: "lab" })
      return server.received.map(({ search }) => search)
    })
  ).pipe(Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables)))))

describe("source", () => {
  effect("is effect-iru, or effect-iru-ci if the variable CI exists", () =>
    Effect.gen(function* () {
      expect(yield* asked({})).toEqual(["?source=effect-iru", "?search=lab&source=effect-iru"])
      expect(yield* asked({}, { CI: "true" })).toEqual(["?source=effect-iru-ci", "?search=lab&source=effect-iru-ci"])
    })
  )

  effect("is the value that the session sets, or is not sent at all", () =>
    Effect.gen(function* () {
      expect(yield* asked({ source: "acme & co" })).toEqual(["?source=acme+%26+co", "?search=lab&source=acme+%26+co"])
      expect(yield* asked({ source: false }, { CI: "true" })).toEqual(["", "?search=lab"])
    })
  )
})
