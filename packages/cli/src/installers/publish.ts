/**
 * `iru apps publish` and `iru in-house-apps publish`: create an app with an installer, or update the app of that name.
 */
import { type ApiClientError, CustomApps, InHouseApps, type Operation, type PayloadError } from "effect-iru"
import { ProgressBar } from "effect-iru/node"
import * as operations from "effect-iru/operations"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { basename, extname } from "node:path"
import { type Options, withFields, withStyle } from "../operations/commands.js"
import { confirmOnce, withConfirmation } from "../operations/confirm.js"
import { type Field, fieldsOf } from "../operations/fields.js"
import { withIds } from "../operations/lookup.js"
import { given } from "../operations/values.js"
import { printRecord, styleOf, tell } from "../output/print.js"
import { executeOn, withSession } from "../shell/execute.js"
import { exitCodes } from "../shell/exitCodes.js"
import { Problem } from "../shell/Problem.js"
import type { ShellCommand } from "../shell/program.js"
import type { Tenant } from "../tenants/session.js"

const usage = (message: string) => new Problem({ message, code: exitCodes.usage })

const installTypes: Readonly<Record<string, string>> = { ".pkg": "package", ".zip": "zip", ".dmg": "image" }

/** Fields that the command sets itself, or that have a default. */
const optional = new Set(["install_type", "install_enforcement"])

const fieldsFor = (operation: Operation.Any): ReadonlyArray<Field> =>
  fieldsOf(operation.body?.schema)
    .filter(({ name }) => name !== "file_key")
    .map((field) => (optional.has(field.name) ? { ...field, isRequired: false } : field))

const appFields = fieldsFor(operations.CustomApps.create)
const inHouseFields = fieldsFor(operations.InHouseApps.create)

/** The current values of an existing app that the API requires to be sent again with an update. */
const kept = [
  "install_enforcement",
  "unzip_location",
  "audit_script",
  "show_in_self_service",
  "self_service_category_id",
  "self_service_recommended"
] as const

const named = <A extends { readonly name: string }>(apps: Stream.Stream<A, ApiClientError>, name: string) =>
  Effect.map(Stream.runCollect(Stream.filter(apps, (app) => app.name === name)), Chunk.toReadonlyArray)

const nameOf = (values: Readonly<Record<string, unknown>>): Effect.Effect<string, Problem> =>
  typeof values["name"] === "string" && values["name"] !== ""
    ? Effect.succeed(values["name"])
    : usage("Give the name of the app: --name Firefox. An app of that name is updated, or a new one is created.")

/** Asks before an existing app is updated, because devices that have the app will get the new installer. */
const confirmChange = (tenant: Tenant, file: string, id: string, name: string, options: Options) =>
  confirmOnce({ what: `Upload ${basename(file)} to the app`, tenant, names: [name], aliases: [id] }, options)

const publishApp = (tenant: Tenant, file: string, options: Options) =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    const values = yield* Effect.flatMap(given(appFields, options), withIds)
    const name = yield* nameOf(values)
    const [found, another] = yield* named(apps.stream(), name)
    if (found !== undefined && another === undefined) yield* confirmChange(tenant, file, found.id, name, options)
    const before = Object.fromEntries(
      kept.flatMap((field) => {
        const value = found?.[field]
        return value === undefined || value === null || value === "" ? [] : [[field, value]]
      })
    )
    const app = {
      install_enforcement: "install_once",
      ...before,
      install_type: installTypes[extname(file).toLowerCase()],
      ...values,
      installer: { path: file }
    }
    const publish: Effect.Effect<CustomApps.Published, ApiClientError | PayloadError> = Reflect.apply(
      apps.publish,
      apps,
      [app]
    )
    const published = yield* Effect.provide(publish, ProgressBar.layer())
    return { status: published.status, ...published.app }
  })

const publishInHouse = (tenant: Tenant, file: string, options: Options) =>
  Effect.gen(function* () {
    const apps = yield* InHouseApps
    const values = yield* given(inHouseFields, options)
    const name = yield* nameOf(values)
    const [found, another] = yield* named(apps.stream(), name)
    if (another !== undefined)
      return yield* usage(`Several in-house apps are called "${name}": ${found?.id}, ${another.id}. Rename one.`)
    const app = { ...values, name, installer: { path: file } }
    if (found !== undefined) yield* confirmChange(tenant, file, found.id, name, options)
    const publish = found === undefined ? apps.create(app) : apps.update(found.id, app)
    const published = yield* Effect.provide(publish, ProgressBar.layer())
    return { status: found === undefined ? "created" : "updated", ...published }
  })

const words = { created: "Created", updated: "Updated", unchanged: "Already up to date:" } as const

const isStatus = (status: string): status is keyof typeof words => status in words

/** Makes a command that publishes an installer: a custom app, or an in-house app. */
export const publishCommand = (command: ShellCommand, kind: "custom" | "in-house"): void => {
  const example = kind === "custom" ? "Firefox.pkg --name Firefox" : "Scanner.ipa --name Scanner"
  const name = command.fullName
  command
    .description(
      kind === "custom"
        ? "Upload an installer and create a custom app, or update the app of that name. If the app has this installer already, nothing is uploaded."
        : "Upload an .ipa and create an in-house app, or update the app of that name."
    )
    .summary("Upload an installer, for a new app or for the app of that name")
    .argument("<file>", kind === "custom" ? "The installer: a .pkg, .zip or .dmg" : "The installer: an .ipa")
    .examples(
      `${name} ${example}`,
      `${name} ${example} --yes   # for scripts`,
      ...(kind === "custom"
        ? [
            `${name} Tools.zip --name Tools --unzip-location /Applications`,
            `${name} Zoom.pkg --name Zoom --install-enforcement continuously_enforce --audit-script @audit.zsh`
          ]
        : [])
    )
  withFields(command, kind === "custom" ? appFields : inHouseFields)
  withSession(withStyle(withConfirmation(command, false)))
  command.action(async (file: string) => {
    const options: Options = command.opts()
    await executeOn(command, options, (tenant) =>
      Effect.gen(function* () {
        const app = yield* (kind === "custom" ? publishApp : publishInHouse)(tenant, file, options)
        if (isStatus(app.status)) yield* tell(`${words[app.status]} ${app.name}`)
        const { id, sha256, status } = app
        yield* printRecord({ status, id, name: app.name, sha256 }, styleOf(options))
      })
    )
  })
}
