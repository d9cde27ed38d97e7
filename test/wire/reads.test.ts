/**
 * Requests without a body: each operation's method, path, query and headers.
 */
import { effect } from "@effect/vitest"
import { Blueprints, CustomApps, CustomProfiles, CustomScripts, SelfServiceCategories } from "effect-iru"
import type { Iru } from "effect-iru/node"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describe, expect } from "vitest"
import { root as apps } from "../support/apps.js"
import {
  appId,
  appRecord,
  blueprintId,
  blueprintRecord,
  pageOf,
  profileId,
  profileRecord,
  scriptId,
  scriptRecord
} from "../support/records.js"
import type { Reply } from "../support/server.js"
import { expectApiHeaders, lineOf, sent } from "./support.js"

const profiles = "/api/v1/library/custom-profiles"
const scripts = "/api/v1/library/custom-scripts"
const blueprints = "/api/v1/blueprints"

interface Operation {
  readonly name: string
  readonly run: Effect.Effect<unknown, unknown, Iru.Services>
  readonly answer: Reply
  readonly line: string
}

const one = (body: object): Reply => ({ body })
const page = (body: object): Reply => ({ body: pageOf([body]) })
const deleted: Reply = { status: 204 }

const operations: ReadonlyArray<Operation> = [
  {
    name: "CustomProfiles.list",
    run: Effect.flatMap(CustomProfiles, (service) => service.list()),
    answer: page(profileRecord()),
    line: `GET ${profiles}?source=effect-iru`
  },
  {
    name: "CustomProfiles.stream, by 100",
    run: Effect.flatMap(CustomProfiles, (service) => Stream.runDrain(service.stream({ pageSize: 100 }))),
    answer: page(profileRecord()),
    line: `GET ${profiles}?limit=100&source=effect-iru`
  },
  {
    name: "CustomProfiles.get",
    run: Effect.flatMap(CustomProfiles, (service) => service.get(profileId)),
    answer: one(profileRecord()),
    line: `GET ${profiles}/${profileId}?source=effect-iru`
  },
  {
    name: "CustomProfiles.delete",
    run: Effect.flatMap(CustomProfiles, (service) => service.delete(profileId)),
    answer: deleted,
    line: `DELETE ${profiles}/${profileId}?source=effect-iru`
  },
  {
    name: "CustomScripts.list",
    run: Effect.flatMap(CustomScripts, (service) => service.list()),
    answer: page(scriptRecord()),
    line: `GET ${scripts}?source=effect-iru`
  },
  {
    name: "CustomScripts.stream, by 100",
    run: Effect.flatMap(CustomScripts, (service) => Stream.runDrain(service.stream({ pageSize: 100 }))),
    answer: page(scriptRecord()),
    line: `GET ${scripts}?limit=100&source=effect-iru`
  },
  {
    name: "CustomScripts.get",
    run: Effect.flatMap(CustomScripts, (service) => service.get(scriptId)),
    answer: one(scriptRecord()),
    line: `GET ${scripts}/${scriptId}?source=effect-iru`
  },
  {
    name: "CustomScripts.delete",
    run: Effect.flatMap(CustomScripts, (service) => service.delete(scriptId)),
    answer: deleted,
    line: `DELETE ${scripts}/${scriptId}?source=effect-iru`
  },
  {
    name: "CustomApps.list",
    run: Effect.flatMap(CustomApps, (service) => service.list()),
    answer: page(appRecord()),
    line: `GET ${apps}?source=effect-iru`
  },
  {
    name: "CustomApps.stream, by 100",
    run: Effect.flatMap(CustomApps, (service) => Stream.runDrain(service.stream({ pageSize: 100 }))),
    answer: page(appRecord()),
    line: `GET ${apps}?limit=100&source=effect-iru`
  },
  {
    name: "CustomApps.get",
    run: Effect.flatMap(CustomApps, (service) => service.get(appId)),
    answer: one(appRecord()),
    line: `GET ${apps}/${appId}?source=effect-iru`
  },
  {
    name: "CustomApps.delete",
    run: Effect.flatMap(CustomApps, (service) => service.delete(appId)),
    answer: deleted,
    line: `DELETE ${apps}/${appId}?source=effect-iru`
  },
  {
    name: "Blueprints.list, of some",
    run: Effect.flatMap(Blueprints, (service) =>
      service.list({ name: "North & South", id__in: [blueprintId, scriptId], pageSize: 50 })
    ),
    answer: page(blueprintRecord()),
    line: `GET ${blueprints}?id__in=${blueprintId}%2C${scriptId}&name=North+%26+South&limit=50&source=effect-iru`
  },
  {
    name: "Blueprints.stream, of one",
    run: Effect.flatMap(Blueprints, (service) => Stream.runDrain(service.stream({ id: blueprintId }))),
    answer: page(blueprintRecord()),
    line: `GET ${blueprints}?id=${blueprintId}&source=effect-iru`
  },
  {
    name: "Blueprints.get",
    run: Effect.flatMap(Blueprints, (service) => service.get(blueprintId)),
    answer: one(blueprintRecord()),
    line: `GET ${blueprints}/${blueprintId}?source=effect-iru`
  },
  {
    name: "Blueprints.delete",
    run: Effect.flatMap(Blueprints, (service) => service.delete(blueprintId)),
    answer: deleted,
    line: `DELETE ${blueprints}/${blueprintId}?source=effect-iru`
  },
  {
    name: "Blueprints.templates, under a path with a slash at its end",
    run: Effect.flatMap(Blueprints, (service) => Stream.runDrain(service.templates({ pageSize: 10 }))),
    answer: page({ id: 1, name: "Compliance", weight: 1, templates: [{ id: 7, name: "CIS" }] }),
    line: `GET ${blueprints}/templates/?limit=10&source=effect-iru`
  },
  {
    name: "Blueprints.libraryItems",
    run: Effect.flatMap(Blueprints, (service) => service.libraryItems(blueprintId)),
    answer: page({ id: scriptId, name: "A script" }),
    line: `GET ${blueprints}/${blueprintId}/list-library-items?source=effect-iru`
  },
  {
    name: "SelfServiceCategories.list",
    run: Effect.flatMap(SelfServiceCategories, (service) => service.list()),
    answer: { body: [] },
    line: "GET /api/v1/self-service/categories?source=effect-iru"
  },
  {
    name: "SelfServiceCategories.find",
    run: Effect.flatMap(SelfServiceCategories, (service) => service.find("Apps")),
    answer: { body: [] },
    line: "GET /api/v1/self-service/categories?source=effect-iru"
  }
]

describe("requests without a body", () => {
  for (const { answer, line, name, run } of operations) {
    effect(`${name}: ${line}`, () =>
      Effect.gen(function* () {
        const received = yield* sent(answer, run)
        expect(received.map(lineOf)).toEqual([line])
        for (const request of received) {
          expectApiHeaders(request)
          expect(request.body.length).toBe(0)
          expect(request.headers["content-type"]).toBeUndefined()
        }
      })
    )
  }
})
