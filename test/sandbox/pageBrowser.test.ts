/**
 * Uses the page in Chromium: with a mouse, with the keyboard alone, in dark mode, on a phone, and with malicious clients.
 * It needs Debian's chromium, and is skipped with a message if that is not installed.
 */
import { live } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { Blueprints, CustomApps, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"
import { execFile } from "node:child_process"
import { accessSync, constants } from "node:fs"
import { promisify } from "node:util"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect } from "vitest"
import { makeFaultDesk } from "../../src/sandbox/page/faultDesk.js"
import { pageRoutes } from "../../src/sandbox/page/page.js"
import { Sandbox } from "../../src/sandbox/index.js"
import { call, presign, reply, textAt, upload, uploaded } from "./support.js"

const executablePath = "/usr/bin/chromium"

const isThere = ((): boolean => {
  try {
    accessSync(executablePath, constants.X_OK)
    return true
  } catch {
    console.log(`There is no ${executablePath}: the tests of the sandbox's page in a browser did not run.`)
    return false
  }
})()

let browser: Browser | undefined

beforeAll(async () => {
  if (!isThere) return
  browser = await chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync"
    ]
  })
}, 120_000)

afterAll(() => browser?.close())

const withPage = (options: Sandbox.Options = {}) =>
  Effect.provide(
    Layer.unwrapEffect(Effect.map(makeFaultDesk, (desk) => Sandbox.layer({ ...options, routes: pageRoutes(desk) })))
  )

/** Opens the page, and records errors, warnings and violations of its policy. */
const open = (options: BrowserContextOptions = {}, place = ""): Effect.Effect<Page, never, Sandbox | Scope.Scope> =>
  Effect.flatMap(Sandbox, ({ tenantUrl }) =>
    Effect.acquireRelease(
      Effect.promise(async () => {
        if (browser === undefined) throw new Error("There is no browser")
        const context = await browser.newContext(options)
        const page = await context.newPage()
        page.on("pageerror", (error) => complaints.push(String(error)))
        page.on("console", (message) => complaints.push(message.text()))
        await page.goto(place === "" ? tenantUrl : `${tenantUrl}#${place}`)
        await page.getByText("Live", { exact: true }).waitFor()
        return page
      }),
      (page) => Effect.promise(() => page.context().close())
    )
  )

let complaints: Array<string> = []

/** A test with its own tenant and page. It fails if the page has complained. */
const test = (
  title: string,
  body: Effect.Effect<void, unknown, Sandbox | Scope.Scope>,
  options: Sandbox.Options = {}
): void =>
  live(
    title,
    () =>
      Effect.gen(function* () {
        complaints = []
        yield* body
        expect(complaints).toEqual([])
      }).pipe(Effect.scoped, withPage(options)),
    120_000
  )

const client = Layer.unwrapEffect(Effect.map(Sandbox, ({ apiToken, tenantUrl }) => Iru.layer({ tenantUrl, apiToken })))

const shown = (page: Page, text: string | RegExp) =>
  Effect.promise(() => page.getByText(text).filter({ visible: true }).first().waitFor({ timeout: 60_000 }))
const gone = (page: Page, text: string | RegExp) =>
  Effect.promise(() => page.getByText(text).waitFor({ state: "detached", timeout: 60_000 }))
const click = (page: Page, name: string | RegExp) => Effect.promise(() => page.getByRole("button", { name }).click())

const places = ["Requests", "Fleet", "Library", "Blueprints", "Security", "Audit"] as const
const goTo = (page: Page, place: (typeof places)[number]) =>
  Effect.promise(() => page.getByRole("navigation").getByRole("link", { name: place }).click())

const categories = "/api/v1/self-service/categories"
const statusOf = (path = categories, method = "GET") => Effect.map(call(method, path), ({ status }) => status)

