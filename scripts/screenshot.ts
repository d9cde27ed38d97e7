/**
 * Takes the pictures of the sandbox's page in the README and docs/sandbox.md: a seeded tenant, some requests and a
 * fault. Needs Debian's chromium.
 *
 *   node --import tsx scripts/screenshot.ts
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Blueprints, CustomApps, CustomScripts, DeviceActions, Devices, SelfServiceCategories } from "effect-iru"
import { Iru } from "effect-iru/node"
import { mkdirSync } from "node:fs"
import { chromium } from "playwright-core"
import * as Fault from "../src/sandbox/Fault.js"
import { makeFaultDesk } from "../src/sandbox/page/faultDesk.js"
import { pageRoutes } from "../src/sandbox/page/page.js"
import { Sandbox } from "../src/sandbox/Sandbox.js"

/** Requests as a user's script could send them. */
const work = Effect.gen(function* () {
  const apps = yield* CustomApps
  const blueprints = yield* Blueprints
  const categories = yield* SelfServiceCategories
  const scripts = yield* CustomScripts
  const device = yield* Stream.runHead((yield* Devices).stream())
  if (Option.isSome(device)) yield* (yield* DeviceActions).blankPush(device.value.device_id)
  yield* scripts.list()
  yield* categories.list()
  const app = yield* apps.create({
    name: "Firefox 128",
    install_type: "package",
    install_enforcement: "install_once",
    installer: { path: "package-lock.json", name: "Firefox.pkg" }
  })
  const script = yield* scripts.create({ name: "Set time zone", execution_frequency: "once", script: "#!/bin/zsh" })
  yield* Effect.either(scripts.get("00000000-0000-0000-0000-000000000000"))
  const { results } = yield* blueprints.list()
  for (const { id } of results.slice(0, 2)) yield* blueprints.assign(id, { library_item_id: app.id })
  yield* scripts.update(script.id, { active: false })
})

/** The views, their files and their sizes. */
const pictures = [
  { name: "sandbox", place: "requests", colorScheme: "light", width: 1360, height: 900 },
  { name: "sandbox-fleet", place: "fleet", colorScheme: "dark", width: 1360, height: 900 },
  { name: "sandbox-phone", place: "requests", colorScheme: "light", width: 390, height: 844 }
] as const

const browser = Effect.acquireRelease(
  Effect.promise(() =>
    chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] })
  ),
  (browser) => Effect.promise(() => browser.close())
)

const program = Effect.gen(function* () {
  const desk = yield* makeFaultDesk
  const sandbox = yield* Sandbox.serve({ limits: true, port: 8080, routes: pageRoutes(desk), seed: 42 })
  const { apiToken, tenantUrl } = sandbox
  const chrome = yield* browser
  yield* Effect.provide(work, Layer.fresh(Iru.layer({ tenantUrl, apiToken })))
  yield* desk.add(sandbox, [Fault.rateLimited({ path: "/api/v1/blueprints*", retryAfter: 2, times: 3 })])

  for (const { colorScheme, height, name, place, width } of pictures) {
    yield* Effect.promise(async () => {
      const page = await chrome.newPage({ colorScheme, viewport: { width, height } })
      await page.goto(`${tenantUrl}#${place}`)
      await page.getByText("Live", { exact: true }).waitFor()
      if (place === "fleet") await page.locator("#devices li").first().waitFor()
      else await page.getByRole("button", { name: /POST .*custom-scripts/ }).click()
      await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur())
      await page.evaluate(() => scrollTo(0, 0))
      await page.waitForTimeout(300)
      await page.screenshot({ path: `docs/images/${name}.png` })
      await page.close()
    })
  }
})

mkdirSync("docs/images", { recursive: true })
await Effect.runPromise(Effect.scoped(program))
