import { effect, live, scoped } from "@effect/vitest"
import { CustomApps, type PublishCustomApp, SelfServiceCategories, type TransferProgress } from "effect-iru"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { expect } from "vitest"
import { temporaryFile } from "../support/files.js"
import { appRecord, pageOf } from "../support/records.js"
import { onSandbox, writes } from "../support/sandbox.js"
import { requestsTo, routes } from "../support/server.js"
import { fieldsOf, untyped, withTenant } from "../support/tenant.js"

const root = "/api/v1/library/custom-apps"
const bytes = (text: string) => new TextEncoder().encode(text)

const firefox: PublishCustomApp = {
  name: "Firefox",
  install_type: "package",
  install_enforcement: "install_once",
  installer: { bytes: bytes("version 1"), name: "Firefox.pkg" }
}

/** The writes that a call sends, and its result. */
const withWrites = <A, E, R>(call: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const before = (yield* writes).length
    return [yield* call, (yield* writes).slice(before)] as const
  })

effect("the first publish creates the app", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    const { app, status } = yield* apps.publish(firefox)
    expect(status).toBe("created")
    expect(app).toMatchObject({ name: "Firefox", file_name: "Firefox.pkg", file_size: 9 })
    expect(yield* apps.list()).toMatchObject({ count: 1, results: [{ id: app.id }] })
  }).pipe(onSandbox())
)

effect("publishing the same app again is unchanged, and nothing is written", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    const first = yield* apps.publish(firefox)
    const [second, written] = yield* withWrites(apps.publish(firefox))
    expect(second).toEqual({ status: "unchanged", app: { ...first.app, file_url: expect.anything() } })
    expect(written).toEqual([])
  }).pipe(onSandbox())
)

for (const installer of [
  { bytes: bytes("version 2"), name: "Firefox.pkg" },
  { bytes: bytes("a longer version"), name: "Firefox.pkg" },
  { stream: Stream.make(bytes("vers"), bytes("ion 2")), size: 9, name: "Firefox.pkg" }
]) {
  effect(
    `another installer (${"stream" in installer ? "a stream" : `${installer.bytes.length} bytes`}) is uploaded`,
    () =>
      Effect.gen(function* () {
        const apps = yield* CustomApps
        const first = yield* apps.publish(firefox)
        const [{ app, status }, written] = yield* withWrites(apps.publish({ ...firefox, installer }))
        expect(status).toBe("updated")
        expect(app.id).toBe(first.app.id)
        expect(app.sha256).not.toBe(first.app.sha256)
        expect(written).toEqual([`POST ${root}/upload`, "POST storage", `PATCH ${root}/${app.id}`])
        const { body } = (yield* Sandbox.requests).at(-1) ?? { body: "" }
        expect([...new URLSearchParams(body).keys()]).toEqual(["file_key"])
      }).pipe(onSandbox())
  )
}

effect("progress is reported while the installer is hashed for the comparison, and then for its upload", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    const large = { ...firefox, installer: { bytes: new Uint8Array(3_000_000), name: "Firefox.pkg" } }
    yield* apps.publish(large)
    const publishing = (fill: number) =>
      Effect.gen(function* () {
        const seen: Array<TransferProgress> = []
        const installer = { bytes: new Uint8Array(3_000_000).fill(fill), name: "Firefox.pkg" }
        yield* apps.publish({ ...large, installer }, { onProgress: (progress) => seen.push(progress) })
        return seen
      })
    const same = yield* publishing(0)
    expect(same.length).toBeGreaterThan(1)
    expect(
      same.every(({ name, phase, total }) => phase === "verifying" && name === "Firefox.pkg" && total === 3_000_000)
    ).toBe(true)
    expect(same.at(-1)).toEqual({ phase: "verifying", name: "Firefox.pkg", bytes: 3_000_000, total: 3_000_000 })
    const other = (yield* publishing(1)).map(({ phase }) => phase)
    expect(other.filter((phase, index) => phase !== other[index - 1])).toEqual(["verifying", "uploading", "finalizing"])
  }).pipe(onSandbox())
)

effect("an upload of a file name without an extension is refused before anything is sent", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    for (const name of ["Firefox", "", ".pkg", "Firefox."]) {
      const error = yield* Effect.flip(apps.presign(name))
      expect(error).toMatchObject({ reason: "InvalidArgument", operation: "CustomApps.presign" })
      expect(fieldsOf(error)).toEqual(["name"])
    }
    expect(yield* Sandbox.requests).toEqual([])
  }).pipe(onSandbox())
)

