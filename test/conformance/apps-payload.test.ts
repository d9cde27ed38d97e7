import { effect } from "@effect/vitest"
import { CustomApp, CustomApps, installerName } from "effect-iru"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { describe, expect } from "vitest"
import { appId, appRecord } from "../support/records.js"
import { withTenant } from "../support/tenant.js"

const decode = (changes: Readonly<Record<string, unknown>>) => Schema.decodeUnknown(CustomApp)(appRecord(changes))

describe("the name of the installer", () => {
  for (const [row, file_key, file_name] of [
    [
      "APP-1: is the last part of the key, without its token",
      "tenants/1/library/custom_apps/MyApp_d00561c3.pkg",
      "MyApp.pkg"
    ],
    ["APP-2: is the key without its token if there are no folders", "MyApp_d00561c3.pkg", "MyApp.pkg"],
    ["APP-3: keeps other underscores", "my_under_score_1584c902.pkg", "my_under_score.pkg"],
    ["APP-4: loses a token in upper case too", "MyApp_AB12CD34.dmg", "MyApp.dmg"],
    ["APP-5: is unchanged if there is no token", "MyApp.pkg", "MyApp.pkg"],
    ["APP-6: loses only the last token", "MyApp_df5f1408_7737ec3a.zip", "MyApp_df5f1408.zip"],
    ["keeps a part that is not a token of eight digits, unlike in Python", "Foo_10.pkg", "Foo_10.pkg"],
    ["keeps a part that only looks like hex, unlike in Python", "Foo_cafe.dmg", "Foo_cafe.dmg"],
    ["is unchanged if it is only a token", "_d00561c3.pkg", "_d00561c3.pkg"],
    ["keeps a token before the first of two extensions", "x_d00561c3.tar.gz", "x_d00561c3.tar.gz"],
    ["is unchanged if the key has no extension", "x/MyApp_d00561c3", "MyApp_d00561c3"]
  ] as const) {
    effect(row, () =>
      Effect.gen(function* () {
        expect((yield* decode({ file_key })).file_name).toBe(file_name)
        expect(installerName(file_key)).toBe(file_name)
      })
    )
  }
})

describe("unzip_location, the place where a zip is unpacked,", () => {
  effect('APP-7: is null if it is "" or missing', () =>
    Effect.gen(function* () {
      expect((yield* decode({ unzip_location: "" })).unzip_location).toBeNull()
      const { unzip_location: _missing, ...without } = appRecord()
      expect((yield* Schema.decodeUnknown(CustomApp)(without)).unzip_location).toBeNull()
    })
  )

  effect("APP-8: is unchanged if it is a path", () =>
    Effect.gen(function* () {
      expect((yield* decode({ unzip_location: "/var/tmp" })).unzip_location).toBe("/var/tmp")
    })
  )
})

effect("encoding an app gives the JSON that the service sent", () =>
  Effect.gen(function* () {
    const record = appRecord({ unzip_location: "", show_in_self_service: true, self_service_recommended: false })
    const app = yield* withTenant(() => ({ body: record }))(() => Effect.flatMap(CustomApps, (apps) => apps.get(appId)))
    expect(yield* Schema.encode(CustomApp)(app)).toEqual(record)
  })
)
