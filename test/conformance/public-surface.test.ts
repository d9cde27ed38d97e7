import * as core from "effect-iru"
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"

/** The names of the Python client, and what each one is called here. */
const counterparts: Readonly<Record<string, keyof typeof core>> = {
  ApiClient: "ApiClient",
  ApiConfig: "ApiConfig",
  BlueprintPayload: "Blueprint",
  BlueprintsResource: "Blueprints",
  CustomAppPayload: "CustomApp",
  CustomAppUploadPayload: "CustomAppUpload",
  CustomAppsResource: "CustomApps",
  CustomProfilePayload: "CustomProfile",
  CustomProfilesResource: "CustomProfiles",
  CustomScriptPayload: "CustomScript",
  CustomScriptsResource: "CustomScripts",
  ExecutionFrequency: "ExecutionFrequency",
  InstallEnforcement: "InstallEnforcement",
  InstallType: "InstallType",
  PayloadList: "PayloadList",
  S3Client: "InstallerTransfer",
  SelfServiceCategoriesResource: "SelfServiceCategories",
  SelfServiceCategoryPayload: "SelfServiceCategory",
  is_duplicate_assignment: "isDuplicateAssignment"
}

test("EXP-1 (improved: the vendor's own nouns; ApiPayload, a base class, is not needed): every export of Python is here", () => {
  for (const name of Object.values(counterparts)) expect(core[name]).toBeDefined()
})

test("EXP-2 (improved: the API report names more than Python exports): nothing outside the API report is exported", () => {
  const report = readFileSync(new URL("../../api/index.api.md", import.meta.url), "utf8")
  const declared = [...report.matchAll(/^(?:export )?(?:declare )?(?:const|class|function|namespace) (\w+)/gm)]
  const names = new Set(declared.map(([, name]) => name))
  expect(Object.keys(core).filter((name) => !names.has(name))).toEqual([])
})
