/**
 * Actions that change the folder.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import { dirname, join } from "node:path"
import { CustomApps } from "../../services/CustomApps.js"
import { io, removeFile, removeIfEmpty, unfinished, writeNew } from "../folder/files.js"
import { folderName } from "../folder/layout.js"
import { stamped } from "../folder/reading.js"
import { removeState, writeState } from "../folder/state.js"
import * as InfoDocument from "../format/InfoDocument.js"
import { differing, fieldHash, hashBeside } from "../model/Fields.js"
import { keysOf } from "../model/Info.js"
import { kinds } from "../model/kinds.js"
import type { Needs } from "../planning/actions.js"
import { payloadName } from "../planning/checking.js"
import type { TenantItem } from "../planning/library.js"
import { isThere, unchangedLocal, unchangedListed } from "./checks.js"
import { type ActionOf, type Failure, stale, type Work } from "./Work.js"
import { infoOf, present, stampsOf, without, writeItem } from "./writing.js"

/** Downloads the installer of an action into the payloads folder. */
const download = (
  { onProgress, repository }: Work,
  { item, installer }: ActionOf<"create"> | ActionOf<"update">,
  tenantId: string
) =>
  Effect.gen(function* (): Effect.fn.Return<void, Failure, Needs> {
    if (installer === undefined) return
    const fs = yield* FileSystem.FileSystem
    const apps = yield* CustomApps
    yield* makePayloads(fs, repository.payloads)
    const to = join(repository.payloads, payloadName(installer.name, installer.sha256))
    const { sha256 } = yield* apps.download(tenantId, { to, onProgress, resume: true })
    if (sha256 !== installer.sha256) return yield* stale(item, "got a different installer in the tenant")
  })

/** Creates the payloads folder if it is missing, with a `.gitignore`. An existing folder is not changed. */
const makePayloads = (fs: FileSystem.FileSystem, payloads: string) =>
  Effect.gen(function* () {
    if (yield* fs.exists(payloads)) return
    yield* fs.makeDirectory(payloads, { recursive: true })
    yield* fs.writeFileString(join(payloads, ".gitignore"), "*\n")
  }).pipe(Effect.mapError(io("The folder of installers cannot be made")))

/** Writes a new folder for an item of the tenant. A rename makes it appear with all its files at once. */
export const create = (work: Work, action: ActionOf<"create">) =>
  Effect.gen(function* (): Effect.fn.Return<void, Failure, Needs> {
    const { naming, repository, tenant } = work
    const { hash, item } = action
    const { id, kind } = item
    if (repository.items.some((local) => local.kind === kind && local.id === id)) {
      return yield* stale(item, "was added to the folder")
    }
    const there = yield* unchangedListed(work, item, id, hash)
    yield* download(work, action, id)
    yield* Effect.uninterruptible(
      Effect.gen(function* () {
        const temporary = yield* newFolder(work, there)
        yield* naming.withPermits(1)(moveToName(work, join(repository.root, kinds[kind].folder), there.name, temporary))
        yield* writeState(repository.root, tenant, kind, id, { version: 1, id, managed: true, hash: there.hash })
      }).pipe(Effect.mapError(io(`The folder of ${item.name} cannot be written`)))
    )
  })

const newFolder = ({ repository: { infoFormat, root } }: Work, there: TenantItem) =>
  Effect.gen(function* () {
    const { kind } = there
    const folder = unfinished(root, kind)
    const texts: Record<string, string> = {}
    for (const { field, mode, newName } of kinds[kind].files) {
      const text = field in there.fields ? String(there.values[field] ?? "") : ""
      if (text === "") continue
      texts[field] = text
      yield* writeNew(join(folder, newName(text)), new TextEncoder().encode(text), mode)
    }
    const info = without({
      id: there.id,
      name: there.name,
      ...stampsOf(there),
      ...infoOf(there, Object.keys(there.fields))
    })
    const bytes = InfoDocument.render(stamped(kind, info, texts), infoFormat, keysOf(kind))
    yield* writeNew(join(folder, `info.${infoFormat}`), bytes, 0o644)
    return folder
  })

/** Renames a folder to a name that is still free: `Wi-Fi`, `Wi-Fi (1)`, … */
const moveToName = ({ names }: Work, base: string, name: string, temporary: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    let taken = names.get(base)
    if (taken === undefined) {
      yield* fs.makeDirectory(base, { recursive: true })
      taken = new Set((yield* fs.readDirectory(base)).map((other) => other.toLowerCase()))
      names.set(base, taken)
    }
    const wanted = folderName(name)
    let free = wanted
    for (let number = 1; taken.has(free.toLowerCase()); number++) free = `${wanted.slice(0, 245)} (${number})`
    taken.add(free.toLowerCase())
    yield* fs.rename(temporary, join(base, free))
  })

/** Writes the tenant's changes into the files of an item. */
export const update = (work: Work, action: ActionOf<"update">) =>
  Effect.gen(function* (): Effect.fn.Return<void, Failure, Needs> {
    const { repository, tenant, writeBack } = work
    const { folderHash, item, tenantHash, tenantId } = action
    const { kind } = item
    const { fields, item: local } = yield* unchangedLocal(work, item, folderHash)
    const there = yield* unchangedListed(work, item, tenantId, tenantHash)
    yield* download(work, action, tenantId)
    const changed = differing(fields, there.fields)
    const known = { version: 1, id: tenantId, managed: true } as const
    const write = (rest: object) => writeState(repository.root, tenant, kind, local.id, { ...known, ...rest })
    yield* Effect.uninterruptible(
      Effect.gen(function* () {
        yield* write({ pulling: Object.fromEntries(changed.map((field) => [field, fieldHash(fields[field])])) })
        yield* writeItem(repository.root, local, there, {
          fields: changed,
          exact: writeBack,
          info: present(local.infoFile.record, stampsOf(there))
        })
        yield* write({ hash: hashBeside(there.fields, fields) })
      }).pipe(Effect.mapError(io(`The files of ${item.name} cannot be written`)))
    )
  })

/** Removes the files of an item that was deleted in the tenant. Removes its folder too, if it is empty then. */
export const remove = (work: Work, { hash, item, tenantId = item.id }: ActionOf<"delete">) =>
  Effect.gen(function* (): Effect.fn.Return<void, Failure, Needs> {
    const { repository, tenant } = work
    const { item: local } = yield* unchangedLocal(work, item, hash)
    if (yield* isThere(work, item, tenantId)) return yield* stale(item, "was created in the tenant again")
    const folder = join(repository.root, local.path)
    yield* Effect.gen(function* () {
      // The info file is removed first: without it, the remaining files no longer count as an item.
      for (const { name } of [local.infoFile, ...local.files.values()]) yield* removeFile(join(folder, name))
      yield* removeIfEmpty(folder)
      yield* removeState(repository.root, tenant, item.kind, item.id)
    }).pipe(Effect.mapError(io(`${dirname(local.path)} cannot be changed`)))
  })
