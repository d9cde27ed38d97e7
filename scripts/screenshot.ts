/**
 * Takes the pictures of the sandbox's page that the README and docs/sandbox.md show: a furnished tenant, some requests,
 * a fault. Needs Debian's chromium.
 *
 *   node --import tsx scripts/screenshot.ts                  writes docs/images/sandbox.png
 *   node --import tsx scripts/screenshot.ts --all /tmp/look  writes it light, dark, narrow and empty, to look at
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Blueprints, CustomApps, CustomProfiles, CustomScripts, SelfServiceCategories } from "effect-iru"
import { Iru } from "effect-iru/node"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { chromium, type Page } from "playwright-core"
import * as Fault from "../src/sandbox/Fault.js"
import { makeFaultDesk } from "../src/sandbox/page/faultDesk.js"
import { pageRoutes } from "../src/sandbox/page/page.js"
import { Sandbox } from "../src/sandbox/Sandbox.js"

const furnish = ({ state }: Sandbox.Service) =>
  Effect.gen(function* () {
    const [category] = yield* state.categories
    const shown = { show_in_self_service: true, self_service_category_id: category?.id ?? "" }
    const wifi = yield* state.customProfiles.put({ name: "Wi-Fi, all offices" })
    const lock = yield* state.customProfiles.put({ name: "Screen lock", runs_on_iphone: true, runs_on_ipad: true })
    yield* state.customProfiles.put({ name: "Kiosk (pilot)", runs_on_mac: false, runs_on_tv: true, active: false })
    const space = yield* state.customScripts.put({ name: "Free disk space", execution_frequency: "every_day" })
    const rosetta = yield* state.customScripts.put({ name: "Install Rosetta" })
    yield* state.customScripts.put({ name: "Collect logs", execution_frequency: "no_enforcement", ...shown })
    const slack = yield* state.customApps.put({ name: "Slack 4.41", installer: Buffer.alloc(3_482_112, 1), ...shown })
    const agent = yield* state.customApps.put({
      name: "Endpoint agent",
      install_enforcement: "continuously_enforce",
      audit_script: "#!/bin/zsh\nexit 0",
      installer: Buffer.alloc(812_400, 2)
    })
    yield* state.customApps.put({ name: "Fonts", install_type: "zip", unzip_location: "/Library/Fonts" })
    yield* state.inHouseApps.put({ name: "Field Notes", installer: Buffer.alloc(2_191_516, 3) })
    yield* state.blueprints.put({ name: "Office Macs", items: [wifi.id, lock.id, space.id, slack.id, agent.id] })
    yield* state.blueprints.put({ name: "Engineering", type: "map", items: [wifi.id, rosetta.id, agent.id] })
    yield* state.blueprints.put({ name: "Meeting rooms" })
    return agent.id
  })

/** What a script of yours might do. */
const work = Effect.gen(function* () {
  const apps = yield* CustomApps
  const blueprints = yield* Blueprints
  const categories = yield* SelfServiceCategories
  const scripts = yield* CustomScripts
  yield* (yield* CustomProfiles).list()
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

const shots = [
  { name: "light", colorScheme: "light", width: 1360 },
  { name: "dark", colorScheme: "dark", width: 1360 },
  { name: "narrow", colorScheme: "dark", width: 390 }
] as const

const browser = Effect.acquireRelease(
  Effect.promise(() =>
    chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] })
  ),
  (browser) => Effect.promise(() => browser.close())
)

const program = Effect.gen(function* () {
  const desk = yield* makeFaultDesk
  const sandbox = yield* Sandbox.serve({ limits: true, port: 8080, routes: pageRoutes(desk) })
  const chrome = yield* browser
  const folder = process.argv[process.argv.indexOf("--all") + 1]
  const all = process.argv.includes("--all") && folder !== undefined

  const open = ({ colorScheme, width }: (typeof shots)[number]) =>
    Effect.promise(async () => {
      const page = await chrome.newPage({ colorScheme, viewport: { width, height: 1140 } })
      await page.goto(sandbox.tenantUrl)
      await page.getByText("Live", { exact: true }).waitFor()
      return page
    })
  const save = (page: Page, path: string, fullPage = true) => Effect.promise(() => page.screenshot({ path, fullPage }))

  const [light] = shots
  if (all) yield* save(yield* open(light), join(folder, "empty.png"))

  yield* furnish(sandbox)
  const { apiToken, tenantUrl } = sandbox
  yield* Effect.provide(work, Layer.fresh(Iru.layer({ tenantUrl, apiToken })))
  yield* desk.add(sandbox, [Fault.rateLimited({ path: "/api/v1/blueprints*", retryAfter: 2, times: 3 })])

  for (const shot of all ? shots : [light]) {
    const page = yield* open(shot)
    yield* Effect.promise(() => page.getByRole("button", { name: /POST .*custom-scripts/ }).click())
    yield* Effect.promise(() => page.mouse.move(0, 0))
    yield* all ? save(page, join(folder, `${shot.name}.png`)) : save(page, "docs/images/sandbox.png", false)
  }
})

mkdirSync("docs/images", { recursive: true })
await Effect.runPromise(Effect.scoped(program))
