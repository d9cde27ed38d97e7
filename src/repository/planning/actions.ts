/**
 * Turns links into actions, and checks everything that an action would send.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { ApiClientError } from "../../errors/ApiClientError.js"
import type { RepositoryError, RepositoryProblem } from "../../errors/RepositoryError.js"
import { ApiClient } from "../../services/ApiClient.js"
import { Blueprints } from "../../services/Blueprints.js"
import type { CustomApps } from "../../services/CustomApps.js"
import type { CustomProfiles } from "../../services/CustomProfiles.js"
import type { CustomScripts } from "../../services/CustomScripts.js"
import type { InstallerTransfer } from "../../services/InstallerTransfer.js"
import { scriptProblem } from "../../services/scriptText.js"
import type { SelfServiceCategories } from "../../services/SelfServiceCategories.js"
import type { Repository } from "../folder/reading.js"
import { differing, hashOf, isText } from "../model/Fields.js"
import type { Action, ItemRef } from "../Plan.js"
import { ensuredOf, installerOf, type Local, type LocalInstaller, refusalsOf, wantedOf } from "./checking.js"
import { changesOf } from "./differences.js"
import { plannedDownload } from "./downloads.js"
import type { Library, TenantItem } from "./library.js"
import { type Linked, refOf, thereRef } from "./linking.js"

/** The services that planning and applying need. */
export type Needs =
  | ApiClient
  | Blueprints
  | CustomApps
  | CustomProfiles
  | CustomScripts
  | FileSystem.FileSystem
  | InstallerTransfer
  | SelfServiceCategories

/** The host of the session's tenant. */
export const tenantHost: Effect.Effect<string, never, ApiClient> = Effect.map(
  ApiClient,
  ({ tenantUrl }) => new URL(tenantUrl).host
)

/** The item of an action, as it appears in plans. */
export const refOfLinked = (action: Linked): ItemRef => {
  if ("local" in action) return refOf(action.local)
  if ("there" in action)
    return action._tag === "delete" ? { ...thereRef(action.there), id: action.id } : thereRef(action.there)
  return action.item
}

/** What `toAction` needs besides the link. */
interface Context {
  readonly repository: Repository
  readonly library: Library
  /** The names of Self Service categories, by id. */
  readonly categoryNames: ReadonlyMap<string, string>
  readonly installers: boolean
  readonly problems: Array<RepositoryProblem>
}

/** Turns a link into an action. Problems with what it would send are added to `context.problems`. */
export const toAction = (linked: Linked, context: Context) =>
  Effect.gen(function* (): Effect.fn.Return<Action, RepositoryError | ApiClientError, Needs> {
    const { categoryNames, installers } = context
    const item = refOfLinked(linked)
    switch (linked._tag) {
      case "record":
      case "forget":
        return linked
      case "delete":
        return linked.side === "tenant"
          ? { _tag: "delete", side: "tenant", item, tenantId: linked.there.id, hash: linked.there.hash }
          : { _tag: "delete", side: "folder", item, tenantId: linked.tenantId, hash: hashOf(linked.local.fields) }
      case "create": {
        const side =
          linked.side === "tenant"
            ? { local: linked.local, there: undefined }
            : { local: undefined, there: linked.there }
        const installer =
          linked.side === "tenant"
            ? yield* checkTenantSide(linked.local, undefined, context)
            : installers
              ? plannedDownload(linked.there)
              : undefined
        const [folder, tenant] = [side.local?.fields ?? {}, side.there?.fields ?? {}]
        const changes = changesOf({
          item: side.local?.item,
          there: side.there,
          folder,
          tenant,
          categoryNames,
          toTenant: linked.side === "tenant"
        })
        const hash = hashOf(linked.side === "tenant" ? folder : tenant)
        return { _tag: "create", side: linked.side, item, changes, ...(installer && { installer }), hash }
      }
      case "update": {
        const { local, side, there } = linked
        const installer =
          side === "tenant"
            ? yield* checkTenantSide(local, there, context)
            : installers && differing(local.fields, there.fields).includes("sha256")
              ? plannedDownload(there)
              : undefined
        const changes = changesOf({
          item: local.item,
          there,
          folder: local.fields,
          tenant: there.fields,
          categoryNames,
          toTenant: side === "tenant"
        })
        return {
          _tag: "update",
          side,
          item,
          tenantId: there.id,
          changes,
          ...(installer && { installer }),
          folderHash: hashOf(local.fields),
          tenantHash: there.hash
        }
      }
    }
  })

