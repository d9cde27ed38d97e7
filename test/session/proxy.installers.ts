/**
 * A program behind a proxy: uploads an installer to storage, downloads one from there, and prints the result.
 */
import { InstallerTransfer } from "effect-iru"
import { Iru } from "effect-iru/node"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

const store = process.env["IRU_TENANT_URL"] ?? ""
const place = {
  name: "store.pkg",
  expires: "2099-01-01T00:00:00Z",
  post_url: `${store}/`,
  post_data: Redacted.make({ key: "store.pkg" }),
  file_key: "store.pkg"
}
const folder = await mkdtemp(join(tmpdir(), "effect-iru-proxy-"))

Effect.gen(function* () {
  const transfer = yield* InstallerTransfer
  const { file_key } = yield* transfer.upload(
    { bytes: new Uint8Array(3_000_000), name: "a.pkg" },
    { presign: Effect.succeed(place) }
  )
  const installer = { url: Redacted.make(`${store}/installer.pkg`), name: "installer.pkg" }
  const { sha256 } = yield* transfer.download(Effect.succeed(installer), join(folder, "installer.pkg"))
  console.log(`${file_key} is up; ${sha256} is down`)
}).pipe(
  Effect.provide(Iru.layerConfig()),
  Effect.ensuring(Effect.promise(() => rm(folder, { recursive: true }))),
  Effect.runPromise
)
