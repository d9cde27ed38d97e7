/**
 * The categories of Prism: each has a verb, and a row type with the columns that a tenant sends.
 */
import { layer } from "@effect/vitest"
import { Prism } from "effect-iru/operations"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import { expect, test } from "vitest"
import { call, keysOf, listAt } from "../sandbox/support.js"

const categories = {
  activation_lock: ["activationLock", "PrismActivationLock"],
  application_firewall: ["applicationFirewall", "PrismApplicationFirewall"],
  apps: ["apps", "PrismApp"],
  cellular: ["cellular", "PrismCellular"],
  certificates: ["certificates", "PrismCertificate"],
  desktop_and_screensaver: ["desktopAndScreensaver", "PrismDesktopAndScreensaver"],
  device_information: ["deviceInformation", "PrismDeviceInformation"],
  filevault: ["fileVault", "PrismFileVault"],
  gatekeeper_and_xprotect: ["gatekeeperAndXprotect", "PrismGatekeeperAndXprotect"],
  installed_profiles: ["installedProfiles", "PrismInstalledProfile"],
  kernel_extensions: ["kernelExtensions", "PrismKernelExtension"],
  launch_agents_and_daemons: ["launchAgentsAndDaemons", "PrismLaunchItem"],
  local_users: ["localUsers", "PrismLocalUser"],
  startup_settings: ["startupSettings", "PrismStartupSettings"],
  system_extensions: ["systemExtensions", "PrismSystemExtension"],
  transparency_database: ["transparencyDatabase", "PrismTransparencyEntry"]
} as const

test.each(Object.entries(categories))("%s has its own verb and its own row", (name, [verb, row]) => {
  const { answer, template } = Prism[verb]
  expect(template).toBe(`/api/v1/prism/${name}`)
  expect(Option.flatMap(Option.fromNullable(answer), ({ ast }) => AST.getIdentifierAnnotation(ast))).toEqual(
    Option.some(row)
  )
})

layer(Sandbox.layer({ seed: { devices: 60 } }))("the row of a category", (it) => {
  it.effect("names every column that a tenant sends", () =>
    Effect.gen(function* () {
      for (const [name, [verb]] of Object.entries(categories)) {
        const { json } = yield* call("GET", `/api/v1/prism/${name}?limit=300`)
        const { answer } = Prism[verb]
        if (answer === undefined) throw new Error(`${name} has no rows`)
        const decode = Schema.decodeUnknownSync(answer)
        for (const row of listAt(json, "data")) {
          expect(keysOf(decode(row)), name).toEqual(expect.arrayContaining([...keysOf(row)]))
        }
      }
    })
  )
})
