/**
 * The main job: publishes an installer, a profile and a script to a tenant, assigns them to a Blueprint, reads the
 * listings, downloads the installer again and verifies it.
 *
 *   npm run demo                                      on a sandbox tenant that it starts itself
 *   npm run demo -- --installer Firefox.pkg           with an installer of your own
 *   IRU_TENANT_URL=… IRU_API_TOKEN=… npm run demo     on your tenant: reads, and changes nothing
 *   … npm run demo -- --write --installer Firefox.pkg on your tenant: does the job, then removes what it made
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ApiClient, Blueprints, CustomApps, CustomProfiles, CustomScripts, SelfServiceCategories } from "effect-iru"
import { Iru, ProgressBar } from "effect-iru/node"
import { Sandbox } from "effect-iru/sandbox"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

const asset = (name: string) => fileURLToPath(new URL(`./assets/${name}`, import.meta.url))

const megabytes = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`

interface Inputs {
  readonly installer: { readonly path: string; readonly name?: string }
  readonly profile: string
  readonly script: string
}

/** Makes everything, and removes it again when the scope closes. */
const publish = (inputs: Inputs) =>
  Effect.gen(function* () {
    const [apps, profiles, scripts, blueprints, categories] = yield* Effect.all([
      CustomApps,
      CustomProfiles,
      CustomScripts,
      Blueprints,
      SelfServiceCategories
    ])
    const fs = yield* FileSystem.FileSystem
    const stamp = new Date().toISOString().slice(0, 19)

    yield* Console.log("\nPublishing")
    const category = yield* categories.find("Utilities")
    const app = yield* Effect.acquireRelease(
      apps.create({
        name: `effect-iru demo app ${stamp}`,
        install_type: "package",
        install_enforcement: "install_once",
        installer: inputs.installer,
        ...(Option.isSome(category) ? { show_in_self_service: true, self_service_category_id: category.value.id } : {})
      }),
      (app) => Effect.ignore(apps.delete(app.id))
    )
    yield* Console.log(`  Custom app      ${app.name}`)
    yield* Console.log(
      `                  ${app.file_name}, ${megabytes(app.file_size ?? 0)}, sha256 ${app.sha256 ?? "not known yet"}`
    )

    const profile = yield* Effect.acquireRelease(
      profiles.create({
        name: `effect-iru demo profile ${stamp}`,
        runs_on_mac: true,
        active: false,
        file: { path: inputs.profile }
      }),
      (profile) => Effect.ignore(profiles.delete(profile.id))
    )
    yield* Console.log(`  Custom profile  ${profile.name} (${profile.mdm_identifier})`)

    const script = yield* Effect.acquireRelease(
      scripts.create({
        name: `effect-iru demo script ${stamp}`,
        execution_frequency: "every_day",
        active: false,
        script: yield* fs.readFileString(inputs.script)
      }),
      (script) => Effect.ignore(scripts.delete(script.id))
    )
    yield* Console.log(`  Custom script   ${script.name} (runs ${script.execution_frequency})`)

    yield* Console.log("\nAssigning")
    const blueprint = yield* Effect.acquireRelease(
      blueprints.create({ name: `effect-iru demo ${stamp}`, enrollment_code: { is_active: false } }),
      (blueprint) => Effect.ignore(blueprints.delete(blueprint.id))
    )
    yield* Console.log(`  Blueprint       ${blueprint.name}`)
    for (const item of [app, profile, script]) {
      const { status } = yield* blueprints.assign(blueprint.id, { library_item_id: item.id })
      yield* Console.log(`  ${status.padEnd(15)} ${item.name}`)
    }
    const again = yield* blueprints.assign(blueprint.id, { library_item_id: app.id })
    yield* Console.log(`  Assigned the app a second time: ${again.status}, nothing changed.`)

    yield* listings

    yield* Console.log("\nDownloading the installer again")
    const folder = yield* fs.makeTempDirectoryScoped()
    const copy = yield* apps.download(app, { to: `${folder}/` })
    yield* Console.log(
      `  ${copy.verified ? "Verified" : "Not verified"}: ${megabytes(copy.size)}, sha256 ${copy.sha256}`
    )
    yield* Console.log("\nDone. Removing what was made.")
  }).pipe(Effect.scoped)

/** What the tenant has, read page by page. */
const listings = Effect.gen(function* () {
  yield* Console.log("\nThe tenant's library")
  const count = <A, E>(what: string, stream: Stream.Stream<A, E>) =>
    Effect.flatMap(Stream.runCount(stream), (count) => Console.log(`  ${what.padEnd(15)} ${count}`))
  yield* count("Blueprints", (yield* Blueprints).stream())
  yield* count("Custom apps", (yield* CustomApps).stream())
  yield* count("Custom profiles", (yield* CustomProfiles).stream())
  yield* count("Custom scripts", (yield* CustomScripts).stream())
})

const program = Effect.gen(function* () {
  const { values } = parseArgs({
    options: {
      installer: { type: "string" },
      profile: { type: "string", default: asset("screen-lock.mobileconfig") },
      script: { type: "string", default: asset("free-disk-space.sh") },
      write: { type: "boolean", default: false }
    }
  })
  const onTenant = (process.env["IRU_TENANT_URL"] ?? process.env["IRUCTL_TENANT"]) !== undefined
  if (onTenant && values.write && values.installer === undefined) {
    return yield* Effect.fail(new Error("--write on a tenant of yours needs an --installer to publish."))
  }
  const inputs: Inputs = {
    installer:
      values.installer === undefined
        ? { path: process.execPath, name: `node-${process.version}.pkg` }
        : { path: values.installer },
    profile: values.profile,
    script: values.script
  }

  if (onTenant) {
    const job = Effect.gen(function* () {
      yield* Console.log(`Tenant ${(yield* ApiClient).tenantUrl}`)
      if (values.write) return yield* publish(inputs)
      yield* listings
      yield* Console.log("\nNothing was changed. With --write and --installer the demo publishes, and cleans up.")
    })
    return yield* Effect.provide(job, Iru.layerConfig())
  }

  const tenant = Layer.unwrapEffect(
    Effect.map(Sandbox, ({ apiToken, tenantUrl }) => Iru.layer({ apiToken, tenantUrl }))
  )
  const job = Effect.gen(function* () {
    yield* Console.log(`A sandbox tenant on this machine, ${(yield* ApiClient).tenantUrl}`)
    yield* publish(inputs)
  })
  return yield* job.pipe(Effect.provide(tenant), Effect.provide(Sandbox.layer()))
})

const explain = (cause: Cause.Cause<unknown>) =>
  Console.error(
    `\nIt did not work: ${
      Cause.prettyErrors(cause)
        .map((error) => error.message)
        .join("\n") || "interrupted"
    }`
  )

program.pipe(
  Effect.tapErrorCause(explain),
  Effect.provide([NodeContext.layer, ProgressBar.layer({ stream: process.stdout })]),
  NodeRuntime.runMain({ disableErrorReporting: true })
)