/** Checks the data that would be sent for an item, and returns the installer that would be uploaded. */
const checkTenantSide = (local: Local, there: TenantItem | undefined, { library, problems, repository }: Context) =>
  Effect.gen(function* () {
    const { fields, item } = local
    const differs = differing(fields, there?.fields ?? {})
    const found = problems.length
    for (const field of differs.filter((field) => isText(field) && field !== "profile")) {
      const problem = scriptProblem(item.texts[field] ?? "")
      const file = item.files.get(field)
      if (problem !== undefined && file !== undefined)
        problems.push({ file: `${item.path}/${file.name}`, message: problem })
    }
    let installer: LocalInstaller | undefined
    if (item.kind === "app" && (there === undefined || differs.includes("sha256"))) {
      const local = yield* installerOf(repository, item)
      if (Either.isLeft(local)) problems.push(local.left)
      else installer = local.right
    }
    if (problems.length > found) return undefined
    yield* Effect.catchIf(
      library[item.kind].check(wantedOf(item, installer), there),
      ({ reason }) => reason === "InvalidArgument",
      (error) => Effect.sync(() => void problems.push(...refusalsOf(item, error)))
    )
    return installer === undefined
      ? undefined
      : { name: installer.name, size: installer.size, sha256: installer.sha256 }
  })

/** Updates for apps that are in sync but whose installers are missing in the folder. */
export const withoutInstallers = (
  repository: Repository,
  locals: ReadonlyArray<Local>,
  partners: ReadonlyMap<string, TenantItem>,
  linked: ReadonlyArray<Linked>
) =>
  Effect.gen(function* () {
    const busy = new Set(linked.flatMap((action) => ("local" in action ? [action.local.item.id] : [])))
    const idle = locals.filter(({ item }) => item.kind === "app" && partners.has(item.id) && !busy.has(item.id))
    const actions = yield* Effect.forEach(idle, (local) =>
      Effect.gen(function* (): Effect.fn.Return<ReadonlyArray<Action>, RepositoryError, Needs> {
        const there = partners.get(local.item.id)
        const installer = there === undefined ? undefined : plannedDownload(there)
        if (there === undefined || installer === undefined) return []
        if (Either.isRight(yield* installerOf(repository, local.item))) return []
        return [
          {
            _tag: "update",
            side: "folder",
            item: refOf(local),
            tenantId: there.id,
            changes: [],
            installer,
            folderHash: hashOf(local.fields),
            tenantHash: there.hash
          }
        ]
      })
    )
    return actions.flat()
  })

/** Assignments of items to Blueprints that do not have them yet. */
export const assignments = (
  locals: ReadonlyArray<Local>,
  partners: ReadonlyMap<string, TenantItem>,
  created: ReadonlySet<string>,
  problems: Array<RepositoryProblem>
) =>
  Effect.gen(function* () {
    const wanting = locals.filter(
      ({ item }) => (item.info.ensure_blueprints ?? []).length > 0 && (partners.has(item.id) || created.has(item.id))
    )
    if (wanting.length === 0) return []
    const blueprints = yield* Blueprints
    const { results } = yield* blueprints.list()
    const ensured = wanting.flatMap((local) =>
      Either.match(ensuredOf(local.item, results), {
        onLeft: (found) => {
          problems.push(...found)
          return []
        },
        onRight: (all) => all.map((one) => ({ local, ...one }))
      })
    )
    const ids = [...new Set(ensured.map(({ blueprint }) => blueprint.id))]
    const assigned = new Map(
      yield* Effect.forEach(
        ids,
        (id) =>
          Effect.map(
            blueprints.libraryItems(id),
            ({ results }) => [id, new Set(results.map((item) => item.id))] as const
          ),
        { concurrency: 4 }
      )
    )
    return ensured.flatMap(({ blueprint: { id, name }, local, node }): ReadonlyArray<Action> => {
      const there = partners.get(local.item.id)
      if (there !== undefined && assigned.get(id)?.has(there.id) === true) return []
      return [
        {
          _tag: "assign",
          item: refOf(local),
          ...(there === undefined ? {} : { tenantId: there.id }),
          blueprint: { id, name },
          ...(node === undefined ? {} : { node })
        }
      ]
    })
  })
