/**
 * Checks docs/errors.md against the code: its table has every reason, and its messages are those that a user sees.
 */
import { scoped } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { ApiClient, ApiClientErrorReason, CustomApps, CustomScripts, PayloadTransferErrorReason } from "effect-iru"
import { Iru } from "effect-iru/node"
import { type Fault, Sandbox } from "effect-iru/sandbox"
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { untyped } from "../support/tenant.js"

const page = readFileSync("docs/errors.md", "utf8")

test("the table has every reason, and no other", () => {
  const [table = ""] = page.split("\n\n").filter((part) => part.startsWith("| tag"))
  const reasons = table.split("\n").flatMap((row) => (row.split("|")[2] ?? "").match(/(?<=`)\w+(?=`)/g) ?? [])
  expect(reasons.sort()).toEqual([...ApiClientErrorReason.literals, ...PayloadTransferErrorReason.literals].sort())
})

const tenant = Layer.unwrapEffect(
  Effect.map(Sandbox, ({ apiToken, tenantUrl }) => Iru.layer({ tenantUrl, apiToken, retry: { times: 0 } }))
)
const unknown = "00000000-0000-0000-0000-000000000000"
const script = { name: "Inventory", execution_frequency: "every_day", script: "#!/bin/zsh" } as const
const app = { name: "Firefox", install_type: "package", install_enforcement: "install_once" } as const

scoped("the page shows the messages that a user sees", () =>
  Effect.gen(function* () {
    const scripts = yield* CustomScripts
    const apps = yield* CustomApps
    const client = yield* ApiClient
    const shows = <A, E extends { readonly message: string }, R>(call: Effect.Effect<A, E, R>) =>
      Effect.map(Effect.flip(call), ({ message }) => expect(page.split("\n")).toContain(message))
    const answered = <A, E extends { readonly message: string }, R>(
      respond: Fault.FaultAnswer,
      call: Effect.Effect<A, E, R>
    ) => Effect.scoped(Effect.zipRight(Sandbox.fault({ respond }), shows(call)))

    yield* shows(
      apps.create(untyped({ ...app, install_type: "zip", install_enforcement: "continuously_enforce", fileKey: "key" }))
    )
    yield* shows(apps.create({ ...app, installer: { path: "Firefox.pkg" } }))
    yield* shows(scripts.get(unknown))
    yield* shows(client.get("/api/v1/nothing", Schema.Unknown))
    yield* answered({ status: 401, body: { detail: "Invalid token." } }, scripts.list())
    yield* answered({ status: 403, body: { detail: "You do not have permission." } }, scripts.list())
    yield* answered(
      {
        status: 403,
        headers: { server: "squid/5.7", via: "1.1 proxy" },
        body: "<html><title>Access denied</title></html>"
      },
      scripts.list()
    )
    yield* answered({ status: 400, body: { name: ["This field may not be blank."] } }, scripts.create(script))
    yield* answered({ status: 503, body: "upstream is down" }, scripts.create(script))
    yield* answered(
      { status: 200, headers: { via: "1.1 gateway" }, body: "<html>Sign in to the guest network</html>" },
      scripts.list()
    )
    yield* answered({ status: 302, headers: { location: "https://login.example/" } }, scripts.list())
    const records = { count: 1, next: null, previous: null, results: [{ id: unknown, name: "Inventory" }] }
    yield* answered({ status: 200, body: records }, scripts.list())
    yield* shows(
      Effect.provide(CustomScripts, Iru.layer({ tenantUrl: "accuhive.kandji.io", apiToken: "not shown", retry: {} }))
    )
    yield* answered({ status: 429, headers: { "retry-after": "1800" } }, scripts.list())
  }).pipe(Effect.provide(tenant), Effect.provide(Sandbox.layer()))
)
