import { effect } from "@effect/vitest"
import { type CreateCustomApp, CustomApps } from "effect-iru"
import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import { appsTenant, echo, fileKey, placeOn } from "../support/apps.js"
import { categoryId } from "../support/records.js"
import type { Handler } from "../support/server.js"
import { fieldsOf, untyped, withTenant } from "../support/tenant.js"

const installer = { bytes: Buffer.from("an installer"), name: "test.pkg" }
const create = (app: CreateCustomApp) => Effect.flatMap(CustomApps, (apps) => apps.create(app))

describe("create", () => {
  effect("APC-1 APC-2 APC-3: a package for Self Service has the server's name and id, whatever the id looks like", () =>
    withTenant(
      appsTenant({
        create: async (request, raw) => {
          const reply = await echo(request, raw)
          return reply === "handled" ? reply : { ...reply, body: { ...(reply.body as object), id: "app-123" } }
        }
      })
    )((server) =>
      Effect.gen(function* () {
        const app = yield* create({
          name: "Firefox",
          install_type: "package",
          install_enforcement: "install_once",
          show_in_self_service: true,
          self_service_category_id: categoryId,
          self_service_recommended: true,
          installer
        })
        expect(app).toMatchObject({
          id: "app-123",
          name: "Firefox",
          file_key: fileKey,
          file_name: "test.pkg",
          show_in_self_service: true,
          self_service_category_id: categoryId,
          self_service_recommended: true
        })
        expect(server.received.at(-1)?.method).toBe("POST")
      })
    )
  )

  effect("APC-4: create presigns, uploads, reports the finalizing and makes the app, in this order", () => {
    const events: Array<string> = []
    const noting =
      (event: string, handler: Handler): Handler =>
      (request, raw) => {
        events.push(event)
        return handler(request, raw)
      }
    return withTenant(
      appsTenant({
        presign: noting("presign", (request) => ({ status: 201, body: placeOn(request) })),
        storage: noting("stored", () => ({ status: 204 })),
        create: noting("create", echo)
      })
    )(() =>
      Effect.gen(function* () {
        yield* (yield* CustomApps).create(
          { name: "Firefox", install_type: "package", install_enforcement: "install_once", installer },
          { onProgress: ({ phase }) => events.at(-1) !== phase && events.push(phase) }
        )
        expect(events.filter((event) => event !== "uploading")).toEqual(["presign", "stored", "finalizing", "create"])
        expect(events.indexOf("uploading")).toBeGreaterThan(events.indexOf("presign"))
        expect(events.lastIndexOf("uploading")).toBeLessThan(events.indexOf("finalizing"))
      })
    )
  })

  effect("APC-5: a 201 that is not JSON is a Decode error that has the fileKey of the upload", () =>
    withTenant(appsTenant({ create: { status: 201, body: "created" } }))(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          create({ name: "Firefox", install_type: "package", install_enforcement: "install_once", installer })
        )
        expect(error).toMatchObject({ _tag: "ApiClientError", reason: "Decode", status: 201, fileKey })
      })
    )
  )

  const refused = [
    {
      row: "APC-6: a zip without an unzip_location",
      fields: { install_type: "zip" },
      problems: { unzip_location: ['is required when install_type is "zip"'] }
    },
    {
      row: "APC-6 (improved: an empty text counts as missing): a zip with an empty unzip_location",
      fields: { install_type: "zip", unzip_location: "" },
      problems: { unzip_location: ['is required when install_type is "zip"'] }
    },
    {
      row: "APC-7: an audit script on an app that is installed once",
      fields: { audit_script: "exit 0" },
      problems: { audit_script: ['can only be used with install_enforcement "continuously_enforce"'] }
    },
    {
      row: "APC-8: Self Service without a category",
      fields: { show_in_self_service: true },
      problems: { self_service_category_id: ["is required when show_in_self_service is true"] }
    },
    {
      row: "APC-9: no enforcement without Self Service",
      fields: { install_enforcement: "no_enforcement", show_in_self_service: false },
      problems: {
        show_in_self_service: ['must be true with install_enforcement "no_enforcement"'],
        self_service_category_id: ["is required when show_in_self_service is true"]
      }
    },
    {
      row: "continuous enforcement without an audit script",
      fields: { install_enforcement: "continuously_enforce" },
      problems: { audit_script: ['is required with install_enforcement "continuously_enforce"'] }
    },
    {
      row: "an unzip_location for an app that is not a zip",
      fields: { unzip_location: "/tmp" },
      problems: { unzip_location: ['can only be used with install_type "zip"'] }
    },
    {
      row: "a recommendation without show_in_self_service",
      fields: { self_service_recommended: true },
      problems: { self_service_recommended: ["only has an effect when show_in_self_service is true"] }
    },
    {
      row: "a category without show_in_self_service",
      fields: { self_service_category_id: categoryId },
      problems: { self_service_category_id: ["only has an effect when show_in_self_service is true"] }
    }
  ]
  for (const { fields, problems, row } of refused) {
    effect(`${row} is refused before anything is sent`, () =>
      withTenant(appsTenant())((server) =>
        Effect.gen(function* () {
          const app = {
            name: "Firefox",
            install_type: "package",
            install_enforcement: "install_once",
            installer,
            ...fields
          }
          const error = yield* Effect.flip(create(untyped<CreateCustomApp>(app)))
          expect(error).toMatchObject({ _tag: "ApiClientError", reason: "InvalidArgument", fieldErrors: problems })
          expect(server.received).toEqual([])
        })
      )
    )
  }

  effect("every problem is reported at once, in single fields and between fields", () =>
    withTenant(appsTenant())(() =>
      Effect.gen(function* () {
        const app = { name: "", install_type: "zip", install_enforcement: "continuously_enforce", color: "red" }
        const error = yield* Effect.flip(create(untyped<CreateCustomApp>(app)))
        expect(error).toMatchObject({ reason: "InvalidArgument" })
        expect(fieldsOf(error)).toEqual(["audit_script", "color", "installer", "name", "unzip_location"])
      })
    )
  )
})
