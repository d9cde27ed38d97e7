/** Checks that docs/errors.md has a section for each reason, with the message of a real failure as its example. */
import { scopedLive } from "@effect/vitest"
import {
  type ApiClientError,
  ApiClientErrorReason,
  CustomApps,
  CustomScripts,
  Guard,
  type PayloadError,
  PayloadTransferErrorReason
} from "effect-iru"
import { Iru } from "effect-iru/node"
import { Repository, RepositoryErrorReason } from "effect-iru/repository"
import { Fault, Sandbox } from "effect-iru/sandbox"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { temporaryFolder } from "../support/files.js"

const page = readFileSync("docs/errors.md", "utf8")

/** The lines of each section, by its heading. */
const sections = new Map(
  page.split(/^### /m).flatMap((section) => {
    const [heading = "", ...lines] = section.split("\n")
    return heading.startsWith("`") ? [[heading.replaceAll("`", ""), lines] as const] : []
  })
)

const tenant = Layer.unwrapEffect(
  Effect.map(Sandbox, ({ apiToken, tenantUrl }) =>
    Iru.layer({
      tenantUrl,
      apiToken,
      retry: { times: 0 },
      timeout: "500 millis",
      transfer: { retries: 0, stallTimeout: "200 millis" }
    })
  )
)
const script = { name: "Inventory", execution_frequency: "every_day", script: "#!/bin/zsh" } as const
const app = { name: "Firefox", install_type: "package", install_enforcement: "install_once" } as const
const installerStream = Stream.make(new TextEncoder().encode("hello"))
const installer = (text: string) => ({ bytes: new TextEncoder().encode(text), name: "Firefox.pkg" })

/** Expects the example in the section of a failure to be its message. `ID` stands for an id that changes every run. */
const showsIt = (error: ApiClientError | PayloadError) => {
  const name = "reason" in error ? `${error._tag}: ${error.reason}` : error._tag
  const message = error.message.replaceAll(/(?!0{8})[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, "ID")
  expect.soft(sections.get(name), name).toContain(message)
  return name
}

test("every section has an example, a cause and a remedy", () => {
  expect(sections.size).toBeGreaterThan(20)
  for (const [name, lines] of sections)
    for (const part of ["```text", "**Cause.** ", "**What to do.** "])
      expect(
        lines.some((line) => line.startsWith(part)),
        `${name}: ${part}`
      ).toBe(true)
})

scopedLive("the sandbox and folder sections show real messages, and name every reason of a folder", () =>
  Effect.gen(function* () {
    const { tenantUrl } = yield* Sandbox
    const port = Number(new URL(tenantUrl).port)
    const taken = yield* Effect.flip(Layer.build(Sandbox.layer({ port })))
    expect(sections.get("SandboxError")).toContain(taken.message.replace(String(port), "8080"))
    const folder = yield* temporaryFolder
    const missing = yield* Effect.flip(Effect.provide(Repository.open(folder), NodeContext.layer))
    expect(sections.get("RepositoryError")).toContain(missing.message.replace(folder, "/home/me/iru"))
    const reasons = sections.get("RepositoryError")?.flatMap((line) => /^\| `(\w+)`/.exec(line)?.[1] ?? [])
    expect(reasons).toEqual([...RepositoryErrorReason.literals])
  }).pipe(Effect.provide(Sandbox.layer()))
)

scopedLive("the example of each reason is the message of a real failure", () =>
  Effect.gen(function* () {
    const scripts = yield* CustomScripts
    const apps = yield* CustomApps
    const { apiToken, tenantUrl } = yield* Sandbox
    const seen: Array<string> = []
    const shows = <A, R>(call: Effect.Effect<A, ApiClientError | PayloadError, R>) =>
      Effect.map(Effect.flip(call), (error) => seen.push(showsIt(error)))
    const under =
      (fault: Fault.Fault) =>
      <A, R>(call: Effect.Effect<A, ApiClientError | PayloadError, R>) =>
        Effect.scoped(Effect.zipRight(Sandbox.fault(fault), shows(call)))
    const answered = (status: number, detail: string) => under(Fault.status(status, {}, { detail }))

    yield* shows(apps.create({ ...app, installer: { path: "Firefox.pkg" } }))
    const guarded = Iru.layer({ tenantUrl, apiToken, guard: Guard.readOnly })
    yield* Effect.provide(
      shows(Effect.flatMap(CustomScripts, (own) => own.delete("00000000-0000-0000-0000-000000000000"))),
      guarded
    )
    const scope = yield* Scope.make()
    const closing = yield* Layer.buildWithScope(Iru.layer({ tenantUrl, apiToken }), scope)
    yield* Scope.close(scope, Exit.void)
    yield* Effect.provide(shows(Effect.flatMap(CustomScripts, (own) => own.list())), closing)
    yield* under(Fault.dropped())(scripts.list())
    yield* under(Fault.stalled(0))(scripts.list())
    yield* under(
      Fault.status(200, {}, { count: 1, next: null, previous: null, results: [{ id: "x", name: "Inventory" }] })
    )(scripts.list())
    yield* under(Fault.status(400, {}, { name: ["This field may not be blank."] }))(scripts.create(script))
    yield* answered(401, "Invalid token.")(scripts.list())
    yield* answered(403, "You do not have permission.")(scripts.list())
    yield* shows(scripts.get("00000000-0000-0000-0000-000000000000"))
    yield* under(Fault.status(503, {}, "upstream is down"))(scripts.create(script))
    yield* under(Fault.status(302, {}, ""))(scripts.list())
    const one = yield* apps.create({ ...app, installer: installer("one") })
    yield* apps.create({ ...app, installer: installer("two") })
    yield* shows(apps.publish({ ...app, installer: installer("three") }))

    const folder = yield* temporaryFolder
    const to = join(folder, "Firefox.pkg")
    const storage = { target: "storage" } as const
    yield* shows(apps.create({ ...app, installer: { stream: installerStream, size: 10, name: "Firefox.pkg" } }))
    yield* shows(apps.download(one, { to: "/dev/null/Firefox.pkg" }))
    yield* under(Fault.dropped(storage))(apps.download(one, { to }))
    yield* under(Fault.stalled(1, storage))(apps.download(one, { to }))
    yield* under(Fault.cut(1, storage))(apps.download(one, { to }))
    yield* under({ ...Fault.expired(), times: 9 })(apps.download(one, { to }))
    yield* under(Fault.status(404, storage, "<Error><Code>NoSuchKey</Code><Message>No such key</Message></Error>"))(
      apps.download(one, { to })
    )
    yield* under(Fault.status(200, storage, "two"))(apps.download(one, { to }))
    // This is the last one, because every later call has to wait.
    yield* under({ respond: { status: 429, headers: { "retry-after": "1800" } } })(scripts.list())
    expect(seen.sort()).toEqual(
      [
        ...ApiClientErrorReason.literals.map((reason) => `ApiClientError: ${reason}`),
        ...PayloadTransferErrorReason.literals.map((reason) => `PayloadTransferError: ${reason}`),
        "PayloadIntegrityError"
      ].sort()
    )
  }).pipe(Effect.provide(tenant), Effect.provide(Sandbox.layer()))
)