describe.runIf(isThere)("the page in a browser", () => {
  test(
    "copies URL and token to the clipboard as one line with one button",
    Effect.gen(function* () {
      const { apiToken, tenantUrl } = yield* Sandbox
      const page = yield* open({ permissions: ["clipboard-read", "clipboard-write"] })
      yield* click(page, "Copy URL and token")
      yield* shown(page, "Copied URL and token")
      const copied = yield* Effect.promise(() => page.evaluate("navigator.clipboard.readText()"))
      expect(copied).toBe(`export IRU_TENANT_URL=${tenantUrl} IRU_API_TOKEN=${apiToken}`)
    })
  )

  test(
    "shows the changes of a client without a reload, and removes what the client deletes",
    Effect.gen(function* () {
      const page = yield* open({}, "library")
      yield* Effect.promise(() => page.evaluate("window.sameDocument = true"))

      yield* Effect.gen(function* () {
        const scripts = yield* CustomScripts
        const apps = yield* CustomApps
        const blueprints = yield* Blueprints
        const script = yield* scripts.create({ name: "Inventory", execution_frequency: "every_day", script: "true" })
        yield* shown(page, "Inventory")
        yield* shown(page, "every day")

        const { inHouseApps } = yield* Sandbox.state
        const notes = yield* inHouseApps.put({ name: "Field Notes", installer: "12345" })
        yield* shown(page, "com.example.fieldnotes 1.0")
        yield* shown(page, "for iPhone, iPad")
        yield* inHouseApps.remove(notes.id)
        yield* gone(page, "Field Notes")

        const app = yield* apps.create({
          name: "Firefox",
          install_type: "package",
          install_enforcement: "install_once",
          installer: { path: "LICENSE", name: "Firefox.pkg" }
        })
        yield* shown(page, "Firefox")
        yield* shown(page, `sha256 ${app.sha256?.slice(0, 16)}`)
        yield* shown(page, "ready")

        yield* goTo(page, "Blueprints")
        const { id } = yield* blueprints.create({ name: "Office", enrollment_code: { is_active: true } })
        yield* shown(page, "nothing assigned")
        yield* blueprints.assign(id, { library_item_id: app.id })
        yield* Effect.promise(() => page.locator("#blueprints").getByText("Firefox").waitFor())

        yield* goTo(page, "Library")
        yield* shown(page, "Inventory")
        yield* scripts.delete(script.id)
        yield* gone(page, "Inventory")
      }).pipe(Effect.provide(client))

      expect(yield* Effect.promise(() => page.evaluate("window.sameDocument"))).toBe(true)
    })
  )

  test(
    "shows a request with status and time, and after a click its body and answer, but never the token",
    Effect.gen(function* () {
      const { apiToken } = yield* Sandbox
      const page = yield* open()
      yield* call("POST", "/api/v1/library/custom-scripts?source=me", { json: { name: "x", script: "echo hidden" } })
      const row = page.getByRole("button", { name: /POST.*custom-scripts/ })
      yield* Effect.promise(() => row.waitFor())
      yield* shown(page, "400")
      expect(yield* Effect.promise(() => row.innerText())).toMatch(/\d+ ms\s+\d\d:\d\d:\d\d/)
      expect(yield* Effect.promise(() => page.getByText("echo hidden").count())).toBe(0)
      yield* Effect.promise(() => row.click())
      yield* shown(page, "echo hidden")
      yield* shown(page, "This field is required.")
      yield* shown(page, "POST /api/v1/library/custom-scripts?source=me")
      yield* shown(page, "authorization: <redacted>")
      expect(yield* Effect.promise(() => page.content())).not.toContain(apiToken)
      yield* Effect.promise(() => row.click())
      yield* gone(page, "echo hidden")

      const { devices } = yield* Sandbox.state
      const { id } = yield* devices.put({ platform: "Mac" })
      yield* call("GET", `/api/v1/devices/${id}`)
      yield* Effect.promise(() => page.getByRole("button", { name: /GET.*devices/ }).click())
      yield* shown(page, `"device_id": "${id}"`)
      const { json } = yield* call("GET", `/api/v1/devices/${id}/secrets/unlockpin`)
      yield* Effect.promise(() => page.getByRole("button", { name: /unlockpin/ }).click())
      yield* shown(page, "Answer 200")
      expect(yield* Effect.promise(() => page.content())).not.toContain(textAt(json, "pin"))
    })
  )

  test(
    "applies a fault to the next request only",
    Effect.gen(function* () {
      const page = yield* open()
      yield* click(page, /^500/)
      yield* shown(page, "status 500: any method, any path")
      expect([yield* statusOf(), yield* statusOf()]).toEqual([500, 200])
      yield* gone(page, "status 500: any method, any path")

      yield* click(page, /^429/)
      yield* shown(page, "status 429: any method")
      const limited = yield* call("GET", categories)
      expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "2"])

      yield* click(page, /^403/)
      yield* shown(page, "status 403: any method")
      expect(yield* statusOf()).toBe(403)

      for (const name of [/^Cut/, /^Lost/]) {
        yield* click(page, name)
        yield* Effect.promise(() => page.locator("#faults li").waitFor())
        expect((yield* Effect.either(Effect.sandbox(statusOf())))._tag).toBe("Left")
        yield* Effect.promise(() => page.locator("#faults li").waitFor({ state: "detached" }))
      }
      expect(yield* statusOf()).toBe(200)
    })
  )

  test(
    "injects a pending installer, an expired address and a slow answer",
    Effect.gen(function* () {
      const page = yield* open()
      const file_key = yield* uploaded()
      const app = { name: "x", file_key, install_type: "package", install_enforcement: "install_once" }
      const create = call("POST", "/api/v1/library/custom-apps", { json: app })
      yield* click(page, /^503/)
      yield* shown(page, "status 503: POST, /api/v1/library/custom-apps")
      const refused = yield* create
      expect(refused.json).toEqual({ detail: "The upload is still being processed." })
      const created = yield* create
      expect(created.status).toBe(201)

      const download = Effect.promise(async () => reply(await fetch(textAt(created.json, "file_url"))))
      yield* click(page, /^Expired/)
      yield* shown(page, "expired: GET, storage, any path")
      const expired = yield* download
      expect([expired.status, /Request has expired/.test(expired.text)]).toEqual([403, true])
      expect((yield* download).status).toBe(200)

      yield* click(page, /^Slow/)
      yield* shown(page, "delay 5s: any method")
      yield* Effect.fork(statusOf())
      yield* Effect.promise(() => page.locator("#requests .status").getByText("…").waitFor())
    })
  )

  test(
    "lets the user choose count, method and path of a fault, and remove it",
    Effect.gen(function* () {
      const page = yield* open()
      yield* Effect.promise(async () => {
        await page.getByLabel("The next").fill("2")
        await page.getByLabel("requests with").selectOption("POST")
        await page.getByLabel("to", { exact: true }).selectOption("scripts")
      })
      yield* click(page, /^500/)
      yield* shown(page, "status 500: POST, /api/v1/library/custom-scripts*")
      yield* shown(page, "2 left")
      const scripts = "/api/v1/library/custom-scripts"
      expect(yield* statusOf(scripts)).toBe(200)
      expect(yield* statusOf("/api/v1/blueprints", "POST")).not.toBe(500)
      expect(yield* statusOf(scripts, "POST")).toBe(500)
      yield* shown(page, "1 left")
      yield* click(page, "Clear all faults")
      yield* gone(page, "status 500: POST")
      expect(yield* statusOf(scripts, "POST")).not.toBe(500)

      yield* Effect.promise(() => page.getByLabel("The next").fill(""))
      yield* click(page, /^500/)
      expect(yield* statusOf()).toBe(200)
    })
  )

  test(
    "works with the keyboard alone, with visible focus, and new requests do not move the focus",
    Effect.gen(function* () {
      const page = yield* open()
      yield* statusOf("/api/v1/first")
      yield* shown(page, "/first")
      const focused = () =>
        page.evaluate(() => {
          const { activeElement } = document
          if (activeElement === null || activeElement === document.body) return ""
          const { outlineStyle, outlineWidth } = getComputedStyle(activeElement)
          const visible = outlineStyle !== "none" && outlineWidth !== "0px"
          return `${visible ? "" : "unseen: "}${activeElement.id || (activeElement.textContent ?? "").trim()}`
        })
      const places: Array<string> = []
      yield* Effect.promise(async () => {
        for (let presses = 0; presses < 40; presses++) {
          await page.keyboard.press("Tab")
          const place = await focused()
          if (place === "" || places.includes(place)) break
          places.push(place)
        }
      })
      expect(places.filter((place) => place.startsWith("unseen"))).toEqual([])
      expect(places[0]).toBe("Skip to the requests")
      for (const wanted of ["fault-times", "fault-method", "fault-place"]) expect(places).toContain(wanted)
      expect(places.some((place) => place.startsWith("500"))).toBe(true)
      expect(places.some((place) => place.startsWith("GET/api/v1/first"))).toBe(true)

      yield* Effect.promise(async () => {
        await page.getByLabel("The next").focus()
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("Tab")
        await page.keyboard.type("GET")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
      })
      yield* shown(page, "status 500: GET, any path")
      yield* shown(page, "2 left")
      expect([yield* statusOf(), yield* statusOf(), yield* statusOf()]).toEqual([500, 500, 200])

      yield* Effect.promise(async () => {
        await page.getByRole("button", { name: /\/first/ }).focus()
        await page.keyboard.press("Enter")
        await page.getByText("does not serve this path").waitFor()
      })
      yield* statusOf("/api/v1/second")
      yield* shown(page, "/second")
      expect(yield* Effect.promise(focused)).toContain("/first")
      yield* Effect.promise(() => page.keyboard.press("Space"))
      yield* gone(page, "does not serve this path")
    })
  )

  test(
    "shows names with markup as text",
    Effect.gen(function* () {
      const page = yield* open()
      const evil = `<script>window.hacked = 1</script><img src=x onerror="window.hacked = 2"><b id="requests">`
      const state = yield* Sandbox.state
      const script = yield* state.customScripts.put({ name: evil })
      yield* state.customProfiles.put({ name: evil })
      yield* state.customApps.put({ name: evil })
      yield* state.blueprints.put({ name: evil, description: evil, items: [script.id] })
      yield* call("POST", `/api/v1/${encodeURIComponent(evil)}?${evil}`, {
        json: { name: evil },
        headers: { "x-evil": evil }
      })
      yield* Effect.promise(async () => {
        const links = page.getByRole("navigation")
        await links.getByRole("link", { name: "Blueprints" }).click()
        await page.locator("#blueprints").getByText(evil).first().waitFor()
        await links.getByRole("link", { name: "Library" }).click()
        for (const list of ["#customApps", "#customScripts", "#customProfiles"]) {
          await page.locator(list).getByText(evil).first().waitFor()
        }
        await page.getByRole("link", { name: evil }).first().click()
        await page.locator("#record").getByText(evil).first().waitFor()
        await page.keyboard.press("Escape")
        await page.locator("#requests button").click()
        await page.locator(".detail").getByText("x-evil").waitFor()
      })
      const found = yield* Effect.promise(() =>
        page.evaluate(() => ({
          hacked: "hacked" in window,
          scripts: document.scripts.length,
          images: document.images.length,
          bold: document.querySelectorAll("b").length
        }))
      )
      expect(found).toEqual({ hacked: false, scripts: 1, images: 0, bold: 0 })
    })
  )

  for (const colorScheme of ["light", "dark"] as const) {
    test(
      `${colorScheme}: every word stands out from what is behind it`,
      Effect.gen(function* () {
        const page = yield* open({ colorScheme })
        const state = yield* Sandbox.state
        const { id } = yield* state.customApps.put({ name: "App", installer: "bytes" })
        yield* state.customApps.put({ name: "None", active: false })
        yield* state.blueprints.put({ name: "Office", type: "map", items: [id] })
        yield* statusOf()
        yield* statusOf("/api/v1/none")
        yield* click(page, /^500/)
        yield* statusOf()
        yield* click(page, /^429/)
        yield* shown(page, "status 429: any method")
        yield* click(page, /GET.*\/none/)
        yield* shown(page, "Answer 404")
        for (const place of places) {
          yield* goTo(page, place)
          const { background, faint } = yield* Effect.promise(() => page.evaluate(contrasts))
          expect(faint, place).toEqual([])
          if (colorScheme === "dark") expect(background).toBeLessThan(0.05)
          else expect(background).toBeGreaterThan(0.8)
        }
      }),
      { limits: true, seed: { devices: 40 } }
    )
  }

  test(
    "fits the width of a phone",
    Effect.gen(function* () {
      const page = yield* open({ viewport: { width: 320, height: 640 } })
      const state = yield* Sandbox.state
      const { id } = yield* state.customApps.put({ name: "a".repeat(200), installer: "bytes" })
      yield* state.blueprints.put({ name: "An-office-".repeat(20), items: [id] })
      yield* statusOf(`/api/v1/${"x".repeat(300)}`)
      yield* click(page, /^500/)
      yield* shown(page, "x".repeat(300))
      yield* Effect.promise(() => page.locator("#requests button").click())
      for (const place of places) {
        yield* goTo(page, place)
        const width = yield* Effect.promise(() => page.evaluate(() => document.documentElement.scrollWidth))
        expect(width, place).toBeLessThanOrEqual(320)
      }
    }),
    { limits: true, seed: { devices: 40 } }
  )

  test(
    "shows how many requests the rate limit leaves",
    Effect.gen(function* () {
      const page = yield* open()
      yield* shown(page, "10,000 of 10,000 left")
      yield* statusOf()
      yield* shown(page, "9,999 of 10,000 left")
      yield* shown(page, "50 of 50 left")
    }),
    { limits: true }
  )

  test(
    "shows an installer that is still being processed",
    Effect.gen(function* () {
      const page = yield* open({}, "library")
      const state = yield* Sandbox.state
      const place = yield* presign()
      yield* upload(place, "bytes")
      const file = place.key.split("/").at(-1) ?? ""
      yield* Effect.promise(() => page.locator("#uploads li", { hasText: file }).getByText("processing").waitFor())
      yield* state.customApps.put({ name: "Slow one", file_key: place.key })
      yield* Effect.promise(() =>
        page.locator("#customApps li", { hasText: "Slow one" }).getByText("processing").waitFor()
      )
      yield* Effect.promise(() => page.locator("#quota").waitFor({ state: "hidden" }))
    }),
    { processing: "1 hour" }
  )

  test(
    "shows commands to try in an empty tenant, and they work as written",
    Effect.gen(function* () {
      const { apiToken } = yield* Sandbox
      const page = yield* open()
      for (const id of ["requests-try", "blueprints-try", "library-try"]) {
        const command = yield* Effect.promise(() => page.locator(`#${id}`).innerText())
        const env = { ...process.env, IRU_API_TOKEN: apiToken }
        yield* Effect.promise(() =>
          promisify(execFile)("sh", ["-c", `${command} --silent --show-error --fail`], { env })
        )
      }
      yield* goTo(page, "Blueprints")
      yield* shown(page, "Office")
      yield* goTo(page, "Library")
      yield* shown(page, "Hello")
      const requests = yield* Sandbox.requests
      expect(requests.map(({ status }) => status)).toEqual([200, 201, 201])
      for (const id of ["requests-empty", "blueprints-empty", "library-empty"]) {
        yield* Effect.promise(() => page.locator(`#${id}`).waitFor({ state: "hidden" }))
      }
    })
  )

  test(
    "scrolls to the end of 40,000 devices, and shows new ones at the top",
    Effect.gen(function* () {
      const { devices } = yield* Sandbox.state
      const [oldest] = yield* devices.list({ limit: 1 })
      const page = yield* open({}, "fleet")
      yield* Effect.promise(() => page.locator("#devices-count").getByText("40,000").waitFor())
      const box = page.locator('[data-list="devices"]')
      yield* Effect.promise(() => box.evaluate((node) => node.scrollTo(0, node.scrollHeight)))
      yield* shown(page, oldest?.device_name ?? "")
      const last = page.locator("#devices li").last()
      expect(yield* Effect.promise(() => last.getAttribute("aria-posinset"))).toBe("40000")
      expect(yield* Effect.promise(() => page.locator("#devices li").count())).toBeLessThan(301)

      yield* Effect.promise(() => box.evaluate((node) => node.scrollTo(0, 0)))
      yield* devices.put({ device_name: "Newest of all", platform: "iPad" })
      yield* shown(page, "Newest of all")
      yield* shown(page, "40,001")
    }),
    { seed: { devices: 40_000 } }
  )

  test(
    "opens sections and records by their addresses, and supports the browser's back button",
    Effect.gen(function* () {
      const page = yield* open()
      const state = yield* Sandbox.state
      const { id } = yield* state.customScripts.put({ name: "Inventory", script: "#!/bin/zsh\necho inventory" })
      yield* goTo(page, "Library")
      expect(page.url()).toMatch(/#library$/)
      yield* Effect.promise(() => page.getByRole("link", { name: "Inventory" }).click())
      yield* shown(page, "echo inventory")
      expect(page.url()).toContain(`#customScripts/${id}`)
      yield* Effect.promise(() => page.goBack())
      yield* Effect.promise(() => page.locator("#record").waitFor({ state: "hidden" }))
      expect(page.url()).toMatch(/#library$/)

      const { tenantUrl } = yield* Sandbox
      yield* Effect.promise(() => page.goto(`${tenantUrl}#customScripts/${id}`))
      yield* Effect.promise(() => page.reload())
      yield* shown(page, "echo inventory")
      yield* Effect.promise(() => page.keyboard.press("Escape"))
      yield* Effect.promise(() => page.locator("#record").waitFor({ state: "hidden" }))
      expect(page.url()).toMatch(/#library$/)
      expect(
        yield* Effect.promise(() => page.getByRole("link", { name: "Library" }).getAttribute("aria-current"))
      ).toBe("page")
    })
  )

  test(
    "creates a record with a form, deletes it, and explains errors in the form",
    Effect.gen(function* () {
      const page = yield* open({}, "library")
      const state = yield* Sandbox.state
      yield* click(page, "New script")
      const form = page.getByRole("dialog", { name: "New script" })
      yield* Effect.promise(async () => {
        await form.getByLabel("Name").fill("Inventory")
        await form.getByLabel("Runs").selectOption("every_day")
        await form.getByLabel("Script", { exact: true }).fill("   ")
        await form.getByRole("button", { name: "Create" }).click()
        await form.getByText("Script is missing.").waitFor()
        await form.getByLabel("Script", { exact: true }).fill("echo inventory")
        await form.getByRole("button", { name: "Create" }).click()
        await form.waitFor({ state: "hidden" })
      })
      yield* shown(page, "every day")
      const [made] = yield* state.customScripts.list()
      expect(made).toMatchObject({ name: "Inventory", execution_frequency: "every_day", script: "echo inventory" })

      yield* Effect.promise(() => page.getByRole("link", { name: "Inventory" }).click())
      yield* shown(page, "echo inventory")
      yield* click(page, "Delete")
      yield* Effect.promise(() => page.getByRole("link", { name: "Inventory" }).waitFor({ state: "detached" }))
      expect(yield* state.customScripts.count).toBe(0)

      yield* goTo(page, "Fleet")
      yield* click(page, "New device")
      const device = page.getByRole("dialog", { name: "New device" })
      yield* Effect.promise(async () => {
        await device.getByLabel("Name").fill("Ada's iPad")
        await device.getByLabel("Platform").selectOption("iPad")
        await device.getByRole("button", { name: "Create" }).click()
      })
      yield* shown(page, "Ada's iPad")
      expect(yield* state.devices.list()).toMatchObject([{ device_name: "Ada's iPad", platform: "iPad" }])
      // Requests of the page are not in the log of API requests.
      expect(yield* Sandbox.requests).toEqual([])
    })
  )

  test(
    "resets the tenant, which undoes creations, deletions and changes",
    Effect.gen(function* () {
      const state = yield* Sandbox.state
      const [first, second] = yield* state.tags.list()
      yield* state.tags.remove(first?.id ?? "")
      yield* state.tags.put({ ...second, name: "Changed" })
      yield* state.tags.put({ name: "Made by hand" })
      const page = yield* open({}, "fleet")
      yield* shown(page, "Made by hand")
      yield* click(page, "Reset the tenant")
      yield* Effect.promise(() =>
        page.getByRole("dialog", { name: "Reset the tenant" }).getByRole("button", { name: "Reset" }).click()
      )
      yield* gone(page, "Made by hand")
      yield* shown(page, first?.name ?? "")
      yield* gone(page, "Changed")
    }),
    { seed: { tags: 5 } }
  )

  test(
    "opens a device with its commands and notes, but without secrets",
    Effect.gen(function* () {
      const { devices } = yield* Sandbox.state
      const { id } = yield* devices.put({ device_name: "Ada's Mac", platform: "Mac" })
      yield* call("POST", `/api/v1/devices/${id}/notes`, { json: { content: "Screen is cracked" } })
      const lock = yield* call("POST", `/api/v1/devices/${id}/action/lock`, { json: {} })
      const page = yield* open({}, `devices/${id}`)
      yield* shown(page, "Screen is cracked")
      yield* shown(page, "DeviceLock")
      yield* shown(page, /^(?:pending|running|completed)$/)
      expect(yield* Effect.promise(() => page.content())).not.toContain(textAt(lock.json, "PIN"))
    })
  )

  test(
    "lists findings under Security that can be opened, and adds events to Audit as they happen",
    Effect.gen(function* () {
      const page = yield* open({}, "security")
      for (const list of ["vulnerabilities", "threats", "detections"]) {
        const row = page.locator(`#${list} a`).first()
        yield* Effect.promise(() => row.click())
        yield* Effect.promise(() => page.locator("#record-fields dt").first().waitFor())
        expect(yield* Effect.promise(() => page.locator("#record-delete").isHidden())).toBe(true)
        yield* Effect.promise(() => page.keyboard.press("Escape"))
        yield* Effect.promise(() => page.locator("#record").waitFor({ state: "hidden" }))
      }
      yield* goTo(page, "Audit")
      yield* call("POST", "/api/v1/tags", { json: { name: "Loaner of the month" } })
      yield* shown(page, "create tag")
      yield* shown(page, "Loaner of the month")
    }),
    { seed: { devices: 60 } }
  )

  test(
    "does not let another site open, create or delete a record, or reset the tenant",
    Effect.gen(function* () {
      const { tenantUrl } = yield* Sandbox
      const state = yield* Sandbox.state
      const { id } = yield* state.customScripts.put({ name: "Inventory" })
      const foreign = (method: string, path: string) =>
        Effect.promise(() =>
          fetch(`${tenantUrl}/_sandbox/${path}`, {
            method,
            headers: { origin: "https://evil.example", "content-type": "application/json" },
            body: "{}"
          }).then(({ status }) => status)
        )
      expect(yield* foreign("DELETE", `records/customScripts/${id}`)).toBe(403)
      expect(yield* foreign("POST", "lists/tags")).toBe(403)
      expect(yield* foreign("POST", "reset")).toBe(403)
      expect(yield* state.customScripts.count).toBe(1)
    })
  )

  test(
    "finds records that have all words of a search in any case, in every list of the section",
    Effect.gen(function* () {
      const state = yield* Sandbox.state
      yield* state.customScripts.put({ name: "Firewall on" })
      yield* state.customScripts.put({ name: "Inventory" })
      yield* state.customProfiles.put({ name: "Firewalled" })
      const page = yield* open({}, "library")
      yield* shown(page, "Inventory")
      yield* Effect.promise(() => page.getByLabel("Search").fill("FIREWALL"))
      yield* gone(page, "Inventory")
      yield* shown(page, "2 found")
      yield* shown(page, "Firewalled")
      yield* Effect.promise(() => page.getByLabel("Search").fill("on firewall once"))
      yield* shown(page, "1 found")
      yield* Effect.promise(() => page.getByLabel("Search").fill(""))
      yield* shown(page, "Inventory")
    })
  )

  test(
    "can filter, pause and clear the requests, and marks those that a fault has changed",
    Effect.gen(function* () {
      const page = yield* open()
      const paths = () => Effect.promise(() => page.locator("#requests .path").allInnerTexts())
      yield* click(page, /^500/)
      yield* shown(page, "status 500: any method")
      yield* statusOf("/api/v1/broken")
      yield* statusOf("/api/v1/first")
      yield* shown(page, "/first")
      expect(yield* paths()).toEqual(["/api/v1/first", "/api/v1/broken fault"])

      yield* Effect.promise(() => page.getByLabel("Filter the requests").fill("500"))
      yield* shown(page, "1 do not fit the filter.")
      expect(yield* paths()).toEqual(["/api/v1/broken fault"])
      yield* Effect.promise(() => page.getByLabel("Filter the requests").fill(""))

      yield* click(page, "Pause")
      yield* statusOf("/api/v1/second")
      yield* shown(page, "Paused: 1 more since.")
      expect(yield* paths()).toHaveLength(2)
      yield* click(page, "Go on")
      yield* shown(page, "/second")

      yield* click(page, "Clear")
      expect(yield* paths()).toEqual([])
      yield* statusOf("/api/v1/third")
      yield* shown(page, "/third")
      expect(yield* paths()).toEqual(["/api/v1/third"])
    })
  )

  test(
    "stays short for a tenant in use, and puts the requests first on a phone",
    Effect.gen(function* () {
      const wide = yield* open({ viewport: { width: 1280, height: 900 } })
      for (const place of places) {
        yield* goTo(wide, place)
        const height = yield* Effect.promise(() => wide.evaluate(() => document.documentElement.scrollHeight))
        expect(height, place).toBeLessThan(2500)
      }
      yield* goTo(wide, "Blueprints")
      // A Blueprint shows a few of its items, and all of them after a click.
      const more = wide
        .locator("#blueprints")
        .getByRole("button", { name: /^and \d+ more$/ })
        .first()
      const chips = () => Effect.promise(() => wide.locator("#blueprints .chips").first().locator("li").count())
      const few = yield* chips()
      yield* Effect.promise(() => more.click())
      expect(yield* chips()).toBeGreaterThan(few)
      const phone = yield* open({ viewport: { width: 390, height: 800 } })
      const top = (title: string) =>
        Effect.promise(async () => (await phone.getByRole("heading", { name: title }).boundingBox())?.y ?? Infinity)
      expect(yield* top("Requests")).toBeLessThan(yield* top("Break something"))
    }),
    { seed: { customScripts: 200, customApps: 50, customProfiles: 50, devices: 200 } }
  )

  live(
    "says that the sandbox has stopped, and reconnects by itself",
    () =>
      Effect.gen(function* () {
        const first = yield* Scope.make()
        const sandbox = yield* Scope.extend(Sandbox.serve({ routes: pageRoutes(yield* makeFaultDesk) }), first)
        const page = yield* Effect.provideService(open(), Sandbox, sandbox)
        yield* Scope.close(first, Exit.void)
        yield* shown(page, "Not running")
        expect(yield* Effect.promise(() => page.getByRole("button", { name: /^500/ }).isDisabled())).toBe(true)
        const again = yield* Sandbox.serve({
          port: Number(new URL(sandbox.tenantUrl).port),
          routes: pageRoutes(yield* makeFaultDesk)
        })
        yield* again.state.customScripts.put({ name: "After the break" })
        yield* goTo(page, "Library")
        yield* shown(page, "After the break")
        yield* Effect.promise(() => page.getByText("Live", { exact: true }).waitFor())
        expect(yield* Effect.promise(() => page.getByRole("button", { name: /^500/ }).isEnabled())).toBe(true)
      }).pipe(Effect.scoped),
    120_000
  )
})

/** Runs in the page. Finds words whose contrast with their background is below 4.5 to 1 (WCAG AA). */
const contrasts = (): { readonly background: number; readonly faint: ReadonlyArray<string> } => {
  const parse = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number)
  const luminance = (color: string) => {
    const [red = 0, green = 0, blue = 0] = parse(color).map((value) => {
      const part = value / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const behind = (element: Element | null): string => {
    if (element === null) return "rgb(255, 255, 255)"
    const { backgroundColor } = getComputedStyle(element)
    return parse(backgroundColor)[3] === 0 ? behind(element.parentElement) : backgroundColor
  }
  const faint: Array<string> = []
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = words.nextNode(); node !== null; node = words.nextNode()) {
    const { parentElement, textContent } = node
    if (parentElement === null || textContent?.trim() === "" || parentElement.getClientRects().length === 0) continue
    const [dark = 0, bright = 0] = [
      luminance(getComputedStyle(parentElement).color),
      luminance(behind(parentElement))
    ].sort((one, other) => one - other)
    if ((bright + 0.05) / (dark + 0.05) < 4.5) faint.push(textContent ?? "")
  }
  return { background: luminance(behind(document.body)), faint }
}