effect("a stream with the same bytes is unchanged", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    yield* apps.publish(firefox)
    const installer = { stream: Stream.make(bytes("version"), bytes(" 1")), size: 9, name: "Firefox.pkg" }
    expect(yield* apps.publish({ ...firefox, installer })).toMatchObject({ status: "unchanged" })
  }).pipe(onSandbox())
)

effect("a renamed file with the same bytes is unchanged", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    yield* apps.publish(firefox)
    const installer = { bytes: bytes("version 1"), name: "Firefox 1.0.pkg" }
    expect(yield* apps.publish({ ...firefox, installer })).toMatchObject({ status: "unchanged" })
  }).pipe(onSandbox())
)

effect("only the field that differs is updated, and the installer is not uploaded again", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    const { app } = yield* apps.publish({ ...firefox, restart: true, postinstall_script: "echo 1" })
    const [again, written] = yield* withWrites(
      apps.publish({ ...firefox, restart: false, active: true, postinstall_script: "echo 1" })
    )
    expect(again).toMatchObject({ status: "updated", app: { id: app.id, restart: false, sha256: app.sha256 } })
    expect(written).toEqual([`PATCH ${root}/${app.id}`])
    expect((yield* Sandbox.requests).at(-1)?.body).toBe("restart=false")
  }).pipe(onSandbox())
)

effect("fields that are not given are not changed", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    yield* apps.publish({ ...firefox, restart: true, preinstall_script: "echo before" })
    expect(yield* apps.publish(firefox)).toMatchObject({
      status: "unchanged",
      app: { restart: true, preinstall_script: "echo before" }
    })
  }).pipe(onSandbox())
)

effect("white space at the end of a script, which the service drops, does not count as a difference", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    const app: PublishCustomApp = {
      ...firefox,
      install_enforcement: "continuously_enforce",
      audit_script: "#!/bin/zsh\nexit 0\n\n",
      preinstall_script: "echo before \n"
    }
    yield* apps.publish(app)
    expect(yield* apps.publish(app)).toMatchObject({ status: "unchanged" })
    expect(yield* apps.publish({ ...app, preinstall_script: "" })).toMatchObject({
      status: "updated",
      app: { preinstall_script: null }
    })
  }).pipe(onSandbox())
)

effect("moving an app to Self Service, to a zip or to continuous enforcement sends the related fields together", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    const category = Option.getOrThrow(yield* Effect.flatMap(SelfServiceCategories, (all) => all.find("Utilities")))
    yield* apps.publish(firefox)
    const shown = {
      ...firefox,
      install_enforcement: "no_enforcement",
      show_in_self_service: true,
      self_service_category_id: category.id.toUpperCase()
    } as const
    expect(yield* apps.publish(shown)).toMatchObject({
      status: "updated",
      app: { install_enforcement: "no_enforcement", show_in_self_service: true }
    })
    expect(yield* apps.publish(shown)).toMatchObject({ status: "unchanged" })
    const zip = { ...firefox, install_type: "zip", unzip_location: "/Applications" } as const
    expect(yield* apps.publish({ ...zip }, { anyKind: true })).toMatchObject({
      status: "updated",
      app: { install_type: "zip", unzip_location: "/Applications", install_enforcement: "install_once" }
    })
    expect(yield* apps.publish({ ...zip }, { anyKind: true })).toMatchObject({ status: "unchanged" })
    // The service keeps an old unzip_location of an app that is no longer a zip.
    expect(yield* apps.publish(firefox)).toMatchObject({ status: "updated", app: { install_type: "package" } })
    expect(yield* apps.publish(firefox)).toMatchObject({ status: "unchanged" })
  }).pipe(onSandbox())
)

effect("a field that the API takes only together with others is sent with them", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    const category = Option.getOrThrow(yield* Effect.flatMap(SelfServiceCategories, (all) => all.find("Utilities")))
    const shown = { show_in_self_service: true, self_service_category_id: category.id } as const
    yield* apps.publish({ ...firefox, ...shown, restart: true })
    yield* apps.publish({ ...firefox, ...shown, install_enforcement: "no_enforcement", restart: true })
    const { body } = (yield* Sandbox.requests).at(-1) ?? { body: "" }
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      install_enforcement: "no_enforcement",
      show_in_self_service: "true",
      self_service_category_id: category.id
    })
  }).pipe(onSandbox())
)

effect("several apps with this name are a Conflict that names them, and nothing is written", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    const ids = yield* Effect.replicateEffect(
      Effect.map(apps.create(firefox), ({ id }) => id),
      2
    )
    const [error, written] = yield* withWrites(Effect.flip(apps.publish(firefox)))
    expect(error).toMatchObject({ reason: "Conflict", operation: "CustomApps.publish" })
    for (const id of ids) expect(error.message).toContain(id)
    expect(error.message).not.toContain("undefined")
    expect(written).toEqual([])
  }).pipe(onSandbox())
)

