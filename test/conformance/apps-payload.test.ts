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
      "APP-1: the last part of the key, without its token",
      "tenants/1/library/custom_apps/MyApp_d00561c3.pkg",
      "MyApp.pkg"
    ],
    ["APP-2: a key without folders", "MyApp_d00561c3.pkg", "MyApp.pkg"],
    ["APP-3: other underscores stay", "my_under_score_1584c902.pkg", "my_under_score.pkg"],
    ["APP-4: a token in upper case counts", "MyApp_AB12CD34.dmg", "MyApp.dmg"],
    ["APP-5: without a token nothing goes", "MyApp.pkg", "MyApp.pkg"],
    ["APP-6: only the last token goes", "MyApp_df5f1408_7737ec3a.zip", "MyApp_df5f1408.zip"],
    ["a part of the name that is no token of eight digits stays, unlike in Python", "Foo_10.pkg", "Foo_10.pkg"],
    ["a part of the name that happens to be hex stays, unlike in Python", "Foo_cafe.dmg", "Foo_cafe.dmg"],
    ["a name that is nothing but a token stays", "_d00561c3.pkg", "_d00561c3.pkg"],
    ["a token before the first of two extensions stays", "x_d00561c3.tar.gz", "x_d00561c3.tar.gz"],
    ["a key without an extension stays", "x/MyApp_d00561c3", "MyApp_d00561c3"]
  ] as const) {
    effect(row, () =>
      Effect.gen(function* () {
        expect((yield* decode({ file_key })).file_name).toBe(file_name)
        expect(installerName(file_key)).toBe(file_name)
      })
    )
  }
})

describe("the place where a zip is unpacked", () => {
  effect('APP-7: "" is null, as is a key that is missing', () =>
    Effect.gen(function* () {
      expect((yield* decode({ unzip_location: "" })).unzip_location).toBeNull()
      const { unzip_location: _missing, ...without } = appRecord()
      expect((yield* Schema.decodeUnknown(CustomApp)(without)).unzip_location).toBeNull()
    })
  )

  effect("APP-8: a path stays", () =>
    Effect.gen(function* () {
      expect((yield* decode({ unzip_location: "/var/tmp" })).unzip_location).toBe("/var/tmp")
    })
  )
})

effect("an app is encoded as it came", () =>
  Effect.gen(function* () {
    const record = appRecord({ unzip_location: "", show_in_self_service: true, self_service_recommended: false })
    const app = yield* withTenant(() => ({ body: record }))(() => Effect.flatMap(CustomApps, (apps) => apps.get(appId)))
    expect(yield* Schema.encode(CustomApp)(app)).toEqual(record)
  })
)
