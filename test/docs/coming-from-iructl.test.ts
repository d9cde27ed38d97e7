/**
 * Checks docs/coming-from-iructl.md against the code: it has each name of the Python client, and each call next to it
 * exists.
 */
import { scoped } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as core from "effect-iru"
import { Iru } from "effect-iru/node"
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"

const page = readFileSync("docs/coming-from-iructl.md", "utf8")
const section = (title: string) => page.split(/^## /m).find((part) => part.startsWith(title)) ?? ""
const cells = (title: string, column: number) =>
  section(title)
    .split("\n")
    .filter((line) => line.startsWith("| `") || line.startsWith("| ("))
    .map((line) => line.split("|")[column] ?? "")
const code = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text)

test("the table has every name of iructl.api next to an exported name of this library", () => {
  expect(cells("Names", 1).slice(1).flatMap(code)).toEqual([
    "ApiConfig",
    "ApiClient",
    "S3Client",
    "CustomProfilesResource",
    "CustomScriptsResource",
    "CustomAppsResource",
    "BlueprintsResource",
    "SelfServiceCategoriesResource",
    "ApiPayload",
    "PayloadList",
    "CustomProfilePayload",
    "CustomScriptPayload",
    "CustomAppPayload",
    "CustomAppUploadPayload",
    "BlueprintPayload",
    "SelfServiceCategoryPayload",
    "InstallType",
    "InstallEnforcement",
    "ExecutionFrequency",
    "is_duplicate_assignment"
  ])
  for (const name of cells("Names", 2).flatMap(code)) expect(core).toHaveProperty(name)
})

const tenant = Iru.layer({ tenantUrl: "example.api.iru.com", apiToken: "00000000-0000-0000-0000-000000000000" })

scoped("every call that the page names exists", () =>
  Effect.gen(function* () {
    const services = yield* Layer.build(tenant)
    const open: Readonly<Record<string, object>> = {
      ApiClient: Context.get(services, core.ApiClient),
      Blueprints: Context.get(services, core.Blueprints),
      CustomApps: Context.get(services, core.CustomApps),
      CustomProfiles: Context.get(services, core.CustomProfiles),
      CustomScripts: Context.get(services, core.CustomScripts),
      InstallerTransfer: Context.get(services, core.InstallerTransfer),
      SelfServiceCategories: Context.get(services, core.SelfServiceCategories),
      ApiConfig: core.ApiConfig
    }
    const calls = cells("Calls", 2)
      .flatMap(code)
      .flatMap((text) => [...text.matchAll(/^(\w+)\.(\w+)/g)])
    const ours = calls.filter(([, service = ""]) => service in open)
    expect(ours.length).toBeGreaterThan(30)
    for (const [, service = "", operation = ""] of ours) expect(open[service], service).toHaveProperty(operation)
  })
)