effect("an app is found by its whole name, on any page of the listing", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    for (const name of ["Firefox ESR", "firefox", "Fire", "Firefox"]) yield* apps.create({ ...firefox, name })
    expect(yield* apps.publish(firefox)).toMatchObject({ status: "unchanged", app: { name: "Firefox" } })
    expect(yield* apps.publish({ ...firefox, name: " Firefox " })).toMatchObject({ status: "unchanged" })
    expect(yield* apps.list()).toMatchObject({ count: 4 })
  }).pipe(onSandbox({ pageSize: 1 }))
)

scoped("every argument is checked before anything is sent", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    const empty = yield* temporaryFile("empty.pkg", "")
    const cases: ReadonlyArray<readonly [object, string]> = [
      [{ ...firefox, name: "" }, "name"],
      [{ ...firefox, install_type: "zip" }, "unzip_location"],
      [{ ...firefox, install_enforcement: "no_enforcement" }, "show_in_self_service"],
      [{ ...firefox, nmae: "Firefox" }, "nmae"],
      [{ ...firefox, installer: undefined }, "installer"],
      [{ ...firefox, installer: undefined, fileKey: "a/b.pkg" }, "fileKey"],
      [{ ...firefox, installer: { path: "nowhere.pkg" } }, "installer"],
      [{ ...firefox, installer: { path: empty } }, "installer"]
    ]
    for (const [app, field] of cases) {
      const error = yield* Effect.flip(apps.publish(untyped<PublishCustomApp>(app)))
      expect(error).toMatchObject({ reason: "InvalidArgument", operation: "CustomApps.publish" })
      expect(fieldsOf(error)).toContain(field)
    }
    expect(yield* Sandbox.requests).toEqual([])
  }).pipe(onSandbox())
)

effect("a failure after the upload gives the fileKey of the uploaded installer", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    yield* Effect.scoped(
      Effect.gen(function* () {
        yield* Sandbox.fault({ method: "POST", path: root, respond: { status: 400, body: { name: ["No."] } } })
        const error = yield* Effect.flip(apps.publish(firefox))
        expect(error).toMatchObject({ reason: "BadRequest", fileKey: expect.stringContaining("Firefox_") })
      })
    )
  }).pipe(onSandbox())
)

const later = Schedule.spaced("1 millis")

live("if the service is still computing the sha256 of the app, publish waits for it and then compares", () => {
  let asked = 0
  const id = appRecord().id
  const sha256 = "0e5dd6a0e6a0b0a4e5e1e3b3e5b5f5f5d6a0e6a0b0a4e5e1e3b3e5b5f5f5d6a0"
  return withTenant(
    routes({
      [`GET ${root}`]: { body: pageOf([appRecord({ name: "Firefox", file_size: 9, sha256: null })]) },
      [`GET ${root}/${id}`]: () => ({
        body: appRecord({ name: "Firefox", file_size: 9, sha256: ++asked < 3 ? "" : sha256 })
      })
    })
  )((server) =>
    Effect.gen(function* () {
      const apps = yield* CustomApps
      // The hashes differ, so the upload follows, and this tenant does not offer one.
      yield* Effect.flip(apps.publish(firefox, { processing: later }))
      expect(requestsTo(server).slice(0, 5)).toEqual([
        `GET ${root}`,
        ...Array.from({ length: 3 }, () => `GET ${root}/${id}`),
        `POST ${root}/upload`
      ])
    })
  )
})

live("an app that never gets a sha256 is uploaded again; one of another size is uploaded without a wait", () => {
  const id = appRecord().id
  const uploads = (size: number | null) =>
    withTenant(
      routes({
        [`GET ${root}`]: { body: pageOf([appRecord({ name: "Firefox", file_size: size, sha256: null })]) },
        [`GET ${root}/${id}`]: { body: appRecord({ name: "Firefox", file_size: size, sha256: null }) }
      })
    )((server) =>
      Effect.gen(function* () {
        yield* Effect.flip(
          Effect.flatMap(CustomApps, (apps) =>
            apps.publish(firefox, { processing: Schedule.intersect(later, Schedule.recurs(2)) })
          )
        )
        return requestsTo(server)
      })
    )
  return Effect.gen(function* () {
    const read = `GET ${root}/${id}`
    expect(yield* uploads(null)).toEqual([`GET ${root}`, read, read, read, `POST ${root}/upload`])
    expect(yield* uploads(8)).toEqual([`GET ${root}`, `POST ${root}/upload`])
  })
})
